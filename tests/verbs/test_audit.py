"""The audit log: one chain whoever writes, and whatever is done to it is seen."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from connectors import audit, chain, counting
from connectors.models import AuditEntry, Duty, DutyState, Receipt
from tests import cast
from tests.verbs.holders import rest

pytestmark = pytest.mark.django_db


def note(count: int, store_ref: str = "st_one") -> None:
    """Write entries down, and chain them."""
    for number in range(count):
        audit.note(store_ref, audit.MERCHANT, "page.opened", place=number)
    audit.chain()


@pytest.fixture
def log() -> list[AuditEntry]:
    """Ten entries, chained."""
    note(10)
    return list(AuditEntry.objects.order_by("number"))


def receipt(now: Any = None) -> None:
    """Write a receipt, which names the head of the log."""
    at = now or timezone.now()
    duty = Duty.objects.create(
        kind=Duty.ERASE_SALES,
        store_ref="st_one",
        platform="shopify",
        epoch=1,
        cause="customer",
        asked_at=at,
        due_at=at,
        deadline_at=at + timedelta(days=30),
        state=DutyState.DONE,
        done_at=at,
    )
    chain.write(duty, at)


def rechain(first: int = 1) -> None:
    """Do what one who may write to the database can do: make the chain anew."""
    previous = AuditEntry.objects.filter(number=first - 1).values_list("digest", flat=True).first()
    for entry in AuditEntry.objects.filter(number__gte=first).order_by("number"):
        entry.previous = previous or audit.FIRST_PREVIOUS
        previous = entry.digest = audit._digest(entry)
        entry.save()


def test_nothing_is_a_log_that_holds() -> None:
    assert audit.verify() == audit.Verdict(entries=0, waiting=0, heads=0, lost=0)
    assert audit.head() == {"number": 0, "digest": audit.FIRST_PREVIOUS}


def test_a_log_holds_and_its_head_is_its_last_entry(log: list[AuditEntry]) -> None:
    assert audit.verify() == audit.Verdict(entries=10, waiting=0, heads=0, lost=0)
    assert [each.number for each in log] == list(range(1, 11))
    assert audit.head() == {"number": 10, "digest": log[-1].digest}


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_counted_and_is_chained_by_the_worker(
    log: list[AuditEntry], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        audit.note("st_one", audit.CLOCK, "grant.refused")
    assert audit.verify().waiting == 1
    assert audit.head()["number"] == 10
    rest()
    assert audit.verify() == audit.Verdict(entries=11, waiting=0, heads=0, lost=0)


def test_what_is_undone_leaves_no_entry(log: list[AuditEntry]) -> None:
    class UndoneError(Exception):
        pass

    def undo() -> None:
        with transaction.atomic():
            audit.note("st_one", audit.CLOCK, "grant.refused")
            raise UndoneError

    with pytest.raises(UndoneError):
        undo()
    audit.chain()
    assert audit.verify().entries == 10


@pytest.mark.parametrize(
    "changed",
    [
        {"store_ref": "st_two"},
        {"actor": "operator eve"},
        {"action": "page.shut"},
        {"detail": '{"place":77}'},
        {"at": F("at") + timedelta(microseconds=1)},
        {"digest": "0" * 64},
    ],
)
@pytest.mark.parametrize("number", [1, 5, 10])
def test_a_changed_entry_is_named(log: list[AuditEntry], changed: dict[str, Any], number: int) -> None:
    AuditEntry.objects.filter(number=number).update(**changed)
    with pytest.raises(audit.LogBroken, match=rf"^Entry {number} of the log was changed$"):
        audit.verify()


@pytest.mark.parametrize("number", [1, 5, 9])
def test_a_dropped_entry_is_named(log: list[AuditEntry], number: int) -> None:
    AuditEntry.objects.filter(number=number).delete()
    with pytest.raises(audit.LogBroken, match=rf"^Entry {number} of the log is missing$"):
        audit.verify()


@pytest.mark.parametrize("number", [1, 5, 9])
def test_a_dropped_entry_whose_number_another_takes_is_named(log: list[AuditEntry], number: int) -> None:
    AuditEntry.objects.filter(number=number).delete()
    for each in range(number + 1, 11):
        AuditEntry.objects.filter(number=each).update(number=each - 1)
    with pytest.raises(audit.LogBroken, match=rf"^Entry {number} of the log does not follow"):
        audit.verify()


def test_two_that_changed_places_are_seen(log: list[AuditEntry]) -> None:
    for now, then in ((4, 99), (5, 4), (99, 5)):
        AuditEntry.objects.filter(number=now).update(number=then)
    with pytest.raises(audit.LogBroken, match=r"^Entry 4 of the log does not follow"):
        audit.verify()


def test_one_that_was_put_in_is_seen(log: list[AuditEntry]) -> None:
    for each in range(10, 5, -1):
        AuditEntry.objects.filter(number=each).update(number=each + 1)
    fake = AuditEntry(store_ref="st_one", number=6, at=timezone.now(), actor="clock", action="page.opened")
    fake.previous = log[4].digest
    fake.digest = audit._digest(fake)
    fake.save()
    with pytest.raises(audit.LogBroken, match=r"^Entry 7 of the log does not follow"):
        audit.verify()


def test_a_tail_that_is_gone_is_seen_by_the_receipt_that_names_it(log: list[AuditEntry]) -> None:
    receipt()
    assert audit.verify().heads == 1
    AuditEntry.objects.filter(number__gt=8).delete()
    with pytest.raises(audit.LogBroken, match=r"^Receipt 1 names an entry 10 that is not in the log$"):
        audit.verify()


def test_a_log_that_was_chained_anew_is_seen_by_the_receipt_that_names_it(log: list[AuditEntry]) -> None:
    receipt()
    AuditEntry.objects.filter(number=3).update(actor="operator eve")
    rechain(3)
    with pytest.raises(audit.LogBroken, match=r"^Receipt 1 names an entry 10"):
        audit.verify()


def test_a_log_that_is_gone_whole_is_seen(log: list[AuditEntry]) -> None:
    receipt()
    AuditEntry.objects.all().delete()
    with pytest.raises(audit.LogBroken, match=r"^Receipt 1 names an entry 10"):
        audit.verify()


def test_what_an_older_database_lost_is_told_apart_from_what_was_taken(log: list[AuditEntry]) -> None:
    receipt(timezone.now() + timedelta(seconds=1))
    AuditEntry.objects.exclude(number__lte=6).delete()  # the database of then
    counting.take("audit", -4)
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        audit.note("", audit.CLOCK, audit.REPLAYED)
        note(9)
    assert audit.verify() == audit.Verdict(entries=16, waiting=0, heads=0, lost=1)


def test_a_replay_excuses_nothing_that_came_after_it(log: list[AuditEntry]) -> None:
    audit.note("", audit.CLOCK, audit.REPLAYED)
    note(2)
    receipt(timezone.now() + timedelta(seconds=1))
    assert audit.verify().heads == 1
    AuditEntry.objects.filter(number=13).delete()
    with pytest.raises(audit.LogBroken, match=r"^Receipt 1 names an entry 13"):
        audit.verify()


def test_a_replay_excuses_no_entry_from_before_it_that_was_changed(log: list[AuditEntry]) -> None:
    receipt(timezone.now() + timedelta(seconds=1))
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        audit.note("", audit.CLOCK, audit.REPLAYED)
        audit.chain()
    assert audit.verify().heads == 1
    AuditEntry.objects.filter(number=10).update(actor="operator eve")
    rechain(10)
    with pytest.raises(audit.LogBroken, match=r"^Receipt 1 names an entry 10"):
        audit.verify()


def test_a_receipt_that_cannot_be_read_is_named(log: list[AuditEntry]) -> None:
    receipt()
    Receipt.objects.update(body='{"format":"minta-receipt-2"}')
    with pytest.raises(audit.LogBroken, match=r"^Receipt 1 names no entry of the log$"):
        audit.verify()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain_and_lose_nothing() -> None:
    ready, failed = threading.Barrier(6), []

    def write(store_ref: str) -> None:
        try:
            ready.wait()
            for number in range(12):
                with transaction.atomic():
                    audit.note(store_ref, audit.MERCHANT, "page.opened", place=number)
                audit.chain()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(f"st_{each}",)) for each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert audit.verify() == audit.Verdict(entries=72, waiting=0, heads=0, lost=0)
    for each in range(6):
        mine = AuditEntry.objects.filter(store_ref=f"st_{each}").order_by("number")
        assert [entry.detail for entry in mine] == [f'{{"place":{number}}}' for number in range(12)]


def test_names_of_actors_hold_what_their_column_takes() -> None:
    assert audit.key("renderer") == "key renderer"
    assert audit.processor("intercom") == "processor intercom"
    assert len(audit.key("x" * 200)) == 80
    assert audit.operator().startswith("operator")


@pytest.mark.parametrize("value", [1.5, b"bytes", object(), cast.product()])
def test_only_what_has_a_canonical_form_is_a_detail(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^no canonical form for \w+$"):
        audit.note("st_one", audit.CLOCK, "page.opened", value=value)
    assert not AuditEntry.objects.exists()
