"""Deliveries that others made: the official example of every topic, recorded ones, and hostile JSON."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Malformed, Refused
from connectors.platforms.base import Event, EventKind
from connectors.platforms.shopify.topics import TOPICS
from connectors.platforms.shopify.webhooks import verify
from tests.platforms.shopify.door import CREDENTIALS, NOW, SHOP, delivery
from tests.shared import SHARED, needs_shared

WEBHOOKS = SHARED / "specs" / "shopify" / "webhooks"
EXAMPLES = WEBHOOKS / "2026-07" / "examples"
EXEMPLARS = WEBHOOKS / "exemplars"
HOSTILE = SHARED / "specs" / "security" / "json" / "JSONTestSuite-1ef36fa.tar.gz"

# Folder of the recorded deliveries -> the topics they may have come under, and what those mean.
RECORDED = {
    "orders": (
        ["orders/create", "orders/updated", "orders/cancelled", "orders/paid"],
        EventKind.SALE_CHANGED,
    ),
    "products": (["products/create", "products/update"], EventKind.PRODUCT_CHANGED),
    "refunds": (["refunds/create"], EventKind.SALE_CHANGED),
    "inventory_levels": (["inventory_levels/update", "inventory_levels/connect"], EventKind.STOCK_CHANGED),
    "inventory_items": (["inventory_items/update"], EventKind.STOCK_CHANGED),
    "discounts": (["discounts/create", "discounts/update"], EventKind.OFFER_CHANGED),
    "bulk_operations": (["bulk_operations/finish"], EventKind.EXPORT_FINISHED),
    "shop": (["shop/update"], EventKind.STORE_CHANGED),
    "order_transactions": (["order_transactions/create"], EventKind.NOTHING),
    "tender_transactions": (["tender_transactions/create"], EventKind.NOTHING),
    "app_subscriptions": (["app_subscriptions/update"], EventKind.NOTHING),
    "collections": (["collections/create", "collections/update"], EventKind.NOTHING),
    "locations": (["locations/create", "locations/update"], EventKind.NOTHING),
    "domains": (["domains/create"], EventKind.NOTHING),
}
# Two recorded under `orders` have the shape of another topic (the collection's own note).
OTHERWISE = {
    "2025-04/orders/2.json": (["orders/edited"], EventKind.SALE_CHANGED),
    "2025-04/orders/3.json": (["orders/risk_assessment_changed"], EventKind.NOTHING),
}


def understood(topic: str, body: bytes) -> Event:
    return verify(delivery(topic, body), CREDENTIALS, NOW)


def examples() -> Iterator[tuple[str, Any]]:
    for path in sorted(EXAMPLES.rglob("*.json")):
        example = json.loads(path.read_text(encoding="utf-8"))
        yield example["name"], example["response"]


@needs_shared
def test_the_official_example_of_every_topic_is_accepted_and_means_what_the_table_says() -> None:
    seen = set()
    for topic, body in examples():
        raw = json.dumps(body, ensure_ascii=False).replace("{shop}.myshopify.com", SHOP).encode()
        event = understood(topic, raw)
        known = topic in TOPICS
        assert event.kind == (TOPICS[topic][0] if known else EventKind.NOTHING), topic
        assert known or not (event.ids or event.shop_id or event.reported), topic
        seen.add(topic)
    assert len(seen) == 221
    assert seen >= set(TOPICS)


@needs_shared
def test_the_ids_of_the_official_examples_are_their_numbers() -> None:
    bodies = dict(examples())
    for topic, name in [("products/update", "id"), ("orders/create", "id"), ("refunds/create", "order_id")]:
        assert understood(topic, json.dumps(bodies[topic]).encode()).ids == (str(bodies[topic][name]),)
    assert understood("discounts/create", json.dumps(bodies["discounts/create"]).encode()).ids == (
        "DiscountAutomaticNode/1",
    )


@needs_shared
def test_every_recorded_delivery_is_accepted_and_means_the_right_thing() -> None:
    paths = sorted(EXEMPLARS.rglob("*.json"))
    assert len(paths) == 30
    for path in paths:
        name = path.relative_to(EXEMPLARS).as_posix()
        topics, kind = OTHERWISE.get(name) or RECORDED[path.parent.name]
        for topic in topics:
            assert understood(topic, path.read_bytes()).kind == kind, (name, topic)


def hostile() -> Iterator[tuple[str, bytes]]:
    with tarfile.open(HOSTILE) as archive:
        for member in archive:
            path = Path(member.name)
            file = archive.extractfile(member) if path.parent.name == "test_parsing" else None
            if file is not None and path.suffix == ".json":
                yield path.name, file.read()


@needs_shared
@pytest.mark.parametrize("topic", ["products/update", "shop/update", "customers/redact", "themes/publish"])
def test_hostile_json_with_a_good_signature_is_an_event_or_malformed(topic: str) -> None:
    seen = 0
    for name, body in hostile():
        seen += 1
        try:
            event = understood(topic, body)
        except Refused as refused:
            kind: type[Exception] | EventKind = type(refused)
        else:
            kind = event.kind
        assert kind in (Malformed, TOPICS[topic][0] if topic in TOPICS else EventKind.NOTHING), name
        # What is no JSON is refused, also where we would not have looked at it.
        assert not name.startswith("n_") or kind is Malformed, name
    assert seen == 318
