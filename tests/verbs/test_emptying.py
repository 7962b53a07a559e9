"""The order of an erasure: the ledger knows, the key goes, then what nothing opens any more is removed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors import annals, audit, configured, emptying, erase
from connectors.errors import MintaError
from connectors.models import (
    Annal,
    AuditEntry,
    Consent,
    Duty,
    Export,
    ExportPart,
    Job,
    Receipt,
    Row,
    Share,
    Store,
)
from connectors.vault import KeyStore
from tests import cast
from tests.verbs.holders import holder, leave, read, rest

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 12


@pytest.fixture
def leaving(monkeypatch: pytest.MonkeyPatch) -> tuple[Store, Duty]:
    """A store of some records and more batches, whose erasure is due."""
    monkeypatch.setattr(emptying, "BATCHES", {"sqlite": 3, "postgresql": 3})
    monkeypatch.setattr(emptying, "WINDOW", 5)
    store, key = cast.store()
    cast.keep(store, key, *(cast.product(number) for number in range(1, ROWS)), cast.sale())
    return store, leave(store)


def stop(*_: object) -> None:
    """Be killed here."""
    raise KeyboardInterrupt


def test_nothing_opens_before_the_first_row_is_removed(
    leaving: tuple[Store, Duty], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, duty = leaving
    before = timezone.now()
    monkeypatch.setattr(emptying, "empty", stop)
    with pytest.raises(KeyboardInterrupt):
        erase.carry(duty.pk)
    duty.refresh_from_db()
    assert configured.keystore().state(store.ref, 1) == "destroyed"
    assert Row.objects.filter(sealed__isnull=False).count() == ROWS
    assert duty.unreadable_at is not None
    assert before <= duty.unreadable_at
    assert (duty.emptied_at, duty.counts, len(duty.key_id)) == (None, {}, 16)


def test_turning_the_wrapping_key_over_puts_unreadable_off_for_nobody(
    leaving: tuple[Store, Duty], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, duty = leaving
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(type(configured.keystore()), "turn_over", stop)
        with pytest.raises(KeyboardInterrupt):
            erase.carry(duty.pk)
    duty.refresh_from_db()
    first = duty.unreadable_at
    assert first is not None
    assert configured.keystore().state(store.ref, 1) == "destroyed"
    turned: list[int] = []
    monkeypatch.setattr(type(configured.keystore()), "turn_over", lambda *_: turned.append(1))
    erase.carry(duty.pk)
    duty.refresh_from_db()
    assert turned == [1]  # no receipt before the old wrapping key is gone
    assert (duty.state, duty.unreadable_at) == ("done", first)


def test_nothing_that_can_wait_is_done_before_the_key_goes(
    leaving: tuple[Store, Duty], monkeypatch: pytest.MonkeyPatch
) -> None:
    _store, duty = leaving
    Job.objects.all().delete()
    keys = type(configured.keystore())
    destroy, turn_over = keys.destroy, keys.turn_over
    seen: list[tuple[str, str]] = []

    def destroying(self: KeyStore, store: str, epoch: int) -> str:
        told = Annal.objects.get(kind=annals.Kind.ERASING)
        last = configured.ledger().last()
        assert last is not None
        assert (last.told.kind, last.told.number) == (annals.Kind.ERASING, told.number)
        assert told.kept_at is None
        assert AuditEntry.objects.filter(action="erasure.begun", number=None).exists()
        assert not Job.objects.exists()
        seen.append(("destroyed", Duty.objects.get(pk=duty.pk).state))
        return destroy(self, store, epoch)

    def turning(self: KeyStore, *told: Any) -> int:
        assert Duty.objects.get(pk=duty.pk).unreadable_at is not None
        seen.append(("turned over", Duty.objects.get(pk=duty.pk).state))
        return turn_over(self, *told)

    monkeypatch.setattr(keys, "destroy", destroying)
    monkeypatch.setattr(keys, "turn_over", turning)
    erase.carry(duty.pk)
    assert seen == [("destroyed", "doing"), ("turned over", "doing")]
    assert not Annal.objects.filter(kept_at=None).exclude(kind=annals.Kind.RECEIPT).exists()
    assert not AuditEntry.objects.filter(action="erasure.unreadable", number=None).exists()


def test_the_ledger_knows_before_the_key_goes(
    leaving: tuple[Store, Duty], monkeypatch: pytest.MonkeyPatch
) -> None:
    _store, duty = leaving
    monkeypatch.setattr(emptying, "destroy_key", stop)
    with pytest.raises(KeyboardInterrupt):
        erase.carry(duty.pk)
    told = Annal.objects.get(kind=annals.Kind.ERASING)
    assert json.loads(told.body)["duty"] == duty.ref
    assert told.kept_at is not None


def test_a_key_outlives_a_ledger_that_cannot_be_written(
    leaving: tuple[Store, Duty], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(MintaError):
        """The ledger is away."""

    def away() -> int:
        raise Away

    store, duty = leaving
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(annals, "tell", away)
        with pytest.raises(Away):
            erase.carry(duty.pk)
    assert configured.keystore().state(store.ref, 1) != "destroyed"
    assert Row.objects.filter(sealed__isnull=False).count() == ROWS
    erase.carry(duty.pk)
    assert Receipt.objects.get().duty == duty


def test_an_erasure_killed_between_batches_counts_each_row_once(
    leaving: tuple[Store, Duty], monkeypatch: pytest.MonkeyPatch
) -> None:
    _store, duty = leaving
    removed = emptying._add
    calls = iter(range(100))

    def add(*told: object) -> None:
        removed(*told)  # type: ignore[arg-type]
        if next(calls) == 2:
            raise KeyboardInterrupt  # within the transaction: this batch is undone

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(emptying, "_add", add)
        with pytest.raises(KeyboardInterrupt):
            erase.carry(duty.pk)
    duty.refresh_from_db()
    left = Row.objects.filter(sealed__isnull=False).count()
    assert 0 < left < ROWS
    assert duty.counts == {"rows": ROWS - left}
    erase.carry(duty.pk)
    duty.refresh_from_db()
    assert duty.counts["rows"] == ROWS
    assert not Row.objects.exclude(kind="gone").exists()


def test_rows_of_a_later_epoch_between_those_that_go_stay_all_of_them(
    leaving: tuple[Store, Duty],
) -> None:
    store, duty = leaving
    later, first = Row.objects.filter(kind="product", epoch=1).order_by("change")[:2]
    # Of the new epoch, so many that whole windows have nothing that goes, and something goes behind them.
    for number in range(30):
        told = {"kind": "product", "epoch": 2, "sealed": b"sealed", "version_at": first.version_at}
        Row.objects.create(store=store, fingerprint=bytes([number] * 16), change=1000 + number, **told)
    Row.objects.filter(pk=later.pk).update(change=2000)
    erase.carry(duty.pk)
    duty.refresh_from_db()
    assert (duty.state, duty.counts["rows"]) == ("done", ROWS)
    assert Row.objects.filter(epoch=2, sealed=b"sealed").count() == 30
    assert not Row.objects.filter(epoch=1).exclude(kind="gone").exists()


def test_a_row_of_a_kind_that_is_not_known_any_more_goes_and_counts_too(leaving: tuple[Store, Duty]) -> None:
    store, duty = leaving
    Row.objects.filter(store=store, kind="sale").update(kind="review")
    erase.carry(duty.pk)
    duty.refresh_from_db()
    assert (duty.state, duty.counts["rows"]) == ("done", ROWS)
    assert not Row.objects.filter(kind="review").exists()


def test_exports_and_consents_go_with_the_store_and_those_of_others_stay(
    leaving: tuple[Store, Duty],
) -> None:
    store, duty = leaving
    other, _ = cast.store("birch.myshopify.com")
    now = timezone.now()
    for each in (store, other):
        made = Export.objects.create(store=each, epoch=1, asked_at=now, expires_at=now + timedelta(days=7))
        for number in range(4):
            ExportPart.objects.create(export=made, attempt="1", number=number, sealed=b"sealed")
        Consent.objects.create(store=each, epoch=1, processor="intercom", given_at=now)
    erase.carry(duty.pk)
    duty.refresh_from_db()
    assert (duty.counts["exports"], duty.counts["consents"]) == (1, 1)
    assert (Export.objects.get().store, Consent.objects.get().store) == (other, other)
    assert ExportPart.objects.count() == 4


def test_processors_are_asked_with_the_erasure_s_own_clock_and_waited_for(
    leaving: tuple[Store, Duty],
) -> None:
    store, duty = leaving
    Share.objects.create(store_ref=store.ref, epoch=1, processor="intercom", first_at=timezone.now())
    erase.carry(duty.pk)
    duty.refresh_from_db()
    there = Duty.objects.get(kind=Duty.ERASE_COPY)
    assert (there.subject, there.deadline_at, there.law) == ("intercom", duty.deadline_at, duty.law)
    assert (duty.state, duty.sent_at is None, erase.awaited(duty)) == ("sent", False, "Intercom (asked)")
    erase.carry(duty.pk)
    assert not Receipt.objects.exists()
    there.state, there.done_at = "verified", timezone.now()
    there.save()
    Share.objects.update(absent_at=timezone.now())
    erase.tend(timezone.now())
    rest()
    body = json.loads(Receipt.objects.get().body)
    assert body["processors"]["Intercom"]["state"] == "verified"


def test_keys_and_processors_that_are_waited_for_are_named_together(leaving: tuple[Store, Duty]) -> None:
    store, key = cast.store("birch.myshopify.com")
    cast.keep(store, key, cast.product())
    read(holder("renderer"), store)
    Share.objects.create(store_ref=store.ref, epoch=1, processor="intercom", first_at=timezone.now())
    duty = leave(store)
    erase.carry(duty.pk)
    assert erase.awaited(duty) == "renderer, Intercom (asked)"
    Duty.objects.update(deadline_at=timezone.now() - timedelta(hours=1))
    assert erase.awaited(duty) == "renderer, Intercom (overdue)"
    assert erase.awaited(leaving[1]) == ""


def test_a_receipt_says_who_asked_by_which_law_and_the_ledger_has_all_of_it(
    leaving: tuple[Store, Duty],
) -> None:
    _store, duty = leaving
    erase.carry(duty.pk)
    receipt = Receipt.objects.get()
    body = json.loads(receipt.body)
    assert body["format"] == "minta-receipt-2"
    assert (body["request"], body["asked_by"], body["law"]) == (duty.ref, "platform", "platform")
    assert body["asked_at"] <= body["unreadable_at"] <= body["emptied_at"] <= body["done_at"]
    assert body["processors"] == {}
    assert AuditEntry.objects.filter(number=body["audit"]["number"], digest=body["audit"]["digest"]).exists()
    told = json.loads(Annal.objects.get(kind=annals.Kind.RECEIPT).body)
    assert (told["number"], told["body"], told["signature"]) == (1, receipt.body, receipt.signature)
    duty.refresh_from_db()
    assert (told["duty"]["ref"], told["duty"]["state"]) == (duty.ref, "done")
    assert told["duty"]["counts"] == duty.counts
    assert duty.unreadable_at is not None
    assert told["duty"]["unreadable_at"] == duty.unreadable_at.isoformat()
    assert audit.verify().entries > 0
