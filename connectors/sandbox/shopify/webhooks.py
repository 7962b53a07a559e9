"""Make webhook deliveries: who gets a topic, with which headers and signature."""

import json
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.sandbox.courier import Delivery
from connectors.sandbox.shopify.app import COMPLIANCE, Subscription
from connectors.sandbox.shopify.bodies import body_of
from connectors.sandbox.shopify.shop import Shop
from connectors.sandbox.shopify.signing import body_signature

if TYPE_CHECKING:
    from connectors.sandbox.shopify.platform import Shopify

SCOPES = {
    "products": "read_products",
    "collections": "read_products",
    "inventory_levels": "read_inventory",
    "inventory_items": "read_inventory",
    "locations": "read_locations",
    "discounts": "read_discounts",
    "orders": "read_orders",
}


@dataclass(slots=True)
class Twist:
    """How a delivery differs from a good one. Only what is named differs."""

    copies: int = 1
    at_once: bool = False
    delay_seconds: float = 0.0
    drop: bool = False
    signature: str = "right"
    family: str = "x"
    topic: str | None = None
    domain: str | None = None
    raw_body: bytes | None = None
    triggered_at: str | None = None
    webhook_id: str | None = None
    headers: dict[str, str | None] = field(default_factory=dict)


PLAIN = Twist()


def notify(shopify: "Shopify", shop: Shop, topic: str, subject: Any, twist: Twist = PLAIN) -> list[Delivery]:
    """Send a topic to everybody who has asked for it; give the deliveries."""
    if not _allowed(shopify, shop, topic):
        return []
    event_id = str(uuid.uuid4())
    body = twist.raw_body
    if body is None:
        body = json.dumps(body_of(shop, topic, subject), ensure_ascii=False, separators=(",", ":")).encode()
    sent: list[Delivery] = []
    for address, one in _receivers(shopify, shop, topic):
        delivery = _delivery(shopify, shop, topic, body, address, event_id, twist)
        if one is not None:
            delivery.on_failure = lambda one=one: _count_failure(shop, one)  # type: ignore[misc]
        sent.extend(_copies(shopify, delivery, twist))
    return sent


def _allowed(shopify: "Shopify", shop: Shop, topic: str) -> bool:
    if topic in COMPLIANCE or topic == "app/uninstalled":
        return True
    scope = SCOPES.get(topic.partition("/")[0])
    return shop.installation.active and (scope is None or shop.installation.covers((scope,)))


def _receivers(shopify: "Shopify", shop: Shop, topic: str) -> Iterator[tuple[str, Subscription | None]]:
    if topic in shopify.app.topics or topic in COMPLIANCE:
        yield shopify.app.webhook_address, None
    for one in list(shop.installation.subscriptions):
        if one.topic == topic:
            yield one.uri, one


def _delivery(
    shopify: "Shopify", shop: Shop, topic: str, body: bytes, address: str, event_id: str, twist: Twist
) -> Delivery:
    now = shopify.clock.now()
    fields = {
        "Topic": twist.topic or topic,
        "Shop-Domain": twist.domain or shop.domain,
        "API-Version": "2026-10",
        "Webhook-Id": twist.webhook_id or str(uuid.uuid4()),
        "Triggered-At": twist.triggered_at or _nanoseconds(shopify.clock.stamp()),
        "Event-Id": event_id,
    }
    signature = _signature(shopify, body, twist.signature)
    if signature is not None:
        fields["Hmac-Sha256"] = signature
    headers = {"Content-Type": "application/json", "User-Agent": "Shopify-Captain-Hook", "Accept": "*/*"}
    if twist.family in ("x", "both"):
        headers |= {f"X-Shopify-{name}": value for name, value in fields.items()}
    if twist.family in ("events", "both"):
        headers |= {f"shopify-{name.lower()}": value for name, value in fields.items()}
    for name, value in twist.headers.items():
        headers = {key: old for key, old in headers.items() if key.lower() != name.lower()}
        if value is not None:
            headers[name] = value
    due = now + timedelta(seconds=twist.delay_seconds)
    state = "dropped" if twist.drop else "waiting"
    return Delivery(0, shop.domain, topic, address, body, headers, due, state, at_once=twist.at_once)


def _copies(shopify: "Shopify", delivery: Delivery, twist: Twist) -> Iterator[Delivery]:
    twins = [replace(delivery, headers=dict(delivery.headers), attempts=[]) for _ in range(twist.copies - 1)]
    for one in (delivery, *twins):
        yield shopify.courier.send(one)


def _signature(shopify: "Shopify", body: bytes, kind: str) -> str | None:
    if kind == "missing":
        return None
    if kind == "wrong":
        return body_signature(body, secrets.token_hex(16))
    if kind == "old":
        return body_signature(body, shopify.app.secrets[-1])
    if kind == "empty":
        return ""
    if kind == "not_base64":
        return "\u00a7" * 8
    return body_signature(body, shopify.app.secret)


def _nanoseconds(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond * 1000 + 521:09d}Z"


def _count_failure(shop: Shop, one: Subscription) -> None:
    one.failures += 1
    if one in shop.installation.subscriptions:
        shop.installation.subscriptions.remove(one)
