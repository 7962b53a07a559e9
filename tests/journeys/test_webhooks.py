"""What happens at the platform is here a moment later: told once, twice, late, in disorder, or not at all."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors import sync, work
from connectors.models import Delivery, Row, RunMode, StoreState
from connectors.platforms.shopify.topics import TOPICS
from tests.journeys import truth
from tests.journeys.merchant import Merchant, number

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _installed(merchant: Merchant) -> None:
    merchant.come()


def assert_as_there(merchant: Merchant) -> None:
    assert truth.held_products(merchant) == truth.products(merchant)
    assert truth.held_sales(merchant) == truth.sales(merchant)
    assert truth.held_offers(merchant) == truth.offers(merchant)


def test_a_product_that_is_made_changed_and_deleted_is_followed(merchant: Merchant) -> None:
    made = merchant.sandbox.create_product(merchant.shop, title="Rain barrel", price="89.00")
    merchant.settle()
    assert merchant.products()[number(made["id"])].title == "Rain barrel"
    merchant.sandbox.change_product(merchant.shop, made["id"], title="Water butt", price="79.50", stock=7)
    merchant.settle()
    held = merchant.products()[number(made["id"])]
    assert (held.title, held.variants[0].price) == ("Water butt", Decimal("79.50"))
    assert_as_there(merchant)
    merchant.sandbox.delete_product(merchant.shop, made["id"])
    merchant.settle()
    assert number(made["id"]) not in merchant.products()
    assert_as_there(merchant)


def test_stock_alone_is_followed(merchant: Merchant) -> None:
    first = merchant.sandbox.products(merchant.shop)[0]
    sent = merchant.sandbox.change_product(merchant.shop, first["id"], stock=3)["deliveries"]
    topics = {each["number"]: each["topic"] for each in merchant.sandbox.deliveries(shop=merchant.shop)}
    assert "inventory_levels/update" in {topics[each] for each in sent}
    merchant.settle()
    assert_as_there(merchant)


def test_an_order_that_is_made_cancelled_and_deleted_is_followed(merchant: Merchant) -> None:
    made = merchant.sandbox.create_order(merchant.shop)["id"]
    merchant.settle()
    assert merchant.sales()[number(made)].cancelled_at is None
    merchant.sandbox.change_order(merchant.shop, made, cancelled=True)
    merchant.settle()
    assert merchant.sales()[number(made)].cancelled_at is not None
    merchant.sandbox.delete_order(merchant.shop, made)
    merchant.settle()
    assert number(made) not in merchant.sales()
    assert_as_there(merchant)


def test_an_offer_that_is_made_ended_and_deleted_is_followed(merchant: Merchant) -> None:
    made = merchant.sandbox.create_discount(merchant.shop, code="RAIN20", percentage="0.2")["id"]
    merchant.settle()
    name = made.removeprefix("gid://shopify/")
    assert merchant.offers()[name].codes == ("RAIN20",)
    merchant.sandbox.end_discount(merchant.shop, made)
    merchant.settle()
    assert merchant.offers()[name].status == "expired"
    merchant.sandbox.delete_discount(merchant.shop, made)
    merchant.settle()
    assert name not in merchant.offers()
    assert_as_there(merchant)


def test_a_change_of_the_store_is_followed_with_what_only_the_webhook_reports(merchant: Merchant) -> None:
    assert merchant.info().reported is None
    merchant.sandbox.change_shop(merchant.shop, name="Rain & Sons", google_apps_domain="mail.rain.example")
    merchant.settle()
    info = merchant.info()
    assert info.name == "Rain & Sons"
    assert info.reported is not None
    assert (info.reported.google_apps_domain, info.reported.finances) == ("mail.rain.example", True)
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert merchant.info() == info  # a reading, which does not offer it, leaves what was reported


def test_every_delivery_twice_changes_nothing_more(merchant: Merchant) -> None:
    first = merchant.sandbox.products(merchant.shop)[0]
    sent = merchant.sandbox.webhook(merchant.shop, "products/update", thing=first["id"], copies=3)
    assert merchant.acknowledged(sent) == [200, 200, 200]
    merchant.settle()
    assert len(merchant.deliveries(topic="products/update")) == 1
    (again,) = [merchant.sandbox.deliver_again(sent[0])]
    assert merchant.acknowledged([again]) == [200]
    merchant.settle()
    assert len(merchant.deliveries(topic="products/update")) == 1


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_disorder_ends_in_the_state_that_is_there(merchant: Merchant, order: str) -> None:
    shop, sandbox = merchant.shop, merchant.sandbox
    first = sandbox.products(shop)[0]["id"]
    second = sandbox.create_product(shop, title="Known before")["id"]
    merchant.settle()
    with sandbox.held(release=order):
        for title in ("One", "Two", "Three"):
            sandbox.change_product(shop, first, title=title)
        made = sandbox.create_product(shop, title="Short-lived")
        sandbox.delete_product(shop, made["id"])
        sandbox.delete_product(shop, second)
        order_id = sandbox.create_order(shop)["id"]
        sandbox.change_order(shop, order_id, cancelled=True)
    merchant.settle()
    assert merchant.products()[number(first)].title == "Three"
    assert_as_there(merchant)
    assert {each.state for each in merchant.deliveries()} == {"done"}


def test_a_word_that_comes_days_late_does_not_bring_back_what_is_gone(merchant: Merchant) -> None:
    first = merchant.sandbox.products(merchant.shop)[0]["id"]
    merchant.sandbox.change_product(merchant.shop, first, title="Before the end")
    merchant.settle()
    late = merchant.sandbox.deliveries(shop=merchant.shop, topic="products/update")[-1]
    merchant.sandbox.delete_product(merchant.shop, first)
    merchant.settle()
    merchant.sandbox.webhook(
        merchant.shop, "products/update", body={"id": int(number(first))}, webhook_id="another", family="both"
    )
    assert late["state"] == "delivered"
    merchant.settle()
    assert number(first) not in merchant.products()


def test_what_no_word_told_is_found_by_the_next_increment(merchant: Merchant) -> None:
    first = merchant.sandbox.products(merchant.shop)[0]["id"]
    with merchant.silenced():
        merchant.sandbox.change_product(merchant.shop, first, title="Told by nobody", stock=1)
        merchant.sandbox.create_order(merchant.shop)
        merchant.sandbox.create_discount(merchant.shop, code="QUIET")
        merchant.sandbox.change_shop(merchant.shop, name="Quiet & Sons")
        merchant.settle()
    assert merchant.products()[number(first)].title != "Told by nobody"
    sync.begin_all(RunMode.SINCE)
    merchant.settle()
    assert {run.mode for run in merchant.runs().values()} == {RunMode.SINCE}
    assert merchant.info().name == "Quiet & Sons"
    assert_as_there(merchant)


def test_a_deletion_that_no_word_told_is_found_by_the_daily_sweep(merchant: Merchant) -> None:
    shop, sandbox = merchant.shop, merchant.sandbox
    with merchant.silenced():
        sandbox.delete_product(shop, sandbox.products(shop)[0]["id"])
        sandbox.delete_order(shop, next(each["id"] for each in sandbox.orders(shop) if each["visible"]))
        sandbox.delete_discount(shop, sandbox.discounts(shop)[0]["id"])
        merchant.settle()
    sync.begin_all(RunMode.SINCE)
    merchant.settle()
    assert len(merchant.products()) == 4  # an increment sees no deletion
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert_as_there(merchant)
    runs = merchant.runs()
    assert {kind: run.gone for kind, run in runs.items()} == {"store": 0, "product": 1, "sale": 1, "offer": 1}
    assert Row.objects.filter(store=merchant.store, sealed__isnull=True).count() == 3


def test_a_day_s_ticks_begin_a_full_sync(merchant: Merchant) -> None:
    with merchant.silenced():
        merchant.sandbox.delete_product(merchant.shop)
        work.engine().drain(ticks=True)
        merchant.settle()
    assert_as_there(merchant)


def test_an_order_older_than_the_platform_shows_is_kept_when_it_changes(merchant: Merchant) -> None:
    # An order that we read while it was shown, and that now is too old for us to be shown again.
    order = next(each for each in merchant.sandbox.orders(merchant.shop) if each["visible"])
    gone = next(each for each in merchant.sandbox.orders(merchant.shop) if not each["visible"])
    key = merchant.key
    row = Row.objects.get(kind="sale", fingerprint=key.fingerprint("sale", number(order["id"])))
    Row.objects.filter(pk=row.pk).update(dated_at=datetime(2020, 1, 1, tzinfo=UTC))
    merchant.sandbox.webhook(
        merchant.shop, "orders/updated", body={"id": int(number(gone["id"]))}, webhook_id="old"
    )
    merchant.settle()
    assert Row.objects.filter(pk=row.pk, sealed__isnull=False).exists()


def test_every_topic_that_we_subscribe_to_is_taken_and_applied(merchant: Merchant) -> None:
    shop, sandbox = merchant.shop, merchant.sandbox
    product = sandbox.products(shop)[0]
    order = next(each["id"] for each in sandbox.orders(shop) if each["visible"])
    numbered = {"id": int(number(order)), "order_id": int(number(order))}
    bodies: dict[str, dict[str, Any]] = {
        "products": {"id": int(number(product["id"]))},
        "inventory_items": {"id": _stock_item(merchant)},
        "inventory_levels": {"inventory_item_id": _stock_item(merchant)},
        "orders": numbered | {"order_edit": numbered},
        "refunds": numbered,
        "discounts": {"admin_graphql_api_id": sandbox.discounts(shop)[0]["id"]},
        "shop": {"id": int(sandbox.store(shop)["number"]), "finances": True},
        "app": {"current": sandbox.store(shop)["scopes"]},
        "bulk_operations": {"admin_graphql_api_id": "gid://shopify/BulkOperation/1"},
    }
    before = sandbox.app()["topics"]
    sandbox.app(topics=sorted(TOPICS))
    topics = [each for each in TOPICS if each not in ENDING]
    sent = [sandbox.webhook(shop, each, body=bodies[each.partition("/")[0]])[0] for each in topics]
    sandbox.app(topics=before)
    assert merchant.acknowledged(sent) == [200] * len(topics)
    merchant.settle()
    assert {each.topic for each in merchant.deliveries(state="done")} >= set(topics)
    assert not merchant.deliveries(state="failed")
    # What a topic says is not believed: all of it is still there.
    assert_as_there(merchant)


ENDING = {"app/uninstalled", "shop/redact", "customers/redact", "customers/data_request"}


def _stock_item(merchant: Merchant) -> int:
    sent = merchant.sandbox.change_product(merchant.shop, stock=2)["deliveries"]
    told = {each["number"]: each for each in merchant.sandbox.deliveries(shop=merchant.shop)}
    levels = [told[each] for each in sent if told[each]["topic"] == "inventory_levels/update"]
    return int(json.loads(levels[0]["body"])["inventory_item_id"])


@pytest.mark.parametrize("signature", ["wrong", "missing", "empty", "not_base64"])
def test_a_delivery_with_a_bad_signature_leaves_nothing(merchant: Merchant, signature: str) -> None:
    sent = merchant.sandbox.webhook(merchant.shop, "app/uninstalled", signature=signature)
    assert merchant.acknowledged(sent) == [401]
    assert merchant.store.state == StoreState.ACTIVE
    assert not Delivery.objects.exclude(kind="export.finished").exists()


@pytest.mark.parametrize("family", ["x", "events", "both"])
def test_either_family_of_headers_and_the_old_secret_are_taken(merchant: Merchant, family: str) -> None:
    first = merchant.sandbox.products(merchant.shop)[0]["id"]
    for signature in ("right", "old"):
        sent = merchant.sandbox.webhook(
            merchant.shop, "products/update", thing=first, family=family, signature=signature
        )
        assert merchant.acknowledged(sent) == [200]
    assert len(merchant.deliveries(topic="products/update", state="waiting")) == 2
    merchant.settle()
    assert len(merchant.deliveries(topic="products/update", state="done")) == 2
