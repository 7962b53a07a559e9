"""The end of what a processor holds: asked for, erased, looked for, and never forgotten."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from connectors import configured, duties, erase, receipts, sharing
from connectors.models import Annal, AuditEntry, Duty, Grant, Job, Receipt, Row, Share, Store, StoreState
from connectors.platforms.http import Limits, Transport
from connectors.policy.clauses import Processor as Named
from connectors.sharing import consents, ending, gaps, shares, tending
from connectors.vault import StoreKey
from tests import cast
from tests.sharing import acme
from tests.sharing.conftest import Truth, cedar_and_key, drain, now, share

pytestmark = pytest.mark.django_db(transaction=True)


def withdraw(store: Store, processor: str = "acme") -> Duty:
    """Withdraw the consent; nothing is done about it yet."""
    duty = consents.withdraw(store, processor, now())
    assert duty is not None
    return duty


def leave(store: Store, cause: str = "redact") -> Duty:
    """Let a store be erased at once."""
    with transaction.atomic():
        return erase.uninstall(Store.objects.select_for_update().get(pk=store.pk), cause, now(), at_once=True)


def come_back(store: Store) -> tuple[Store, StoreKey]:
    """Install a store anew, in its next epoch, with a record."""
    Store.objects.filter(pk=store.pk).update(epoch=store.epoch + 1, state=StoreState.ACTIVE)
    newer = Store.objects.get(pk=store.pk)
    key = configured.keystore().create(newer.ref, newer.epoch)
    cast.keep(newer, key, cast.store_info(name="Cedar II"))
    return newer, key


def only(processor: str = "acme") -> Duty:
    return Duty.objects.get(kind=Duty.ERASE_COPY, subject=processor)


def bodies() -> list[dict[str, Any]]:
    """Return what the receipts say, each and all of them verified."""
    chain = list(Receipt.objects.order_by("number"))
    texts = [receipts.compose(each.body, each.signature) for each in chain]
    assert receipts.verify_chain(texts, configured.signer().public_key_text)
    return [json.loads(each.body) for each in chain]


# Withdrawn ----------------------------------------------------------------------------------------------


def test_a_withdrawn_consent_is_erased_there_verified_and_proved(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    duty = withdraw(cedar)
    assert (duty.state, duty.cause, duty.asked_by, duty.law) == ("asked", "withdrawn", "merchant", "gdpr")
    assert duty.deadline_at - duty.asked_at == timedelta(days=28)
    drain()
    assert vendor.copies == {}
    duty.refresh_from_db()
    assert (duty.state, duty.attempts, duty.reason) == ("verified", 1, "")
    assert duty.sent_at is not None
    assert duty.confirmed_at is not None
    assert duty.done_at is not None
    (body,) = bodies()
    assert (body["kind"], body["cause"], body["store"]) == ("erase.copy", "withdrawn", cedar.ref)
    assert body["removed"] == {"copies": 1}
    assert body["processors"].keys() == {"Intercom"}
    assert body["processors"]["Intercom"]["state"] == "verified"
    held = Share.objects.get()
    assert held.absent_at is not None
    assert (held.digest, held.remote_id) == (None, "")
    assert Annal.objects.filter(kind="absent", store_ref=cedar.ref, epoch=1).count() == 1
    actions = AuditEntry.objects.filter(store_ref=cedar.ref).values_list("action", flat=True)
    assert {"consent.withdrawn", "copy.absent"} <= set(actions)
    assert consents.given(cedar) == {}


def test_the_store_itself_is_not_touched_by_it(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    share(cedar, "chest")
    withdraw(cedar)
    drain()
    assert [each.split("-")[0] for each in vendor.copies] == ["chest"]
    assert consents.given(cedar).keys() == {"chest"}
    assert Row.objects.filter(store=cedar, kind="store", sealed__isnull=False).exists()


def test_a_consent_of_which_nothing_came_ends_without_a_duty(vendor: Truth, cedar: Store) -> None:
    consents.give(cedar, "acme", now())
    assert consents.withdraw(cedar, "acme", now()) is None
    assert consents.withdraw(cedar, "acme", now()) is None
    drain()
    assert vendor.asked == []
    assert not Duty.objects.exists()


def test_nothing_goes_after_the_withdrawal_whatever_changes(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    withdraw(cedar)
    shares.send(cedar.pk, "acme")
    drain()
    shares.look(cedar.pk)
    tending.tend()
    tending.look_at_all()
    drain(timedelta(days=2))
    assert vendor.copies == {}
    assert [method for method, _ in vendor.asked].count("PUT") == 1


def test_who_withdraws_and_consents_again_is_shared_anew_behind_the_end_of_the_old(
    vendor: Truth, cedar: Store
) -> None:
    share(cedar)
    vendor.mind(down=True)
    withdraw(cedar)
    share(cedar)
    assert [method for method, _ in vendor.asked].count("PUT") == 1, "the old one is still there"
    assert next(each.state for each in consents.choices(cedar) if each.name == "acme") == "doing"
    vendor.mind(down=False)
    drain(timedelta(hours=1))
    assert [method for method, _ in vendor.asked][-3:] == ["DELETE", "GET", "PUT"]
    assert len(vendor.copies) == 1
    assert only().state == "verified"
    assert Share.objects.get().absent_at is None
    assert Annal.objects.filter(kind="shared").count() == 2


# Trouble ------------------------------------------------------------------------------------------------


def test_a_copy_that_is_not_there_any_more_is_no_trouble(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    vendor.mind(reset=True)
    withdraw(cedar)
    drain()
    assert only().state == "verified"


def test_one_that_lies_is_asked_until_it_has_done_it(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    vendor.mind(lies=2)
    withdraw(cedar)
    drain()
    assert (only().state, only().reason) == ("doing", "Present: erased, and still there")
    assert len(vendor.copies) == 1
    for _ in range(2):
        drain(timedelta(hours=1))
    assert vendor.copies == {}
    assert (only().state, only().attempts, only().reason) == ("verified", 3, "")
    assert len(bodies()) == 1


def test_one_that_is_down_makes_the_duty_late_and_not_lost(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    vendor.mind(down=True)
    duty = withdraw(cedar)
    for _ in range(22):  # more than any engine tries
        drain(timedelta(days=30))
    duty.refresh_from_db()
    assert (duty.attempts, duty.state) == (22, "doing")
    assert duty.reason == "Unavailable: Acme answered 503"
    assert duty.standing(duty.deadline_at + timedelta(hours=1)) == "overdue"
    assert not Job.objects.filter(state="dead").exists()
    assert Share.objects.get().absent_at is None
    vendor.mind(down=False)
    drain(timedelta(hours=2))
    assert (only().state, vendor.copies) == ("verified", {})


def test_one_that_flaps_is_emptied_in_the_end(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    vendor.mind(answers=[503, 200, 500, 0, 200, 429, 200, 502])
    withdraw(cedar)
    for _ in range(9):
        drain(timedelta(hours=3))
    assert (only().state, vendor.copies) == ("verified", {})
    assert len(bodies()) == 1


def test_the_gaps_grow_to_an_hour_and_no_further_but_where_it_is_asked_for() -> None:
    waits = [gaps.after(failures).total_seconds() for failures in (1, 2, 3, 4, 5, 6, 7, 1000)]
    assert waits[:6] == sorted(waits[:6])
    assert waits[0] <= 5
    assert all(0.8 * 3600 <= wait <= 3600 for wait in waits[5:])
    assert gaps.after(0) <= timedelta(seconds=5)


def test_what_it_asks_us_to_wait_is_waited(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    vendor.mind(answers=[429])
    withdraw(cedar)
    drain()
    waits = Job.objects.get(task="sharing.end").run_at - now()
    # The transport takes a vendor's word for a quarter of an hour at most.
    assert timedelta(minutes=14) < waits <= timedelta(minutes=15)


def test_what_is_leaving_is_looked_at_every_hour_and_not_erased_again(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    vendor.mind(leaves=True)
    withdraw(cedar)
    drain()
    for _ in range(3):
        drain(timedelta(hours=1, minutes=1))
    assert (only().state, only().reason) == ("confirmed", "")
    assert [method for method, _ in vendor.asked].count("DELETE") == 1
    assert bodies() == []
    vendor.mind(gone=True)
    drain(timedelta(hours=1, minutes=1))
    assert only().state == "verified"
    assert len(bodies()) == 1


def test_one_that_is_off_keeps_its_duty_and_says_so(vendor: Truth, cedar: Store, settings: Any) -> None:
    share(cedar)
    on, settings.PROCESSORS = settings.PROCESSORS, {}
    assert tending.stranded() == ["Intercom"]
    withdraw(cedar)
    drain()
    assert (only().state, only().reason) == ("doing", "NotSet: Intercom is off here, and holds a copy")
    assert len(vendor.copies) == 1
    settings.PROCESSORS = on
    assert tending.stranded() == []
    drain(timedelta(hours=1))
    assert (only().state, vendor.copies) == ("verified", {})


def test_what_lost_its_job_is_taken_up(vendor: Truth, cedar: Store) -> None:
    consents.give(cedar, "acme", now())
    Job.objects.all().delete()
    tending.tend()
    drain()
    assert len(vendor.copies) == 1
    withdraw(cedar)
    Job.objects.all().delete()
    tending.tend()
    tending.tend()
    drain()
    assert (only().state, vendor.copies) == ("verified", {})
    assert [method for method, _ in vendor.asked] == ["PUT", "DELETE", "GET"]


def test_a_duty_that_is_at_its_end_or_another_asks_nobody(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    withdraw(cedar)
    drain()
    before = len(vendor.asked)
    ending.end(only().pk)
    other = leave(cedar)
    ending.end(other.pk)
    assert len(vendor.asked) == before


# With the store -------------------------------------------------------------------------------------------


def test_an_erasure_asks_everybody_and_its_receipt_waits_for_all(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    share(cedar, "chest")
    vendor.mind(down=True)
    duty = leave(cedar)
    drain()
    duty.refresh_from_db()
    assert duty.state == "sent"
    assert sharing.unsettled(cedar.ref, 1).count() == 2
    assert bodies() == []
    vendor.mind(down=False)
    drain(timedelta(hours=1))
    duty.refresh_from_db()
    assert (duty.state, vendor.copies) == ("done", {})
    told = sharing.standings(cedar.ref, 1)
    assert told.keys() == {str(Named.AWS), str(Named.INTERCOM)}
    assert {each["state"] for each in told.values()} == {"verified"}
    (body,) = bodies()
    assert (body["kind"], body["processors"]) == ("erase.store", told)


def test_it_needs_neither_the_key_nor_the_rows_nor_the_grant(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    share(cedar, "chest")
    vendor.mind(down=True)
    leave(cedar)
    drain()
    assert configured.keystore().state(cedar.ref, 1) == "destroyed"
    assert not Row.objects.exclude(kind="gone").exists()
    assert not Grant.objects.exists()
    vendor.mind(down=False)
    drain(timedelta(hours=1))
    assert vendor.copies == {}


def test_a_store_that_shared_nothing_waits_for_no_processor(vendor: Truth, cedar: Store) -> None:
    duty = leave(cedar)
    drain()
    duty.refresh_from_db()
    assert duty.state == "done"
    assert sharing.standings(cedar.ref, 1) == {}
    assert vendor.asked == []


def test_a_withdrawal_that_is_under_way_is_not_asked_for_twice(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    vendor.mind(down=True)
    withdraw(cedar)
    drain()
    duty = leave(cedar)
    drain()
    assert Duty.objects.filter(kind=Duty.ERASE_COPY).count() == 1
    vendor.mind(down=False)
    drain(timedelta(hours=1))
    duty.refresh_from_db()
    assert duty.state == "done"
    assert sorted(body["kind"] for body in bodies()) == ["erase.copy", "erase.store"]


def test_one_that_is_refused_by_law_lets_the_erasure_go_on_and_stands_in_the_receipt(
    vendor: Truth, cedar: Store
) -> None:
    share(cedar)
    vendor.mind(down=True)
    duty = leave(cedar)
    drain()
    duties.refuse(only().ref, "gdpr", "article 17 (3) (b)", "operator ada", now())
    drain()
    duty.refresh_from_db()
    assert duty.state == "done"
    (body,) = bodies()
    assert body["processors"]["Intercom"]["state"] == "refused"
    assert len(vendor.copies) == 1
    newer, _ = come_back(cedar)
    vendor.mind(down=False)
    share(newer)
    assert len(vendor.copies) == 2, "what must be kept stands in nobody's way"


def test_who_comes_back_is_shared_anew_only_when_the_old_copy_is_gone(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    vendor.mind(down=True)
    leave(cedar)
    drain()
    newer, _ = come_back(cedar)
    share(newer)
    assert [method for method, _ in vendor.asked].count("PUT") == 1
    vendor.mind(down=False)
    drain(timedelta(hours=1))
    assert vendor.copies.keys() == {f"acme-{cedar.ref}-2"}
    assert "Cedar II" in vendor.copies[f"acme-{cedar.ref}-2"]
    assert set(Share.objects.filter(absent_at=None).values_list("epoch", flat=True)) == {2}


def test_an_old_copy_that_nobody_has_asked_for_yet_holds_the_new_one_back_too(
    vendor: Truth, cedar: Store
) -> None:
    share(cedar)
    newer, _ = come_back(cedar)  # the old epoch is still in quarantine
    share(newer)
    assert vendor.copies.keys() == {f"acme-{cedar.ref}-1"}


def test_the_erasure_of_one_epoch_leaves_the_others_copy(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    leave(cedar)
    drain()
    newer, _ = come_back(cedar)
    share(newer)
    sharing.ask_all(Duty.objects.get(kind=Duty.ERASE_STORE), now())
    drain()
    assert vendor.copies.keys() == {f"acme-{cedar.ref}-2"}


# Races ------------------------------------------------------------------------------------------------------


def in_thread(work: Any) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(condition: Any) -> None:
    for _ in range(200):
        if condition():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not come")


@pytest.mark.parametrize("end", ["withdrawn", "erased"])
def test_what_was_on_its_way_when_it_was_taken_back_is_erased_behind_it(
    vendor: Truth, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acme, "_transport", Transport(Limits(seconds=60)))
    store, _ = cedar_and_key()
    consents.give(store, "acme", now())
    vendor.mind(gate=True, methods=["PUT"])
    sending = in_thread(drain)
    until(lambda: vendor.asked)
    if end == "withdrawn":
        withdraw(store)
    else:
        leave(store)
    drain()  # another worker, while the one that sends is at work
    assert [method for method, _ in vendor.asked] == ["PUT"], "it takes turns with what erases"
    vendor.mind(gate=False)
    sending.join()
    drain(timedelta(minutes=5))
    assert vendor.copies == {}
    assert [method for method, _ in vendor.asked] == ["PUT", "DELETE", "GET"]
    assert {each.state for each in Duty.objects.all()} <= {"verified", "done"}
    assert Share.objects.get().absent_at is not None


def test_a_call_whose_end_is_not_known_keeps_an_absence_from_being_the_last_word(
    vendor: Truth, cedar: Store
) -> None:
    vendor.mind(early_seconds=2, methods=["PUT"])  # longer than we wait for it
    share(cedar)
    assert Share.objects.get().sending_at is not None
    withdraw(cedar)
    drain()  # nothing is there yet
    assert only().state == "sent"
    assert bodies() == []
    until(lambda: vendor.copies)
    Share.objects.update(sending_at=now() - gaps.QUIET)
    drain(timedelta(hours=1))
    assert (only().state, vendor.copies) == ("verified", {})


def test_a_worker_that_was_frozen_and_sends_late_has_it_erased_again(
    vendor: Truth, cedar: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents.give(cedar, "acme", now())
    sent = shares._settle

    def frozen(parcel: shares.Parcel, **told: str) -> None:
        monkeypatch.setattr(shares, "_settle", sent)
        copies = vendor.copies
        Share.objects.update(sending_at=now() - gaps.QUIET)
        duty = withdraw(cedar)
        ending.end(duty.pk)
        assert (only().state, vendor.copies) == ("verified", {})
        vendor.mind(copies=copies)
        sent(parcel, **told)

    monkeypatch.setattr(shares, "_settle", frozen)
    shares.send(cedar.pk, "acme")
    late = Duty.objects.get(kind=Duty.ERASE_COPY, state="asked")
    assert (late.cause, late.asked_by) == ("late", "clock")
    drain()
    late.refresh_from_db()
    assert (late.state, vendor.copies) == ("verified", {})
    assert [body["cause"] for body in bodies()] == ["withdrawn", "late"]


def test_four_that_withdraw_at_once_make_one_duty_and_one_receipt(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    gate = threading.Barrier(4)

    def take_back() -> None:
        gate.wait()
        consents.withdraw(cedar, "acme", now())

    for thread in [in_thread(take_back) for _ in range(4)]:
        thread.join()
    drain()
    assert Duty.objects.filter(kind=Duty.ERASE_COPY).count() == 1
    assert len(bodies()) == 1
    assert Annal.objects.filter(kind="consent").count() == 2
