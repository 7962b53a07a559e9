"""`manage.py erase`: an operator erases a store, after saying so twice."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from connectors import configured, erase
from connectors.errors import KeyGone
from connectors.models import Duty, FeedCopy, Job, Receipt, Row, Store, StoreState
from tests import cast
from tests.verbs.holders import holder, read, revoke

pytestmark = pytest.mark.django_db


def test_an_erased_store_has_a_receipt_and_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product(), cast.sale())
    call_command("erase", store.ref, "--yes")
    assert f"receipt {Receipt.objects.get().number}" in capsys.readouterr().out
    assert not Row.objects.exclude(kind="gone").exists()
    assert Store.objects.get().state == StoreState.ERASED
    assert Duty.objects.get().cause == "operator"
    with pytest.raises(KeyGone):
        configured.keystore().get(store.ref, 1)


def test_nothing_is_erased_without_the_reference_typed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase", store.ref)
    assert Row.objects.filter(sealed__isnull=False).exists()


def test_an_erasure_twice_is_one() -> None:
    store, _ = cast.store()
    call_command("erase", store.ref, "--yes")
    call_command("erase", store.ref, "--yes")
    assert Receipt.objects.count() == 1


def test_a_store_in_quarantine_is_erased_without_waiting() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    with transaction.atomic():
        locked = Store.objects.select_for_update().get()
        duty = erase.uninstall(locked, "uninstalled", timezone.now())
    assert duty.due_at > timezone.now()
    call_command("erase", store.ref, "--yes")
    assert Store.objects.get().state == StoreState.ERASED
    assert Duty.objects.get().cause == "operator"


@pytest.mark.parametrize("state", ["doing", "sent"])
def test_an_erasure_whose_job_died_is_taken_up(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    with transaction.atomic():
        duty = erase.uninstall(
            Store.objects.select_for_update().get(), "redact", timezone.now(), at_once=True
        )
    Duty.objects.update(state=state)  # and nobody has copies
    Job.objects.all().delete()
    monkeypatch.setattr("connectors.management.commands.erase._POLL_SECONDS", -1)  # waiting is an error
    call_command("erase", store.ref, "--yes")
    assert Receipt.objects.get().duty == duty


def test_a_store_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="no such store"):
        call_command("erase", "st_aaaaaaaaaaaaaaaa", "--yes")


def test_an_erasure_that_waits_names_who_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    read(holder("renderer"), store)
    read(holder("old one"), store)
    revoke("old one")
    call_command("erase", store.ref, "--yes")
    out = capsys.readouterr().out
    assert "erased here\tthe receipt waits until" in out
    assert "for: old one (revoked), renderer\t" in out
    assert Store.objects.get().state == StoreState.ERASED
    assert not Receipt.objects.exists()


def test_the_operator_s_word_for_the_last_holder_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    read(holder("renderer"), store)
    call_command("erase", store.ref, "--yes")
    with pytest.raises(CommandError, match="waits for a revoked key of this name"):
        call_command("erase", store.ref, "--confirmed", "renderer", "--yes")
    revoke("renderer")
    capsys.readouterr()
    call_command("erase", store.ref, "--confirmed", "renderer", "--yes")
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{store.ref}\tconfirmed for renderer\t1 epoch"
    assert second.startswith(f"{store.ref}\terased\treceipt {Receipt.objects.get().number}\t")
    assert FeedCopy.objects.get().confirmed_by == "operator"


def test_a_word_for_a_store_that_was_not_carried_out_yet_erases_nothing() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    read(holder("renderer"), store)
    revoke("renderer")
    with transaction.atomic():
        erase.uninstall(Store.objects.select_for_update().get(), "uninstalled", timezone.now())
    call_command("erase", store.ref, "--confirmed", "renderer", "--yes")
    assert Duty.objects.get().state == "asked"
    assert Row.objects.filter(sealed__isnull=False).exists()


def test_nothing_is_confirmed_without_the_name_typed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    read(holder("renderer"), store)
    revoke("renderer")
    call_command("erase", store.ref, "--yes")
    monkeypatch.setattr("builtins.input", lambda _: store.ref)
    with pytest.raises(CommandError, match="Nothing was confirmed"):
        call_command("erase", store.ref, "--confirmed", "renderer")
    with pytest.raises(CommandError, match="waits for a revoked key of this name"):
        call_command("erase", store.ref, "--confirmed", "nobody", "--yes")
    assert FeedCopy.objects.get().confirmed_at is None
    monkeypatch.setattr("builtins.input", lambda _: "renderer")
    call_command("erase", store.ref, "--confirmed", "renderer")
    assert Receipt.objects.exists()
