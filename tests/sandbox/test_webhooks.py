"""Webhooks: bodies, headers, signatures, retries, and what goes wrong on request."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.catalogue import read_export
from connectors.sandbox.control import Sandbox
from connectors.sandbox.shopify.bodies import product_body
from connectors.sandbox.shopify.seeding import make_shop
from connectors.sandbox.shopify.signing import body_signature
from tests.sandbox.client import OLD_SECRET, SECRET, AppOnStore, Received, Receiver
from tests.shared import SHARED, needs_shared

EXAMPLES = SHARED / "specs" / "shopify" / "webhooks" / "2026-07" / "examples"


def _only(sandbox: Sandbox, receiver: Receiver, shop: str, topic: str) -> Received:
    assert sandbox.flush()
    (one,) = receiver.of(shop, topic)
    return one


def test_a_change_is_told_with_shopifys_headers_and_a_good_signature(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    before = datetime.now(UTC)
    sandbox.change_product(app.shop, title="Ö 富 \u2028 end")
    told = _only(sandbox, receiver, app.shop, "products/update")
    assert told.path == "/webhooks/shopify/"
    assert told.headers["x-shopify-hmac-sha256"] == body_signature(told.body, SECRET)
    assert told.headers["x-shopify-api-version"] == "2026-10"
    assert told.headers["content-type"] == "application/json"
    assert {"x-shopify-webhook-id", "x-shopify-event-id"} <= set(told.headers)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", told.headers["x-shopify-triggered-at"])
    said = datetime.fromisoformat(told.headers["x-shopify-triggered-at"])
    assert before - timedelta(seconds=1) <= said <= datetime.now(UTC)
    assert told.json["title"] == "Ö 富 \u2028 end"
    assert told.json["id"] > 2**53
    assert not any(name.startswith("shopify-") for name in told.headers)


@needs_shared
def test_bodies_have_the_fields_of_the_published_examples(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    sandbox.set_scopes(app.shop, [*sandbox.store(app.shop)["scopes"], "read_publications"])
    product = sandbox.create_product(app.shop, title="New")["id"]
    sandbox.change_product(app.shop, product, stock=3)
    sandbox.delete_product(app.shop, product)
    offer = sandbox.create_discount(app.shop, code="HALF")["id"]
    sandbox.end_discount(app.shop, offer)
    sandbox.delete_discount(app.shop, offer)
    order = sandbox.create_order(app.shop)["id"]
    sandbox.delete_order(app.shop, order)
    sandbox.change_shop(app.shop, name="Renamed")
    sandbox.redact_customer(app.shop)
    sandbox.request_customer(app.shop)
    collection = app.good("{ collections(first: 1) { nodes { id } } }")["collections"]["nodes"][0]["id"]
    location = app.good("{ location { id } }")["location"]["id"]
    sandbox.webhook(app.shop, "collections/update", thing=collection)
    sandbox.webhook(app.shop, "locations/update", thing=location)
    app.bulk("{ products { edges { node { id } } } }")
    sandbox.uninstall(app.shop)
    assert sandbox.flush()
    told = {one.topic: one.json for one in receiver.of(app.shop)}
    topics = {
        "products/create", "products/update", "products/delete", "inventory_levels/update",
        "discounts/create",
        "discounts/update", "discounts/delete", "orders/delete", "shop/update", "customers/redact",
        "customers/data_request", "collections/update", "locations/update", "bulk_operations/finish",
        "app/scopes_update", "app/uninstalled",
    }  # fmt: skip
    assert topics <= set(told)
    for topic in topics:
        example = json.loads((EXAMPLES / f"{topic}.json").read_text())["response"]
        assert set(told[topic]) == set(example), topic


def test_the_shop_body_carries_what_graphql_does_not(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    sandbox.change_shop(app.shop, google_apps_domain="workspace.example", finances=False)
    body = _only(sandbox, receiver, app.shop, "shop/update").json
    assert (body["google_apps_domain"], body["google_apps_login_enabled"], body["finances"]) == (
        "workspace.example",
        True,
        False,
    )
    assert (
        f"gid://shopify/Location/{body['primary_location_id']}"
        == app.good("{ location { id } }")["location"]["id"]
    )
    assert f"gid://shopify/Shop/{body['id']}" == app.good("{ shop { id } }")["shop"]["id"]


def test_orders_come_thin_and_without_a_customer(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    order = sandbox.create_order(app.shop)["id"]
    sandbox.change_order(app.shop, order, cancelled=True)
    assert sandbox.flush()
    for topic in ("orders/create", "orders/cancelled", "orders/updated"):
        (told,) = receiver.of(app.shop, topic)
        assert set(told.json) == {"id", "admin_graphql_api_id", "updated_at"}
        assert told.json["admin_graphql_api_id"] == order


def test_an_order_promises_stock(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    variant = app.good(
        """{ products(first: 1) { nodes { variants(first: 1) { nodes {
        id legacyResourceId inventoryQuantity } } } } }"""
    )
    one = variant["products"]["nodes"][0]["variants"]["nodes"][0]
    sandbox.create_order(app.shop, variants=[one["legacyResourceId"]])
    told = _only(sandbox, receiver, app.shop, "inventory_levels/update")
    now = app.good("query($id: ID!) { productVariant(id: $id) { inventoryQuantity } }", {"id": one["id"]})
    assert now["productVariant"]["inventoryQuantity"] < one["inventoryQuantity"]
    assert set(told.json) == {
        "inventory_item_id",
        "location_id",
        "available",
        "updated_at",
        "admin_graphql_api_id",
    }


def test_a_product_of_many_variants_comes_with_100_of_them(tmp_path: Path) -> None:
    rows = "".join(f"big,{'Big' if not number else ''},Size,{number},1.00\n" for number in range(130))
    (tmp_path / "big.csv").write_text(f"Handle,Title,Option1 Name,Option1 Value,Variant Price\n{rows}")
    shop = make_shop("big", read_export(tmp_path / "big.csv"), datetime.now(UTC), 0)
    body = product_body(shop, next(iter(shop.products.values())))
    assert (len(body["variants"]), len(body["variant_gids"])) == (100, 130)


def test_a_topic_without_its_scope_is_not_sent(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    sandbox.set_scopes(app.shop, ["read_products"])
    sandbox.create_order(app.shop)
    sandbox.change_product(app.shop, title="Seen")
    assert sandbox.flush()
    assert [one.topic for one in receiver.of(app.shop)] == ["app/scopes_update", "products/update"]


def test_without_an_installation_nothing_is_sent(sandbox: Sandbox, shop: str, receiver: Receiver) -> None:
    sandbox.change_product(shop, title="Unheard")
    assert sandbox.flush()
    assert receiver.of(shop) == []


def test_a_refused_webhook_is_tried_again_with_growing_gaps_and_then_given_up(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    receiver.answers += [500, 301, 401]
    sandbox.change_product(app.shop, title="Patience")
    assert sandbox.flush()
    assert len(receiver.of(app.shop, "products/update")) == 1
    for gap_seconds in (57, 113, 225):
        sandbox.advance(seconds=gap_seconds)
        assert sandbox.flush()
    tries = receiver.of(app.shop, "products/update")
    assert len(tries) == 4
    assert len({one.headers["x-shopify-webhook-id"] for one in tries}) == 1
    assert len({one.body for one in tries}) == 1
    (told,) = sandbox.deliveries(shop=app.shop, topic="products/update")
    assert [attempt["status"] for attempt in told["attempts"]] == [500, 301, 401, 200]
    assert told["state"] == "delivered"


def test_after_eight_retries_a_webhook_is_given_up(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    sandbox.retries(8, gaps=False)
    receiver.answers += [503] * 9
    sandbox.change_product(app.shop, title="Lost")
    assert sandbox.flush()
    (told,) = sandbox.deliveries(shop=app.shop, topic="products/update")
    assert (told["state"], len(told["attempts"])) == ("failed", 9)


def test_nobody_there_is_a_failure_and_not_an_end(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.app(url="http://127.0.0.1:9")
    sandbox.change_product(app.shop, title="Nobody")
    assert sandbox.flush()
    (told,) = sandbox.deliveries(shop=app.shop, topic="products/update")
    assert (told["state"], told["attempts"][0]["error"]) == ("waiting", "ConnectionError")


# twists


def test_copies_are_the_same_in_every_byte(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    sandbox.webhook(app.shop, "shop/update", copies=3)
    assert sandbox.flush()
    told = receiver.of(app.shop, "shop/update")
    assert len(told) == 3
    assert (
        len(
            {
                (one.body, one.headers["x-shopify-webhook-id"], one.headers["x-shopify-event-id"])
                for one in told
            }
        )
        == 1
    )


def test_copies_can_arrive_side_by_side(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    receiver.gathering = threading.Barrier(4)
    sandbox.webhook(app.shop, "shop/update", copies=4, at_once=True)
    assert sandbox.flush()
    assert len(receiver.of(app.shop)) == receiver.most_at_once == 4
    receiver.gathering, receiver.most_at_once = None, 0
    sandbox.webhook(app.shop, "shop/update", copies=4)
    assert sandbox.flush()
    assert len(receiver.of(app.shop)) == 8
    assert receiver.most_at_once == 1


def test_webhooks_of_a_store_come_in_the_order_of_their_making(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    for number in range(12):
        sandbox.change_product(app.shop, title=f"Title {number}")
    assert sandbox.flush()
    assert [one.json["title"] for one in receiver.of(app.shop)] == [f"Title {number}" for number in range(12)]


def test_a_past_webhook_can_be_sent_again(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    (number,) = sandbox.webhook(app.shop, "shop/update")
    assert sandbox.flush()
    sandbox.deliver_again(number)
    assert sandbox.flush()
    first, second = receiver.of(app.shop, "shop/update")
    assert (first.body, first.headers["x-shopify-webhook-id"]) == (
        second.body,
        second.headers["x-shopify-webhook-id"],
    )


def test_a_dropped_webhook_never_comes(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    sandbox.webhook(app.shop, "shop/update", drop=True)
    sandbox.advance(days=1)
    assert sandbox.flush()
    assert receiver.of(app.shop) == []
    assert sandbox.deliveries(shop=app.shop)[0]["state"] == "dropped"


def test_a_delayed_webhook_comes_when_it_is_due(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    sandbox.webhook(app.shop, "shop/update", delay_seconds=3600)
    assert sandbox.flush()
    assert receiver.of(app.shop) == []
    sandbox.advance(hours=1.01)
    assert sandbox.flush()
    assert len(receiver.of(app.shop)) == 1


@pytest.mark.parametrize("release", ["as_held", "reversed", "shuffled"])
def test_webhooks_can_be_held_and_come_in_disorder(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver, release: str
) -> None:
    with sandbox.held(release):
        for number in range(6):
            sandbox.change_product(app.shop, title=f"Title {number}")
        assert sandbox.flush()
        assert receiver.of(app.shop) == []
    assert sandbox.flush()
    numbers = [int(one.json["title"].removeprefix("Title ")) for one in receiver.of(app.shop)]
    assert sorted(numbers) == list(range(6))
    assert (numbers == sorted(numbers), numbers == sorted(numbers, reverse=True)) == {
        "as_held": (True, False),
        "reversed": (False, True),
        "shuffled": (False, False),
    }[release]


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("right", lambda body: body_signature(body, SECRET)),
        ("old", lambda body: body_signature(body, OLD_SECRET)),
        ("missing", lambda body: None),
        ("empty", lambda body: ""),
    ],
)
def test_signatures_on_request(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver, signature: str, expected: Any
) -> None:
    sandbox.webhook(app.shop, "shop/update", signature=signature)
    told = _only(sandbox, receiver, app.shop, "shop/update")
    assert told.headers.get("x-shopify-hmac-sha256") == expected(told.body)


def test_a_wrong_signature_is_wrong(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    sandbox.webhook(app.shop, "shop/update", signature="wrong")
    told = _only(sandbox, receiver, app.shop, "shop/update")
    assert told.headers["x-shopify-hmac-sha256"] not in (
        body_signature(told.body, SECRET),
        body_signature(told.body, OLD_SECRET),
    )


def test_the_other_family_of_headers_has_no_x(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    sandbox.webhook(app.shop, "shop/update", family="events")
    told = _only(sandbox, receiver, app.shop, "shop/update")
    assert told.headers["shopify-hmac-sha256"] == body_signature(told.body, SECRET)
    assert not any(name.startswith("x-shopify") for name in told.headers)


def test_a_body_and_headers_of_ones_own(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    sandbox.webhook(
        app.shop,
        "products/update",
        raw='{ "id":\t1 }\n',
        headers={"X-Shopify-Topic": None, "X-Shopify-topic": "orders/create"},
    )
    told = _only(sandbox, receiver, app.shop, "orders/create")
    assert told.body == b'{ "id":\t1 }\n'
    assert told.headers["x-shopify-hmac-sha256"] == body_signature(told.body, SECRET)


# leaving


def test_an_uninstall_is_told_and_48_hours_later_the_redact(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    number = int(sandbox.store(app.shop)["number"])
    sandbox.uninstall(app.shop)
    told = _only(sandbox, receiver, app.shop, "app/uninstalled")
    assert told.json["myshopify_domain"] == app.shop
    sandbox.advance(hours=47.9)
    assert sandbox.flush()
    assert receiver.of(app.shop, "shop/redact") == []
    sandbox.advance(hours=0.2)
    redact = _only(sandbox, receiver, app.shop, "shop/redact")
    assert redact.json == {"shop_id": number, "shop_domain": app.shop}


def test_a_reinstall_in_time_withdraws_the_redact(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    sandbox.uninstall(app.shop)
    sandbox.advance(hours=40)
    app.connect()
    sandbox.advance(hours=10)
    assert sandbox.flush()
    assert receiver.of(app.shop, "shop/redact") == []
    sandbox.uninstall(app.shop)
    sandbox.advance(hours=49)
    assert sandbox.flush()
    assert len(receiver.of(app.shop, "shop/redact")) == 1


def test_the_app_can_leave_by_itself(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    left = app.good("mutation { appUninstall { app { id } userErrors { field message } } }")["appUninstall"]
    assert left["userErrors"] == []
    assert app.post("{ shop { id } }").status_code == 401
    _only(sandbox, receiver, app.shop, "app/uninstalled")


def test_a_customers_redact_names_the_orders(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    before = sandbox.orders(app.shop)
    body = sandbox.redact_customer(app.shop)["body"]
    told = _only(sandbox, receiver, app.shop, "customers/redact")
    customer = body["customer"]["id"]
    assert told.json == body
    assert set(body["customer"]) == {"id", "email", "phone"}
    assert [f"gid://shopify/Order/{number}" for number in body["orders_to_redact"]] == [
        order["id"] for order in before if order["customer"] == customer
    ]
    assert all(order["customer"] != customer for order in sandbox.orders(app.shop))


# subscriptions by the API

CREATE = """mutation($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id topic uri format apiVersion { handle } } userErrors { field message } } }"""


def test_a_subscription_of_the_api_brings_a_second_webhook_until_the_app_leaves(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    made = app.good(CREATE, {"topic": "SHOP_UPDATE", "sub": {"uri": f"{receiver.url}/extra/"}})[
        "webhookSubscriptionCreate"
    ]
    assert made["userErrors"] == []
    sandbox.change_shop(app.shop, name="Twice")
    assert sandbox.flush()
    assert {one.path for one in receiver.of(app.shop, "shop/update")} == {"/webhooks/shopify/", "/extra/"}
    sandbox.uninstall(app.shop)
    app.connect()
    assert (
        app.good("{ webhookSubscriptions(first: 5) { nodes { id } } }")["webhookSubscriptions"]["nodes"] == []
    )


def test_subscriptions_that_shopify_refuses(app: AppOnStore) -> None:
    for uri, message in (
        ("http://elsewhere.example/", "Address protocol http:// is not supported"),
        ("https://evil.myshopify.com/", "Address cannot be a Shopify or an internal domain"),
    ):
        made = app.good(CREATE, {"topic": "PRODUCTS_UPDATE", "sub": {"uri": uri}})[
            "webhookSubscriptionCreate"
        ]
        assert made["webhookSubscription"] is None
        assert made["userErrors"][0]["message"] == message
