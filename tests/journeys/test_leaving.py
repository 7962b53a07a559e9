"""Leaving: from the uninstall to the receipt, and what a late or lost word of it does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors import configured, erase, receipts, work
from connectors.models import Delivery, Duty, Grant, Job, Receipt, Report, Row, Run, StoreState
from tests.journeys import truth
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


def receipt_text() -> str:
    found = Receipt.objects.get()
    return receipts.compose(found.body, found.signature)


def assert_erased(merchant: Merchant) -> None:
    store = merchant.store
    assert store.state == StoreState.ERASED
    assert configured.keystore().state(store.ref, store.epoch) == "destroyed"
    assert not Row.objects.filter(store=store).exclude(kind="gone").exists()
    for model in (Run, Report, Grant):
        assert not model._default_manager.filter(store=store).exists()
    assert receipts.verify(receipt_text(), configured.signer().public_key_text)


def test_from_the_uninstall_on_no_call_is_made(merchant: Merchant) -> None:
    merchant.come()
    merchant.sandbox.change_product(merchant.shop, title="Renamed before the uninstall")
    merchant.sandbox.flush()
    assert Delivery.objects.filter(state="waiting").exists()
    merchant.sandbox.uninstall(merchant.shop)
    merchant.sandbox.flush()
    last = merchant.last_call
    merchant.sandbox.webhook(merchant.shop, "products/update", body={"id": 1})
    work.engine().drain(ticks=True)
    merchant.settle()
    assert merchant.store.state == StoreState.QUARANTINED
    assert merchant.calls_since(last) == []
    assert not Grant.objects.exists()
    assert not Delivery.objects.filter(sealed__isnull=False).exists()
    assert configured.keystore().state(merchant.store.ref, 1) == "quarantined"
    assert Row.objects.filter(kind="product").count() == 4


def test_a_sync_that_runs_at_the_uninstall_ends_and_keeps_nothing_more(merchant: Merchant) -> None:
    merchant.sandbox.bulk(delay_seconds=3600)
    merchant.open()
    merchant.work_once()
    merchant.leave()
    assert {run.state for run in merchant.runs().values()} <= {"failed", "done"}
    assert {run.error for run in merchant.runs(kind="product").values()} == {"the store was uninstalled"}
    assert not Row.objects.filter(kind="product").exists()
    assert Job.objects.filter(task="sync.step", state="ready").count() == 0


def test_an_uninstall_amid_the_applying_ends_it_without_an_alarm(merchant: Merchant) -> None:
    merchant.come()
    for each in merchant.sandbox.products(merchant.shop)[:3]:
        merchant.sandbox.change_product(merchant.shop, each["id"], title="Renamed before the uninstall")
    merchant.sandbox.flush()

    def leave() -> None:
        merchant.sandbox.uninstall(merchant.shop)
        merchant.sandbox.flush()

    with merchant.meanwhile("graphql", leave):
        merchant.work_once()
    merchant.settle()
    assert merchant.store.state == StoreState.QUARANTINED
    assert {each.state for each in merchant.deliveries(topic="products/update")} == {"ignored"}
    assert not Delivery.objects.filter(sealed__isnull=False).exists()
    assert not Job.objects.filter(state="dead").exists()


def test_shop_redact_erases_and_leaves_a_receipt(merchant: Merchant) -> None:
    merchant.come()
    merchant.leave()
    merchant.sandbox.advance(hours=47)
    merchant.settle()
    assert merchant.store.state == StoreState.QUARANTINED
    merchant.sandbox.advance(hours=2)
    merchant.settle()
    assert_erased(merchant)
    duty = Duty.objects.get()
    assert (duty.cause, duty.counts["rows"]) == ("redact", 1 + 4 + 6 + 10)


def test_our_own_clock_erases_where_no_redact_comes(merchant: Merchant, settings: Any) -> None:
    settings.QUARANTINE_HOURS = 0
    merchant.come()
    merchant.leave()
    assert_erased(merchant)
    assert Duty.objects.get().cause == "uninstalled"


def test_our_own_clock_does_not_erase_before_its_time(merchant: Merchant) -> None:
    merchant.come()
    merchant.leave()
    work.engine().drain(datetime.now(UTC) + timedelta(hours=47))
    duty = Duty.objects.get()
    assert (duty.state, merchant.store.state) == ("asked", StoreState.QUARANTINED)
    erase.carry(duty.pk)  # nor when it is told to
    assert Row.objects.filter(kind="product", sealed__isnull=False).count() == 4


def test_a_lost_uninstall_is_seen_by_the_next_sync_and_ended_by_shop_redact(merchant: Merchant) -> None:
    merchant.come()
    with merchant.silenced():
        merchant.leave()
    work.engine().drain(ticks=True)
    merchant.settle()
    assert merchant.store.state == StoreState.REAUTH
    last = merchant.last_call
    work.engine().drain(ticks=True)
    merchant.settle()
    assert merchant.calls_since(last) == []
    merchant.sandbox.advance(hours=49)
    merchant.settle()
    assert_erased(merchant)


def test_a_redact_that_comes_twice_makes_one_receipt(merchant: Merchant) -> None:
    merchant.come()
    merchant.leave()
    merchant.sandbox.advance(hours=49)
    merchant.settle()
    (redact,) = merchant.sandbox.deliveries(shop=merchant.shop, topic="shop/redact")
    merchant.sandbox.deliver_again(redact["number"])
    merchant.sandbox.webhook(merchant.shop, "shop/redact", body=_short(merchant))
    merchant.settle()
    assert_erased(merchant)


def test_a_late_uninstall_does_not_end_the_install_after_it(merchant: Merchant) -> None:
    merchant.come()
    with merchant.silenced():
        merchant.leave()
    work.engine().drain(ticks=True)  # and sees that the grant is dead
    merchant.settle()
    left_at = datetime.now(UTC).isoformat()
    merchant.come()
    _tell_uninstall(merchant, left_at)
    assert merchant.store.state == StoreState.ACTIVE
    assert not Duty.objects.exists()
    assert truth.held_products(merchant) == truth.products(merchant)


def test_a_late_uninstall_of_a_store_that_is_back_already_asks_for_a_new_grant(merchant: Merchant) -> None:
    merchant.come()
    with merchant.silenced():
        merchant.leave()
    left_at = datetime.now(UTC).isoformat()
    merchant.open()  # Minta cannot see that this is another install
    _tell_uninstall(merchant, left_at)
    assert merchant.store.state == StoreState.REAUTH
    assert not Duty.objects.exists()
    merchant.come()
    assert merchant.store.epoch == 1
    assert truth.held_products(merchant) == truth.products(merchant)


def test_a_late_redact_of_the_install_before_does_not_touch_the_new_one(merchant: Merchant) -> None:
    merchant.come()
    merchant.leave()
    left_at = datetime.now(UTC).isoformat()
    merchant.come()
    merchant.sandbox.webhook(
        merchant.shop, "shop/redact", body=_short(merchant), triggered_at=left_at, webhook_id="late"
    )
    merchant.settle()
    assert merchant.store.state == StoreState.ACTIVE
    assert Duty.objects.get().epoch == 1


def test_what_comes_after_the_erasure_brings_nothing_back(merchant: Merchant, settings: Any) -> None:
    settings.QUARANTINE_HOURS = 0
    merchant.come()
    merchant.leave()
    last = merchant.last_call
    for topic, body in (
        ("products/update", {"id": 1}),
        ("customers/redact", _short(merchant) | {"orders_to_redact": [1]}),
        ("customers/data_request", _short(merchant) | {"orders_requested": [1], "data_request": {"id": 5}}),
        ("app/uninstalled", {"id": int(_short(merchant)["shop_id"])}),
    ):
        (sent,) = merchant.sandbox.webhook(merchant.shop, topic, body=body) or [0]
        assert sent == 0 or merchant.acknowledged([sent]) == [200]
    work.engine().drain(ticks=True)
    merchant.settle()
    assert_erased(merchant)
    assert merchant.calls_since(last) == []
    assert not Delivery.objects.filter(sealed__isnull=False).exists()


def test_two_stores_leave_a_chain_of_receipts(arrive: Arrive, settings: Any) -> None:
    settings.QUARANTINE_HOURS = 0
    for _ in range(2):
        arrive().come().leave()
    chain = [receipts.compose(each.body, each.signature) for each in Receipt.objects.order_by("number")]
    assert len(chain) == 2
    assert receipts.verify_chain(chain, configured.signer().public_key_text)


def _short(merchant: Merchant) -> dict[str, Any]:
    there = merchant.sandbox.store(merchant.shop)
    return {"shop_id": int(there["number"]), "shop_domain": merchant.shop}


def _tell_uninstall(merchant: Merchant, occurred_at: str) -> None:
    sent = merchant.sandbox.webhook(
        merchant.shop,
        "app/uninstalled",
        body={"id": int(_short(merchant)["shop_id"])},
        triggered_at=occurred_at,
    )
    assert merchant.acknowledged(sent) == [200]
    merchant.settle()
