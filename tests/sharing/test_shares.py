"""What goes to a processor: what the merchant consents to, once, and nothing before, beside or behind it."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from connectors import annals, configured, erase, reading
from connectors.errors import Missing
from connectors.models import Annal, AuditEntry, Consent, Duty, Job, Share, Store, StoreState
from connectors.policy.clauses import Processor as Named
from connectors.policy.sharing import GIVEN
from connectors.processors import PROCESSORS
from connectors.sharing import consents, cutting, shares, tending
from tests import cast
from tests.sharing.acme import Acme
from tests.sharing.conftest import Truth, cedar_and_key, drain, now, share

pytestmark = pytest.mark.django_db(transaction=True)


def named(store: Store, epoch: int = 1, processor: str = "acme") -> str:
    return f"{processor}-{store.ref}-{epoch}"


def change(store: Store, **changed: Any) -> None:
    """Let the platform change the store's record."""
    key = configured.keystore().get(store.ref, store.epoch)
    later = cast.NOON + timedelta(seconds=1)
    reading.keep_store(store, key, cast.store_info(**{"updated_at": later, **changed}), 0)
    drain()


# Consent ----------------------------------------------------------------------------------------------


def test_nothing_goes_before_the_merchant_consents(vendor: Truth, cedar: Store) -> None:
    change(cedar, name="Cedar & Daughters")
    tending.tend()
    tending.look_at_all()
    shares.send(cedar.pk, "acme")
    drain(timedelta(days=2))
    assert vendor.asked == []
    assert not Share.objects.exists()


