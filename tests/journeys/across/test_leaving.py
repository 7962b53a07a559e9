"""Leaving: from the uninstall to the receipt, and what comes too late, too early or not at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors import configured, erase, receipts, sync, work
from connectors.models import (
    Delivery,
    Duty,
    Grant,
    Person,
    Receipt,
    Row,
    Run,
    RunMode,
    Store,
    StoreState,
    Ticket,
)
from tests.journeys.across.conftest import Open
from tests.journeys.across.side import Side
from tests.journeys.merchant import Merchant, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def assert_erased(merchant: Merchant) -> None:
    store = merchant.store
    assert store.state == StoreState.ERASED
    assert configured.keystore().state(store.ref, store.epoch) == "destroyed"
    assert not Row.objects.filter(store=store).exclude(kind="gone").exists()
    for model in (Run, Grant, Person, Ticket):
        assert not model._default_manager.filter(store=store).exists()
    assert not Delivery.objects.filter(store=store, sealed__isnull=False).exists()
    found = Receipt.objects.order_by("-number").first()
    assert found is not None
    text = receipts.compose(found.body, found.signature)
    assert receipts.verify(text, configured.signer().public_key_text)
    assert store.ref in text


def test_from_the_uninstall_to_the_receipt_and_nothing_comes_back(
    merchant: Merchant, side: Side, settings: Any
) -> None:
    sandbox, shop = merchant.sandbox, merchant.shop
    old_proof = sandbox.load(shop)["url"]
    merchant.come()
    changed = sandbox.change_product(shop, title="Renamed before the uninstall")["deliveries"]
    sandbox.flush()
    old_load = sandbox.load(shop)["url"]
    sandbox.uninstall(shop)
    sandbox.flush()
    last = merchant.last_call
    assert merchant.store.state == StoreState.QUARANTINED
    for number in changed:
        sandbox.deliver_again(number)
    work.engine().drain(ticks=True)
    merchant.settle()
    assert configured.keystore().state(merchant.store.ref, 1) == "quarantined"
    assert merchant.calls_since(last) == []
    assert not Grant.objects.exists()
    duty = Duty.objects.get()
    assert (duty.state, duty.cause) == ("asked", "uninstalled")
    work.engine().drain(datetime.now(UTC) + timedelta(hours=47))
    assert Row.objects.filter(kind="product", sealed__isnull=False).count() == 3

    erase.hasten(duty.pk)
    merchant.settle()
    assert_erased(merchant)
    for number in changed:
        sandbox.deliver_again(number)
    for url in (old_proof, old_load):
        assert merchant.session.get(url, timeout=30).status_code != 200
    work.engine().drain(ticks=True)
    merchant.settle()
    assert_erased(merchant)
    assert Receipt.objects.count() == 1

    merchant.come()
    assert merchant.store.epoch == 2
    side.assert_as_there(merchant)


def test_who_comes_back_in_time_finds_a_new_epoch(merchant: Merchant, side: Side) -> None:
    merchant.come()
    left = merchant.sandbox.uninstall(merchant.shop)
    merchant.settle()
    assert merchant.store.state == StoreState.QUARANTINED
    # Their words of an end tell whole seconds, and nobody is back within the same one.
    left_at = merchant.store.left_at
    assert left_at is not None
    wait_for(lambda: datetime.now(UTC) > left_at.replace(microsecond=0) + timedelta(seconds=1))
    merchant.come()
    assert merchant.store.epoch == 2
    for number in left:
        merchant.sandbox.deliver_again(number)
    merchant.settle()
    assert merchant.store.state == StoreState.ACTIVE
    side.assert_as_there(merchant)
    assert_only_duty_is_of(merchant, epoch=1)


def assert_only_duty_is_of(merchant: Merchant, epoch: int) -> None:
    assert [each.epoch for each in Duty.objects.filter(store_ref=merchant.store.ref)] == [epoch]


def test_a_lost_uninstall_is_seen_by_the_dead_grant_and_ends_in_erasure(
    open_store: Open, side: Side, settings: Any
) -> None:
    settings.QUARANTINE_HOURS = 0
    merchant = open_store(side, products=1, orders=1).come()
    with merchant.sandbox.held():
        merchant.sandbox.uninstall(merchant.shop)
        if side.platform == "wix":
            merchant.sandbox.expire_tokens(merchant.shop)
        sync.begin_all(RunMode.SINCE)
        while merchant.work_once().total:
            pass
        assert merchant.store.state == StoreState.REAUTH
        last = merchant.last_call
        work.engine().drain(ticks=True)
        assert merchant.calls_since(last) == []
        _refused_for(days=13)
        erase.leave_silent(datetime.now(UTC))
        assert merchant.store.state == StoreState.REAUTH
        _refused_for(days=15)
        erase.leave_silent(datetime.now(UTC))
        while merchant.work_once().total:
            pass
        assert_erased(merchant)
        assert Duty.objects.get().cause == "silent"
    merchant.settle()
    assert_erased(merchant)  # the word of it came in the end


def _refused_for(*, days: int) -> None:
    Store.objects.update(stopped_at=datetime.now(UTC) - timedelta(days=days))
