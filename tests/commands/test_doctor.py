"""`doctor`: what is well is said in a line, what is not is named with what to do."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import DatabaseError, connection
from django.utils import timezone

from connectors import configured, copies, erase
from connectors.diagnosis import Finding, Level, findings
from connectors.models import Duty, Job, Run, StoreState
from connectors.pages import metrics
from connectors.vault import new_master_key
from connectors.work import enqueue
from tests import cast
from tests.commands import conftest
from tests.verbs.holders import holder, leave, read, revoke

pytestmark = pytest.mark.django_db


def found(level: Level, place: str) -> list[str]:
    return [each.words for each in findings() if (each.level, each.place) == (level, place)]


def failures() -> list[Finding]:
    return [each for each in findings() if each.level == Level.FAIL]


def test_a_good_installation_has_no_failure(run: conftest.Run) -> None:
    out = run("doctor").out
    assert "FAIL" not in out
    assert out.count("ok    ") >= 6


def test_a_failure_ends_with_an_error(run: conftest.Run, settings: Any) -> None:
    settings.RECEIPT_KEY = ""
    with pytest.raises(CommandError, match="must be mended"):
        run("doctor")


def test_a_database_that_does_not_answer_is_named_and_the_rest_passed_over() -> None:
    def refuse(*args: Any) -> Any:
        raise DatabaseError

    with connection.execute_wrapper(refuse):
        assert [each.place for each in failures()] == ["database"]


def test_a_key_store_of_another_master_key_is_named(settings: Any) -> None:
    configured.finder()
    settings.MASTER_KEYS = (new_master_key(),)
    assert [each.place for each in failures()] == ["key store"]


def test_a_rotation_that_is_due_is_named(settings: Any) -> None:
    configured.finder()
    settings.MASTER_KEYS = (new_master_key(), *settings.MASTER_KEYS)
    assert "keys rotate" in found(Level.WARN, "key store")[0]


def test_what_was_begun_with_keys_and_how_they_are_held_is_told(settings: Any) -> None:
    store, key = cast.store()
    keys = configured.keystore()
    told = found(Level.OK, "key store")[0]
    assert told.endswith(f"{len(settings.MASTER_KEYS)} master keys, 0 of them by AWS KMS")
    assert found(Level.WARN, "key store") == []
    keys.turn(store.ref, 1, key.id)
    with pytest.raises(KeyboardInterrupt):
        keys.turn_over(interrupted)
    assert found(Level.WARN, "key store") == [
        "1 stores are being sealed anew; a worker ends what was killed",
        "a rotation was begun, 0 keys to wrap: `manage.py keys rotate` ends it",
    ]
    assert 'minta_keys{state="resealing"} 1\n' in metrics.text()
    keys.settle(store.ref, 1, key.id)
    keys.turn_over()
    assert found(Level.WARN, "key store") == []
    settings.MASTER_KEYS = ["kms:AAAA", *settings.MASTER_KEYS]
    assert configured.kms_entries() == 1
    assert "minta_keys{" not in metrics.text(), "a key store that does not open hides no other count"
    assert "minta_stores{" in metrics.text()


def interrupted(looked: int, total: int) -> None:
    """Stand for the end of a process."""
    raise KeyboardInterrupt


def test_open_stores_without_a_key_look_like_a_backup() -> None:
    cast.store()
    store, _ = cast.store("birch.myshopify.com")
    configured.keystore().destroy(store.ref, 1)
    assert found(Level.FAIL, "stores") == ["1 open stores have no live key: was a backup put back?"]


def test_a_quarantined_store_needs_no_live_key() -> None:
    store, _ = cast.store(state=StoreState.QUARANTINED)
    configured.keystore().quarantine(store.ref, 1)
    assert not failures()


def test_a_duty_past_its_deadline_fails() -> None:
    now = timezone.now()
    Duty.objects.create(
        kind=Duty.ERASE_STORE,
        store_ref="st_late",
        platform="shopify",
        epoch=1,
        cause="redact",
        asked_at=now - timedelta(days=31),
        due_at=now - timedelta(days=29),
        deadline_at=now - timedelta(days=1),
    )
    (words,) = found(Level.FAIL, "duties")
    assert words.startswith("1 erase.store past their deadline")


def test_who_does_not_confirm_is_told_of_before_it_is_late_and_after() -> None:
    store, _ = cast.store()
    read(holder(), store)
    duty = leave(store)
    erase.carry(duty.pk)
    Duty.objects.update(asked_at=timezone.now() - timedelta(days=23))
    assert found(Level.WARN, "duties") == []
    assert found(Level.OK, "copies") == ["1 still to be confirmed by who read"]
    left = {timedelta(days=7, hours=1): (0, 0), timedelta(days=6): (1, 0), timedelta(hours=-1): (0, 1)}
    for until, (soon, late) in left.items():
        Duty.objects.update(deadline_at=timezone.now() + until)
        assert (len(found(Level.WARN, "duties")), len(found(Level.FAIL, "duties"))) == (soon, late)
    duty.refresh_from_db()
    assert duty.state == "sent"  # late, and not lost


def test_copies_at_a_key_that_cannot_confirm_any_more_are_named() -> None:
    store, _ = cast.store()
    read(holder(), store)
    duty = leave(store)
    revoke("renderer")
    assert found(Level.WARN, "copies") == []  # nothing waits for it alone yet
    erase.carry(duty.pk)
    (words,) = found(Level.WARN, "copies")
    assert words.startswith("1 at keys that are revoked")
    copies.confirm_for("renderer", store.ref, timezone.now())
    assert found(Level.WARN, "copies") == []


def test_jobs_that_nobody_does_are_named() -> None:
    enqueue("inbox.drain", 1)
    assert "1 jobs are due and none runs" in found(Level.WARN, "work")[0]


def test_dead_jobs_are_counted() -> None:
    enqueue("inbox.drain", 1)
    Job.objects.update(state="dead", finished=timezone.now())
    assert "0 waiting, 0 running, 1 dead" in found(Level.WARN, "work")


def test_failed_syncs_of_active_stores_are_counted() -> None:
    store, _ = cast.store()
    Run.objects.create(store=store, epoch=1, kind="sale", mode="full", state="failed")
    assert found(Level.WARN, "syncs") == ["1 failed runs of active stores are remembered"]


def test_no_secret_is_printed(run: conftest.Run, settings: Any) -> None:
    out = run("doctor").out
    for secret in (*settings.MASTER_KEYS, settings.RECEIPT_KEY, settings.SECRET_KEY):
        assert secret not in out
