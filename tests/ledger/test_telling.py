"""What each entry of the ledger tells a database that does not know it."""

import json
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from connectors import annals, audit, bars, chain, configured, copies, customers, erase, receipts, replay
from connectors.annals import Kind
from connectors.ledger import Broken, Told
from connectors.management.commands import work
from connectors.models import (
    Annal,
    Bar,
    Consent,
    Duty,
    DutyState,
    FeedCopy,
    FeedKey,
    Receipt,
    Row,
    Sequence,
    Share,
    Store,
    StoreState,
)
from connectors.platforms.base import Event, EventKind
from connectors.replay import telling
from connectors.vault import StoreKey
from tests import cast
from tests.ledger.newer import PLACE, THEN, installed, left, receipted, told, told_what_happens
from tests.verbs.holders import holder, rest

pytestmark = pytest.mark.django_db


# Whether anything is to be told ------------------------------------------------------------------------


def test_nothing_is_needed_where_the_ledger_knows_no_more(cedar: tuple[Store, StoreKey]) -> None:
    assert not replay.needed()
    annals.note(Kind.PAUSED, cedar[0].ref, 1, {"paused": True})
    assert not replay.needed()
    annals.flush()
    assert not replay.needed()
    assert not replay.forgotten()
    assert not replay.replay()


def test_what_was_told_is_counted_kept_and_not_told_again(cedar: tuple[Store, StoreKey]) -> None:
    annals.note(Kind.PAUSED, "st_before", 1, {"paused": True})
    annals.flush()
    installed()
    told(Kind.PAUSED, cedar[0].ref, 1, paused=True)
    assert replay.needed()
    assert replay.forgotten() == {"installed": 1, "paused": 1}
    assert replay.replay() == {"installed": 1, "paused": 1}
    assert not replay.needed()
    kept = Annal.objects.filter(number__lte=3).order_by("number")
    assert [(each.kind, each.kept_at is not None) for each in kept] == [
        ("paused", True),
        ("installed", True),
        ("paused", True),
    ]
    assert not replay.replay()
    assert configured.ledger().verify() == Annal.objects.count()


def test_the_log_says_that_a_database_was_put_back(cedar: tuple[Store, StoreKey]) -> None:
    installed()
    replay.replay()
    audit.chain()
    assert audit.REPLAYED in [entry.action for entry in audit._unbroken()]


def test_a_ledger_that_was_changed_tells_nothing(settings: Any, cedar: tuple[Store, StoreKey]) -> None:
    import sqlite3

    told(Kind.PAUSED, cedar[0].ref, 1, paused=True)
    with sqlite3.connect(settings.LEDGER_PATH) as rows:
        rows.execute("DROP TRIGGER no_change")
        rows.execute("UPDATE entries SET store = 'st_x'")
    rows.close()
    with pytest.raises(Broken):
        replay.replay()
    assert Store.objects.get().paused_at is None


def test_a_kind_of_a_newer_version_stops_the_replay_and_nothing_serves(cedar: tuple[Store, StoreKey]) -> None:
    told(Kind.PAUSED, cedar[0].ref, 1, paused=True)
    ledger = configured.ledger()
    ledger.append([Told(2, "from the future", PLACE, 1, "{}")])
    with pytest.raises(telling.Unknown):
        replay.replay()
    assert Store.objects.get().paused_at is not None
    assert replay.needed()


