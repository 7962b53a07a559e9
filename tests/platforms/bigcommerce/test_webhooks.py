"""Webhooks: which are believed, and what each means."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.errors import Malformed, Unverified
from connectors.platforms.base import Delivery, Event, EventKind
from connectors.platforms.bigcommerce.topics import HOOKS, meaning
from connectors.platforms.bigcommerce.webhooks import hook_secret, verify
from connectors.platforms.opening import Credentials
from tests.platforms.bigcommerce.door import (
    CREDENTIALS,
    NOW,
    OTHER,
    PREVIOUS,
    SECRET,
    SHOP,
    delivery,
    signature,
    webhook,
)
from tests.shared import SHARED, needs_shared

SPECS = SHARED / "specs" / "bigcommerce"
PRODUCT = {"type": "product", "id": 205}


def event(scope: str, said: Any = None, **body: Any) -> Event:
    return verify(delivery(webhook(scope, said, **body)), CREDENTIALS, NOW)


def refused(inbound: Delivery, credentials: Credentials = CREDENTIALS, now: datetime = NOW) -> bool:
    try:
        verify(inbound, credentials, now)
    except Unverified:
        return True
    return False


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


def test_an_event_is_known_by_its_hash_and_dated_by_the_end_of_its_second() -> None:
    found = event("store/product/updated", PRODUCT)
    assert found.delivery_id == "3b6c1d2e9f0a4b5c8d7e6f1a2b3c4d5e6f7a8b9c"
    assert found.may_repeat
    assert found.occurred_at == NOW - timedelta(seconds=20) + timedelta(microseconds=999_999)


@pytest.mark.parametrize("odd", [None, "", "no hash at all", "x" * 129, "\u00e9"])
def test_one_without_a_hash_is_known_by_its_body(odd: str | None) -> None:
    first, again = (event("store/product/updated", PRODUCT, hash=odd) for _ in range(2))
    other = event("store/product/updated", {"type": "product", "id": 206}, hash=odd)
    assert first.delivery_id == again.delivery_id != other.delivery_id
    assert first.delivery_id.startswith("sha256:")


@pytest.mark.parametrize("at", [None, "soon", -1e300, 10**30, ""])
def test_an_event_without_a_time_has_none(at: Any) -> None:
    assert event("store/product/updated", PRODUCT, created_at=at).occurred_at is None


def test_a_time_in_the_future_is_now() -> None:
    assert event("store/app/uninstalled", None, created_at=int(NOW.timestamp()) + 900).occurred_at == NOW


def test_a_change_of_the_store_reports_when_it_was() -> None:
    found = event("store/information/updated", {"type": "store"})
    assert found.reported is not None
    assert found.reported.changed_at == found.occurred_at == found.reported.observed_at
    assert found.reported_fields == {"changed_at"}
    assert event("store/channel/updated", {"type": "channel", "id": 2}).reported is None


# What is believed


def test_every_store_has_a_header_of_its_own() -> None:
    body = webhook("store/app/uninstalled")
    assert not refused(delivery(body))
    assert refused(delivery(body, of=OTHER))
    assert refused(delivery(webhook("store/app/uninstalled", shop=OTHER)))
    assert hook_secret(SECRET, SHOP) != hook_secret(SECRET, OTHER) != hook_secret(PREVIOUS, OTHER)


@pytest.mark.parametrize("header", [None, "", "x", "\u00e9", hook_secret(SECRET, SHOP).upper()])
def test_without_it_nothing_is_believed(header: str | None) -> None:
    body = json.dumps(webhook("store/app/uninstalled")).encode()
    assert refused(delivery(body, x_minta_hook=header))
    assert refused(delivery(body, x_minta_hook=header, **signature(body)))


def test_the_header_of_the_previous_secret_is_good_and_of_an_empty_one_never() -> None:
    body = webhook("store/app/uninstalled")
    assert not refused(delivery(body, secret=PREVIOUS))
    assert refused(delivery(body, secret="not ours"))
    assert refused(delivery(body, secret=""), replace(CREDENTIALS, client_secrets=("",)))


def test_a_store_that_is_none_is_malformed() -> None:
    for producer in ("stores/UPPER", "stores/", "g5cd38", "stores/a/b"):
        with pytest.raises(Malformed):
            event("store/app/uninstalled", None, producer=producer)


@needs_shared
def test_the_vector_of_the_standard_verifies() -> None:
    vector = json.loads((SPECS / "derived" / "webhook-signature-test-vector.json").read_text())
    credentials = replace(CREDENTIALS, client_secrets=(vector["client_secret"],))
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    made = delivery(vector["body"].encode(), of="abc123", secret=vector["client_secret"])
    inbound = replace(made, headers={**made.headers, **{name: vector[name] for name in names}})
    at = datetime.fromtimestamp(int(vector["webhook-timestamp"]), UTC)
    assert verify(inbound, credentials, at).ids == ("250",)
    assert refused(inbound, replace(credentials, client_secrets=(SECRET,)), at)


BODY = json.dumps(webhook("store/product/updated", PRODUCT)).encode()


def test_a_signature_that_is_there_must_be_right() -> None:
    right = signature(BODY)
    assert not refused(delivery(BODY, **right))
    assert not refused(delivery(BODY, **signature(BODY, secret=PREVIOUS)))
    assert refused(delivery(BODY, **signature(BODY + b" ")))
    assert refused(delivery(BODY, **signature(BODY, secret="not ours")))
    assert refused(delivery(BODY, **{**right, "webhook_id": "msg_2"}))
    assert refused(delivery(BODY, **{**right, "webhook_timestamp": str(int(NOW.timestamp()) + 1)}))


@pytest.mark.parametrize("missing", ["webhook_id", "webhook_timestamp", "webhook_signature"])
def test_a_signature_that_is_not_whole_is_none(missing: str) -> None:
    right = signature(BODY)
    assert refused(delivery(BODY, **{name: value for name, value in right.items() if name != missing}))
    assert refused(delivery(BODY, **{**right, missing: ""}))


def test_one_of_several_signatures_is_enough() -> None:
    right = signature(BODY)
    several = f"v1,AAAA v2,BBBB {right['webhook_signature']}"
    assert not refused(delivery(BODY, **{**right, "webhook_signature": several}))
    assert refused(delivery(BODY, **{**right, "webhook_signature": "v1,AAAA v1,BBBB"}))
    bare = right["webhook_signature"].removeprefix("v1,")
    assert refused(delivery(BODY, **{**right, "webhook_signature": bare}))


@pytest.mark.parametrize(
    ("hours", "seconds", "is_refused"), [(0, 0, False), (-48, 0, False), (-50, 0, True), (0, 360, True)]
)
def test_a_signature_may_be_as_old_as_the_last_try_to_deliver(
    hours: int, seconds: int, is_refused: bool
) -> None:
    made = signature(BODY, at=NOW + timedelta(hours=hours, seconds=seconds))
    assert refused(delivery(BODY, **made)) is is_refused


def test_where_signatures_are_asked_for_one_without_is_refused() -> None:
    strict = replace(CREDENTIALS, own={**CREDENTIALS.own, "signed": "1"})
    assert refused(delivery(BODY), strict)
    assert not refused(delivery(BODY, **signature(BODY)), strict)


# What cannot be read


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff" * 10,
        b'{"producer":"stores/g5cd38","scope":"store/\xff"}',
        b"[" * 100_000,
        b'{"producer":"stores/g5cd38"}',
        b'{"producer":7,"scope":"store/app/uninstalled"}',
    ],
)
def test_a_body_that_cannot_be_read_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        verify(delivery(body), CREDENTIALS, NOW)


@pytest.mark.parametrize(
    "said", [None, {}, [], {"id": None}, {"id": "abc"}, {"id": True}, {"id": 1.5}, {"id": -1}, "x"]
)
def test_a_change_of_nothing_is_malformed(said: Any) -> None:
    with pytest.raises(Malformed) as error:
        event("store/product/updated", said)
    assert "abc" not in str(error.value)


@pytest.mark.parametrize("scope", ["", "store product", "x" * 129])
def test_a_scope_that_is_none_is_malformed(scope: str) -> None:
    with pytest.raises(Malformed):
        event(scope)


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
