"""Annals: what is committed is in the ledger, whatever becomes of the process or the file."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from connectors import annals, audit, configured
from connectors.annals import Kind
from connectors.errors import LedgerAway, Outdated
from connectors.ledger import Ledger, Told
from connectors.models import Annal, AuditEntry, Job
from tests.kill.databases import ON_POSTGRES

pytestmark = pytest.mark.django_db(transaction=True)


def note(store: str = "st_one", **body: Any) -> None:
    annals.note(Kind.PAUSED, store, 1, {"paused": True} | body)


def note_and_undo() -> None:
    with transaction.atomic():
        note("st_undone")
        transaction.set_rollback(True)


def kept() -> list[str]:
    return [each.told.store for each in configured.ledger().read(0, 10_000)]


def test_what_is_noted_is_in_the_ledger_behind_the_commit_and_not_before() -> None:
    with transaction.atomic():
        note("st_one")
        note("st_two")
        assert configured.ledger().last() is None
    assert kept() == ["st_one", "st_two"]
    assert configured.ledger().verify() == 2
    assert list(Annal.objects.order_by("pk").values_list("number", flat=True)) == [1, 2]
    assert not Annal.objects.filter(kept_at=None).exists()


def test_what_is_undone_is_never_told() -> None:
    note_and_undo()
    with transaction.atomic():
        note("st_kept")
        note_and_undo()
    assert kept() == ["st_kept"]


def test_a_note_in_a_part_that_is_undone_hides_no_later_one() -> None:
    with transaction.atomic():
        note_and_undo()
        note("st_kept")
    assert kept() == ["st_kept"]


def test_a_thousand_notes_of_one_transaction_are_carried_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    carried = []
    append = Ledger.append

    def counted(ledger: Ledger, entries: list[Told]) -> None:
        carried.append(len(entries))
        append(ledger, entries)

    monkeypatch.setattr(Ledger, "append", counted)
    with transaction.atomic():
        for _ in range(1001):
            note()
    assert carried == [500, 500, 1]
    assert configured.ledger().verify() == 1001


def test_a_note_takes_no_lock_and_queues_nothing() -> None:
    with transaction.atomic():
        note()
        assert not Job.objects.exists()
    assert not Job.objects.exists()


def test_a_ledger_that_is_away_holds_nothing_up_and_is_told_when_it_is_back(settings: Any) -> None:
    place: Path = settings.LEDGER_PATH
    place.parent.parent.mkdir(exist_ok=True)
    place.parent.write_text("in the way")
    note("st_one")
    assert Annal.objects.filter(kept_at=None, number=None).count() == 1
    with pytest.raises(LedgerAway):
        annals.flush()
    place.parent.unlink()
    annals.tend()
    assert kept() == ["st_one"]


def test_who_is_killed_before_or_after_any_step_leaves_what_the_next_one_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        """Nothing of ours catches it."""

    number, append, chain = annals._number, Ledger.append, audit.chain

    def kill(*_: object) -> None:
        raise Killed

    def append_then_kill(ledger: Ledger, entries: list[Told]) -> None:
        append(ledger, entries)
        raise Killed

    def number_then_kill() -> None:
        number()
        raise Killed

    deaths: tuple[tuple[object, str, object], ...] = (
        (annals, "_number", kill),
        (annals, "_number", number_then_kill),
        (Ledger, "append", kill),
        (Ledger, "append", append_then_kill),
        (audit, "chain", kill),
    )
    for count, (place, name, death) in enumerate(deaths, start=1):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, death)
            with pytest.raises(Killed):
                note(f"st_{count}")
    assert audit.chain is chain
    audit.note("st_one", audit.CLOCK, "grant.refused")
    annals.tend()
    assert kept() == ["st_1", "st_2", "st_3", "st_4", "st_5"]
    assert configured.ledger().verify() == 5
    assert not Annal.objects.filter(kept_at=None).exists()
    assert not AuditEntry.objects.filter(number=None).exists()


def test_a_ledger_that_was_lost_is_filled_up_from_the_database(settings: Any) -> None:
    for store in ("st_one", "st_two"):
        note(store)
    settings.LEDGER_PATH.unlink()
    annals.tend()
    assert kept() == ["st_one", "st_two"]
    assert annals.standing().agrees
    assert Job.objects.get().task == "erase.restored"  # only the key store knows now what is gone


def test_an_older_ledger_is_filled_up_too(settings: Any) -> None:
    note("st_one")
    older = settings.LEDGER_PATH.read_bytes()
    note("st_two")
    settings.LEDGER_PATH.write_bytes(older)
    note("st_three")
    assert kept() == ["st_one", "st_two", "st_three"]
    assert configured.ledger().verify() == 3


@pytest.mark.parametrize("lost", ["entries", "numbers"])
def test_an_older_database_gives_no_number_and_tells_nothing(lost: str) -> None:
    note("st_one")
    note("st_two")
    if lost == "entries":
        Annal.objects.filter(number=2).delete()
    else:
        Annal.objects.filter(number=2).update(body="{}", digest="another")
    note("st_three")
    with pytest.raises(Outdated):
        annals.flush()
    assert Annal.objects.get(store_ref="st_three").number is None
    assert kept() == ["st_one", "st_two"]


def test_what_the_ledger_tells_is_not_noted_again() -> None:
    with annals.known_there():
        note("st_one")
    note("st_two")
    assert kept() == ["st_two"]


def test_all_who_note_at_once_make_one_chain_without_a_gap() -> None:
    threads, each = (6, 8) if ON_POSTGRES else (4, 6)

    def tell(name: str) -> None:
        try:
            for number in range(each):
                with transaction.atomic():
                    note(f"st_{name}", number=number)
        finally:
            connections.close_all()

    running = [threading.Thread(target=tell, args=(str(number),)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    annals.flush()
    assert configured.ledger().verify() == threads * each
    numbers = list(Annal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, threads * each + 1))
    for name in range(threads):  # what one has noted stands in its order
        mine = [
            each.told.body for each in configured.ledger().read(0, 999) if each.told.store == f"st_{name}"
        ]
        assert [f'"number":{number},' in body for number, body in enumerate(mine)] == [True] * each