def test_a_replay_that_was_killed_goes_on_and_is_needed_to_its_very_end(
    cedar: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing of ours catches it."""

    def kill(*_: object) -> None:
        raise Killed

    for number in range(1, 4):
        installed(f"st_{number}", shop=f"{number}.myshopify.com")
    steps = ((telling, "tell", 2), (erase, "leave_restored", 0), (erase, "tend", 0), (annals, "flush", 0))
    for place, name, after in steps:
        calls = [None] * after
        true = getattr(place, name)
        with monkeypatch.context() as patch:
            patch.setattr(
                place,
                name,
                lambda *all, true=true, calls=calls: true(*all) if calls and not calls.pop() else kill(),
            )
            with pytest.raises(Killed):
                replay.replay()
        assert replay.needed() or name == "flush"
    replay.replay()
    annals.flush()
    assert not replay.needed()
    assert sorted(Store.objects.values_list("ref", flat=True).exclude(pk=cedar[0].pk)) == [
        "st_1",
        "st_2",
        "st_3",
    ]
    assert Annal.objects.filter(kind="installed").count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_tell_it_at_once_tell_it_once() -> None:
    for number in range(12):
        installed(f"st_{number}", shop=f"{number}.myshopify.com")
        receipted(f"st_{number}", 1, f"er_{number}", number + 1)
    counts: list[Counter[str]] = []

    def tell() -> None:
        try:
            counts.append(replay.replay())
        finally:
            connections.close_all()

    running = [threading.Thread(target=tell) for _ in range(2)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert sum(counts, Counter()) == {"installed": 12, "receipt": 12}
    assert not replay.needed()
    assert (Store.objects.count(), Receipt.objects.count()) == (12, 12)
    assert Annal.objects.count() == configured.ledger().verify() == 24


def test_a_worker_that_runs_while_a_database_is_put_back_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)  # this test's own is among them
    installed()
    stop, outdated = threading.Event(), threading.Event()
    work._look(stop, outdated)
    assert stop.is_set()
    assert outdated.is_set()


# Kinds -------------------------------------------------------------------------------------------------


def test_an_epoch_that_is_lost_is_not_used_again_and_ends_as_erased() -> None:
    installed(epoch=3)
    configured.keystore().create(PLACE, 3)
    replay.replay()
    store = Store.objects.get()
    assert (store.ref, store.epoch, store.state) == (PLACE, 3, StoreState.QUARANTINED)
    assert bytes(store.fingerprint) == configured.finder().fingerprint(
        "shopify", "shop", "there.myshopify.com"
    )
    rest()
    store.refresh_from_db()
    duty = Duty.objects.get()
    assert (store.state, duty.cause, duty.state) == (StoreState.ERASED, "restored", "done")
    assert configured.keystore().state(PLACE, 3) == "destroyed"


def test_an_install_over_a_store_of_before_ends_what_is_there_of_it(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    installed(store.ref, 2, "cedar.myshopify.com")
    replay.replay()
    rest()
    store.refresh_from_db()
    assert (store.epoch, store.state) == (2, StoreState.ERASED)
    assert not Row.objects.exclude(kind="gone").exists()
    assert sorted(Duty.objects.values_list("epoch", "state")) == [(1, "done"), (2, "done")]


def test_a_shop_that_has_come_back_under_another_reference_meanwhile_keeps_it(
    cedar: tuple[Store, StoreKey],
) -> None:
    installed("st_other", 1, "cedar.myshopify.com")
    replay.replay()
    rest()
    assert Store.objects.get(ref="st_other").state == StoreState.ERASED
    cedar[0].refresh_from_db()
    assert cedar[0].state == StoreState.ACTIVE


def test_a_store_that_left_leaves_again_by_the_clock_of_then(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    left(store.ref, 1, hours=24 * 3650)
    replay.replay()
    store.refresh_from_db()
    duty = Duty.objects.get()
    assert store.state == StoreState.QUARANTINED
    assert (duty.ref, duty.cause, duty.asked_by, duty.law) == ("er_first", "uninstalled", "platform", "clock")
    assert (duty.asked_at, duty.state) == (THEN, "asked")
    assert duty.due_at == THEN + timedelta(days=3650)
    rest()
    assert configured.keystore().state(store.ref, 1) == "quarantined"
    assert [each.told.kind for each in configured.ledger().read(0, 9)] == ["left"]


def test_an_erasure_that_had_begun_is_due_at_once(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    configured.keystore().destroy(store.ref, 1)
    left(store.ref, 1, hours=24 * 3650)
    told(Kind.ERASING, store.ref, 1, duty="er_first")
    replay.replay()
    rest()
    store.refresh_from_db()
    assert (store.state, Duty.objects.get().state) == (StoreState.ERASED, "done")
    assert not Row.objects.exclude(kind="gone").exists()
    assert Receipt.objects.get().duty.ref == "er_first"


def test_a_receipt_is_back_with_its_duty_and_its_number_is_given_once(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    configured.keystore().destroy(store.ref, 1)
    left(store.ref, 1)
    body = receipted(store.ref, 1, "er_first", 7)
    replay.replay()
    receipt = Receipt.objects.get(number=7)
    assert (receipt.body, receipt.signature, receipt.digest) == (body, "signed", receipts.digest(body))
    assert (receipt.duty.ref, receipt.duty.state, receipt.duty.counts) == ("er_first", "done", {"rows": 3})
    # What came back of it is erased again, and says so itself.
    rest()
    assert not Row.objects.exclude(kind="gone").exists()
    again = Receipt.objects.get(number=8)
    assert (again.duty.cause, again.duty.counts["rows"]) == ("restored", 3)
    assert json.loads(again.body)["previous"] == receipt.digest
    store.refresh_from_db()
    assert store.state == StoreState.ERASED


def test_an_erasure_of_which_nothing_came_back_is_not_done_again() -> None:
    installed()
    left(PLACE, 1)
    receipted(PLACE, 1, "er_first", 1)
    replay.replay()
    rest()
    assert Receipt.objects.count() == 1
    assert Store.objects.get().state == StoreState.ERASED


def test_a_receipt_that_an_old_database_wrote_unasked_gives_way_and_gets_another_number(
    cedar: tuple[Store, StoreKey],
) -> None:
    store, now = cedar[0], timezone.now()
    asked = erase.asked("customer", now)
    rogue = Duty.objects.create(
        kind=Duty.ERASE_SALES,
        store_ref=store.ref,
        platform="shopify",
        epoch=1,
        due_at=now,
        state=DutyState.DONE,
        done_at=now,
        **asked.told(),
    )
    chain.write(rogue, now)
    first = receipted(PLACE, 1, "er_first", 1, Duty.ERASE_SALES)
    replay.replay()
    assert Receipt.objects.get(number=1).body == first
    assert Receipt.objects.get(number=2).duty == rogue
    assert json.loads(Receipt.objects.get(number=2).body)["previous"] == receipts.digest(first)
    told_again = [json.loads(each.told.body) for each in configured.ledger().read(1, 9)]
    assert [each["number"] for each in told_again if "signature" in each] == [2]


def test_what_was_redacted_goes_again_and_stays_away(cedar: tuple[Store, StoreKey]) -> None:
    store, key = cedar
    now = timezone.now()
    told_what_happens(lambda: customers.redact_sales(store, ("5",), now, now))
    assert Row.objects.filter(kind="sale", sealed__isnull=False).count() == 2
    assert (Bar.objects.count(), Receipt.objects.count()) == (0, 0)
    replay.replay()
    (left_over,) = Row.objects.filter(kind="sale", sealed__isnull=False)
    assert bytes(left_over.fingerprint) == key.fingerprint("sale", "6")
    assert len(bars.without(store, [cast.found(cast.sale(5)), cast.found(cast.sale(6))])) == 1
    assert Receipt.objects.get().number == 1
    assert Row.objects.filter(kind="product", sealed__isnull=False).count() == 1


def test_a_redacted_product_goes_again_and_may_be_read_anew(cedar: tuple[Store, StoreKey]) -> None:
    store, key = cedar
    now = timezone.now()
    event = Event(EventKind.REDACT_PRODUCTS, "cedar.myshopify.com", "d1", "products", now, ids=("1",))
    told_what_happens(lambda: customers.redact_things(store, event, now, now))
    replay.replay()
    assert not Row.objects.filter(kind="product", sealed__isnull=False).exists()
    cast.keep(store, key, cast.product())
    assert Row.objects.filter(kind="product", sealed__isnull=False).count() == 1


def test_who_read_after_the_backup_is_asked_and_who_had_confirmed_is_not(
    cedar: tuple[Store, StoreKey],
) -> None:
    store, now = cedar[0], timezone.now()
    one, two = holder("one"), holder("two")
    told_what_happens(lambda: [copies.note(each, {(store.ref, 1)}, now) for each in (one, two)])
    left(store.ref, 1, hours=-1)
    mark = FeedKey.objects.get(name="one").digest
    told(Kind.CONFIRMED, store.ref, 1, key="one", mark=mark, purpose="videos", by="key")
    replay.replay()
    rest()
    duty = Duty.objects.get()
    assert duty.state == DutyState.SENT
    assert [each.key.name for each in copies.owed(store.ref, 1)] == ["two"]
    confirmed = FeedCopy.objects.get(key__name="one")
    assert (confirmed.confirmed_at, confirmed.confirmed_by) == (THEN, "key")


def test_copies_of_a_key_that_is_lost_are_an_operator_s_to_confirm(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    told(Kind.HELD, store.ref, 1, key="lost", mark="f" * 64, purpose="videos")
    left(store.ref, 1, hours=-1)
    replay.replay()
    rest()
    assert copies.awaited(store.ref, 1) == "lost (revoked)"
    assert copies.confirm_for("lost", store.ref, timezone.now()) == 1


def test_what_a_processor_holds_is_known_again_and_what_it_holds_no_more(
    cedar: tuple[Store, StoreKey],
) -> None:
    store = cedar[0]
    for processor in ("intercom", "salesforce"):
        told(Kind.SHARED, store.ref, 1, processor=processor)
    told(Kind.ABSENT, store.ref, 1, processor="intercom")
    replay.replay()
    shares = {each.processor: (each.first_at, each.absent_at) for each in Share.objects.all()}
    assert shares == {"intercom": (THEN, THEN), "salesforce": (THEN, None)}


def test_a_consent_that_was_withdrawn_is_withdrawn_and_what_is_there_is_asked_back(
    cedar: tuple[Store, StoreKey],
) -> None:
    store = cedar[0]
    Consent.objects.create(store=store, epoch=1, processor="intercom", given_at=cast.NOON)
    Share.objects.create(store_ref=store.ref, epoch=1, processor="intercom", first_at=cast.NOON)
    told(Kind.CONSENT, store.ref, 1, processor="salesforce", given=True)
    told(Kind.CONSENT, store.ref, 1, processor="intercom", given=False)
    replay.replay()
    open_ones = Consent.objects.filter(withdrawn_at=None)
    assert [(each.processor, each.given_at) for each in open_ones] == [("salesforce", THEN)]
    duty = Duty.objects.get()
    assert (duty.kind, duty.subject, duty.cause) == (Duty.ERASE_COPY, "intercom", "withdrawn")
    assert [each.told.kind for each in configured.ledger().read(0, 9)] == ["consent", "consent"]


def test_the_receipt_of_a_copy_ends_the_duty_that_was_written_down_anew(
    cedar: tuple[Store, StoreKey],
) -> None:
    store = cedar[0]
    Consent.objects.create(store=store, epoch=1, processor="intercom", given_at=cast.NOON)
    Share.objects.create(store_ref=store.ref, epoch=1, processor="intercom", first_at=cast.NOON)
    told(Kind.CONSENT, store.ref, 1, processor="intercom", given=False)
    told(Kind.ABSENT, store.ref, 1, processor="intercom")
    receipted(store.ref, 1, "er_copy", 1, Duty.ERASE_COPY, subject="intercom", state="verified")
    replay.replay()
    duty = Duty.objects.get()
    assert (duty.ref, duty.state, duty.receipt.number) == ("er_copy", "verified", 1)


def test_a_pause_and_its_end_are_told(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    told(Kind.PAUSED, store.ref, 1, paused=True)
    replay.replay()
    store.refresh_from_db()
    assert store.paused_at == THEN
    told(Kind.PAUSED, store.ref, 1, paused=False)
    replay.replay()
    store.refresh_from_db()
    assert store.paused_at is None


def test_what_a_law_forbids_to_erase_is_not_erased_after_all(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    left(store.ref, 1, hours=-1)
    told(Kind.REFUSED, store.ref, 1, duty="er_first", law="gdpr", reason="article 17 (3) (b)")
    replay.replay()
    rest()
    duty = Duty.objects.get()
    assert (duty.state, duty.reason) == (DutyState.REFUSED, "gdpr: article 17 (3) (b)")
    assert Row.objects.filter(sealed__isnull=False).count() == 3


def test_what_an_old_database_did_since_it_was_put_back_comes_behind_the_ledger_s(
    cedar: tuple[Store, StoreKey],
) -> None:
    store = cedar[0]
    annals.note(Kind.PAUSED, "st_both", 1, {"paused": True})
    annals.flush()
    # Another database went on from here, and its file is what stands.
    told(Kind.PAUSED, store.ref, 1, paused=True)
    told(Kind.PAUSED, store.ref, 1, paused=False)
    # This one went on by itself, and gave a number too.
    annals.note(Kind.PAUSED, "st_own", 1, {"paused": True})
    Annal.objects.filter(store_ref="st_own").update(number=2, digest="its own")
    Sequence.objects.filter(name=annals.SEQUENCE).update(last=2)
    assert replay.needed()
    replay.replay()
    entries = configured.ledger().read(0, 99)
    assert [each.told.store for each in entries] == ["st_both", store.ref, store.ref, "st_own"]
    assert list(Annal.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]
    assert configured.ledger().verify() == 4
