"""What each scope means, and that the scopes of the reference are known."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.platforms.base import Event, EventKind
from connectors.platforms.bigcommerce.topics import HOOKS, meaning
from connectors.platforms.bigcommerce.webhooks import verify
from tests.platforms.bigcommerce.door import (
    CREDENTIALS,
    NOW,
    SHOP,
    delivery,
    webhook,
)
from tests.shared import SHARED, needs_shared

SPECS = SHARED / "specs" / "bigcommerce"
PRODUCT = {"type": "product", "id": 205}


def event(scope: str, said: Any = None, **body: Any) -> Event:
    return verify(delivery(webhook(scope, said, **body)), CREDENTIALS, NOW)


MEANINGS: list[tuple[str, Any, EventKind, tuple[str, ...]]] = [
    ("store/product/created", PRODUCT, EventKind.PRODUCT_CHANGED, ("205",)),
    ("store/product/updated", {**PRODUCT, "properties": ["warranty"]}, EventKind.PRODUCT_CHANGED, ("205",)),
    ("store/product/deleted", PRODUCT, EventKind.PRODUCT_GONE, ("205",)),
    ("store/product/deleted/", PRODUCT, EventKind.PRODUCT_GONE, ("205",)),
    (
        "store/product/inventory/updated",
        {"type": "product", "id": 167, "inventory": {"product_id": 167, "method": "absolute", "value": 1}},
        EventKind.PRODUCT_CHANGED,
        ("167",),
    ),
    (
        "store/sku/updated",
        {"type": "sku", "id": 461, "sku": {"product_id": 206, "variant_id": 509}},
        EventKind.PRODUCT_CHANGED,
        ("206",),
    ),
    (
        "store/sku/deleted",
        {"type": "sku", "id": 461, "sku": {"product_id": "206", "variant_id": 509}},
        EventKind.PRODUCT_CHANGED,
        ("206",),
    ),
    (
        "store/sku/inventory/order/updated",
        {"type": "sku", "id": 461, "inventory": {"product_id": 206, "variant_id": 509}},
        EventKind.PRODUCT_CHANGED,
        ("206",),
    ),
    (
        "store/channel/*/inventory/product/stock_changed",
        {"variant_id": 127, "product_id": 113, "location_id": 2},
        EventKind.PRODUCT_CHANGED,
        ("113",),
    ),
    (
        "store/option/updated",
        {"type": "local_option", "id": 205, "affected_product_ids": [1, "2"]},
        EventKind.PRODUCT_CHANGED,
        ("1", "2"),
    ),
    ("store/order/created", {"type": "order", "id": 250}, EventKind.SALE_CHANGED, ("250",)),
    ("store/order/statusUpdated", {"type": "order", "id": "250"}, EventKind.SALE_CHANGED, ("250",)),
    (
        "store/order/refund/created",
        {"type": "order", "id": 250, "refund": {"refund_id": 3}},
        EventKind.SALE_CHANGED,
        ("250",),
    ),
    ("store/order/archived", {"type": "order", "id": 250}, EventKind.SALE_GONE, ("250",)),
    ("store/channel/1/order/updated", {"order_id": 127}, EventKind.SALE_CHANGED, ("127",)),
    (
        "store/shipment/created",
        {"type": "shipment", "id": 12, "orderId": 251},
        EventKind.SALE_CHANGED,
        ("251",),
    ),
    ("store/information/updated", {"type": "store"}, EventKind.STORE_CHANGED, ()),
    ("store/channel/1/settings/site/updated", {"site_id": 1001}, EventKind.STORE_CHANGED, ()),
    ("store/channel/1/settings/profile/updated", {}, EventKind.STORE_CHANGED, ()),
    ("store/channel/updated", {"type": "channel", "id": 2}, EventKind.STORE_CHANGED, ()),
    ("store/inventory/location/updated", {"location_id": 2}, EventKind.STORE_CHANGED, ()),
    ("store/app/uninstalled", {"type": "store"}, EventKind.UNINSTALLED, ()),
    ("store/customer/created", {"type": "customer", "id": 32}, EventKind.NOTHING, ()),
    ("store/priceList/records/created", [{"price_list_id": 1}], EventKind.NOTHING, ()),
    ("store/channel/1/socialMediaLinks/updated", {}, EventKind.NOTHING, ()),
    ("store/cart/created", {"type": "cart", "id": "09346904-4175"}, EventKind.NOTHING, ()),
    ("store/something/new", None, EventKind.NOTHING, ()),
]


@pytest.mark.parametrize(("scope", "said", "kind", "ids"), MEANINGS)
def test_each_scope_means_what_it_says(scope: str, said: Any, kind: EventKind, ids: tuple[str, ...]) -> None:
    found = event(scope, said)
    assert (found.kind, found.ids, found.shop) == (kind, ids, SHOP)
    assert found.topic == scope.removesuffix("/")


# The reference material


@needs_shared
def test_every_example_of_the_reference_is_understood_or_means_nothing() -> None:
    examples = json.loads((SPECS / "derived" / "webhook-payload-examples.json").read_text())
    kinds = []
    for example in examples:
        body = {**example["payload"], "producer": f"stores/{SHOP}"}
        found = verify(delivery(body), CREDENTIALS, NOW)
        kinds.append(found.kind)
        named = found.kind not in (EventKind.NOTHING, EventKind.STORE_CHANGED, EventKind.UNINSTALLED)
        assert bool(found.ids) == named, example["title"]
    assert len(kinds) == 58
    assert kinds.count(EventKind.NOTHING) == 40


@needs_shared
def test_every_scope_of_the_reference_that_is_about_us_is_known() -> None:
    files = sorted((SPECS / "webhook-callbacks").glob("store_*.yml"))
    scopes = [scope for path in files for scope in _scopes(path)]
    assert len(scopes) == len(files) == 90
    unknown = {scope for scope in scopes if meaning(scope).kind == EventKind.NOTHING}
    about_us = {
        scope
        for scope in unknown
        if scope.startswith(("store/product", "store/sku", "store/order", "store/app", "store/information"))
    }
    assert all("metafield" in scope or "message" in scope for scope in about_us)


def test_every_scope_that_is_asked_for_means_something() -> None:
    assert all(meaning(scope).kind != EventKind.NOTHING for scope in HOOKS)
    assert len(set(HOOKS)) == len(HOOKS)


def _scopes(path: Path) -> list[str]:
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["properties"])