def test_what_was_consented_to_goes_and_nothing_to_anybody_else(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    assert vendor.copies.keys() == {named(cedar)}
    assert json.loads(vendor.copies[named(cedar)]) == {
        "StoreInfo.name": "Cedar & Sons",
        "StoreInfo.email": "owner@cedar.example",
        "StoreInfo.domain": "cedar.myshopify.com",
        "StoreInfo.phone": "+16135550100",
        "StoreInfo.owner_name": "Ada Cedar",
    }
    held = Share.objects.get()
    assert (held.processor, held.epoch, held.remote_id) == ("acme", 1, "acme-1")
    assert (held.shared_at is not None, held.sending_at, held.reason) == (True, None, "")


def test_two_consents_are_one(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    first = consents.given(cedar)
    share(cedar)
    assert consents.given(cedar) == first
    assert Consent.objects.count() == 1
    assert len(vendor.asked) == 1


def test_a_processor_that_is_off_or_unknown_takes_no_consent(
    vendor: Truth, cedar: Store, settings: Any
) -> None:
    settings.PROCESSORS = {"acme": {"origin": vendor.origin, "token": ""}}
    for name in ("acme", "chest", "nobody"):
        with pytest.raises(Missing):
            consents.give(cedar, name, now())
    assert consents.choices(cedar) == []
    assert not Consent.objects.exists()


def test_a_store_that_has_left_gives_no_consent(vendor: Truth, cedar: Store) -> None:
    with transaction.atomic():
        erase.uninstall(Store.objects.select_for_update().get(), "uninstalled", now())
    with pytest.raises(consents.NotOpen):
        consents.give(cedar, "acme", now())


def test_a_consent_of_an_older_epoch_says_nothing_of_this_one(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    Store.objects.update(epoch=2)
    newer = Store.objects.get()
    cast.keep(newer, configured.keystore().create(newer.ref, 2), cast.store_info(name="Second"))
    shares.look(newer.pk)
    tending.tend()
    drain()
    assert consents.given(newer) == {}
    assert len(vendor.asked) == 1


def test_it_is_noted_for_the_ledger_and_in_the_log_before_it_goes(
    vendor: Truth, cedar: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[set[str]] = []

    def flush() -> None:
        known.append(set(Annal.objects.values_list("kind", flat=True)))
        assert Share.objects.filter(processor="acme", shared_at=None).exists()
        assert vendor.asked == []

    monkeypatch.setattr(annals, "flush", flush)
    monkeypatch.setattr(annals, "_flush_behind", lambda: None)
    consents.give(cedar, "acme", now())
    shares.send(cedar.pk, "acme")
    assert known == [{"consent", "shared"}]
    actions = set(AuditEntry.objects.filter(store_ref=cedar.ref).values_list("action", flat=True))
    assert {"consent.given", "copy.shared"} <= actions


# What goes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", list(GIVEN))
def test_of_a_record_full_of_markers_only_what_the_register_allows_goes(
    title: Named, vendor: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROCESSORS, "acme", Acme("acme", title))
    store, key = cast.store()
    cast.keep(store, key, marked(), cast.product(title="MARK-product"), cast.offer(title="MARK-offer"))
    share(store)
    body = vendor.copies[named(store)]
    allowed = {name for name in GIVEN[title].leaves if MARKED.get(name, "no mark") in body}
    found = {name for name, mark in MARKED.items() if mark in body}
    assert found == (set() if GIVEN[title].sealed else allowed)
    assert "MARK-product" not in body
    assert "MARK-offer" not in body
    if GIVEN[title].sealed:
        assert json.loads(body).keys() == {"sealed"}
    else:
        assert json.loads(body).keys() == set(GIVEN[title].leaves)
        assert allowed


MARKED = {
    f"StoreInfo.{name}": f"MARK-{name}-END"
    for name in (
        "store_id", "name", "email", "domain", "primary_domain", "phone", "currency", "timezone",
        "owner_name", "billing_currency", "primary_location_id", "locale", "plan", "weight_unit",
        "unit_system", "money_format", "address.country", "address.country_code", "address.state",
        "address.state_code", "address.address1", "address.address2", "address.zip_code", "address.city",
        "payment_methods[]", "presentment_currencies[]",
    )
}  # fmt: skip


def marked() -> Any:
    """Return a store's record with a marker in every text."""
    plain = {
        name.removeprefix("StoreInfo."): mark
        for name, mark in MARKED.items()
        if "." not in name.removeprefix("StoreInfo.") and "[]" not in name
    }
    record = cast.store_info(
        **plain,
        payment_methods=(MARKED["StoreInfo.payment_methods[]"],),
        presentment_currencies=(MARKED["StoreInfo.presentment_currencies[]"],),
    )
    place = {
        name.removeprefix("StoreInfo.address."): mark for name, mark in MARKED.items() if ".address." in name
    }
    return replace(record, address=replace(record.address, **place))


def test_what_goes_sealed_opens_with_the_stores_key_alone(vendor: Truth) -> None:
    store, key = cedar_and_key()
    share(store, "chest")
    held = bytes.fromhex(json.loads(vendor.copies[named(store, processor="chest")])["sealed"])
    opened = key.open(cutting.KIND, "chest", held)
    assert b"owner@cedar.example" in opened
    assert b"owner@cedar.example" not in held


def test_what_has_no_value_is_told_so_that_it_is_cleared_there(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    change(cedar, phone=None)
    assert json.loads(vendor.copies[named(cedar)])["StoreInfo.phone"] is None


def test_a_change_goes_and_the_same_again_does_not(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    change(cedar, owner_name="Bea Cedar")
    assert "Bea Cedar" in vendor.copies[named(cedar)]
    assert len(vendor.asked) == 2
    change(cedar, owner_name="Bea Cedar", locale="fr", updated_at=cast.NOON + timedelta(seconds=2))
    tending.look_at_all()
    drain()
    assert len(vendor.asked) == 2, "a leaf that does not go has changed"


def test_nothing_goes_while_the_merchant_has_paused(vendor: Truth, cedar: Store) -> None:
    Store.objects.update(paused_at=now())
    share(Store.objects.get())
    tending.tend()
    drain(timedelta(days=1))
    assert vendor.asked == []
    Store.objects.update(paused_at=None)
    tending.tend()
    drain()
    assert vendor.copies.keys() == {named(cedar)}


# Trouble ------------------------------------------------------------------------------------------------


def test_one_that_is_down_is_tried_again_until_it_takes_it(vendor: Truth, cedar: Store) -> None:
    vendor.mind(answers=[503, 500, 0])
    share(cedar)
    held = Share.objects.get()
    assert (held.failures, held.shared_at) == (1, None)
    assert held.reason == "Unavailable: Acme answered 503"
    choice = next(each for each in consents.choices(cedar) if each.name == "acme")
    assert (choice.state, choice.reason) == ("asked", held.reason)
    for _ in range(3):
        drain(timedelta(hours=2))
    held.refresh_from_db()
    assert (held.failures, held.reason, held.shared_at is not None) == (0, "", True)
    assert vendor.copies.keys() == {named(cedar)}


def test_one_that_refuses_for_good_is_not_asked_again_until_something_changes(
    vendor: Truth, cedar: Store
) -> None:
    vendor.mind(refuses=True)
    share(cedar)
    tending.tend()
    drain(timedelta(days=1))
    assert len(vendor.asked) == 1
    choice = next(each for each in consents.choices(cedar) if each.name == "acme")
    assert (choice.state, choice.reason) == ("refused", "Unsubscribed: The person has unsubscribed there.")
    vendor.mind(refuses=False)
    change(cedar, email="bea@cedar.example")
    choice = next(each for each in consents.choices(cedar) if each.name == "acme")
    assert (choice.state, choice.reason) == ("shared", "")
    assert "bea@cedar.example" in vendor.copies[named(cedar)]


def test_one_that_answers_too_late_may_have_it_and_is_asked_again(vendor: Truth, cedar: Store) -> None:
    vendor.mind(late_seconds=1.8, methods=["PUT"])
    share(cedar)
    held = Share.objects.get()
    assert held.sending_at is not None, "the call may still arrive"
    assert held.shared_at is None
    vendor.mind(late_seconds=0)
    drain(timedelta(hours=1))
    settled = Share.objects.get()
    assert settled.shared_at is not None
    assert settled.sending_at == held.sending_at, "the first call may arrive behind the second"


def test_no_value_and_no_token_is_in_logs_reasons_jobs_annals_or_the_log(
    vendor: Truth, cedar: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vendor.mind(answers=[503, 401, 400])
    share(cedar)
    for _ in range(4):
        drain(timedelta(hours=2))
    consents.withdraw(cedar, "acme", now())
    drain()
    rows: list[Any] = [*Share.objects.values(), *Duty.objects.values(), *Annal.objects.values()]
    rows += [*AuditEntry.objects.values(), *Job.objects.values(), *Consent.objects.values()]
    written = caplog.text + repr(rows)
    for value in ("owner@cedar.example", "Ada Cedar", "+16135550100", "Cedar & Sons", "t0ken-of-acme"):
        assert value not in written


def test_a_store_without_a_record_gives_nothing_until_it_has_one(vendor: Truth) -> None:
    store, _ = cast.store(state=StoreState.ACTIVE)
    share(store)
    assert vendor.asked == []
    change(store)
    assert vendor.copies.keys() == {named(store)}
