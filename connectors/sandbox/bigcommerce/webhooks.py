"""Make webhook deliveries: which hooks want an event, with which body, headers and signature."""

import json
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from connectors.sandbox.bigcommerce.app import IDLE_DAYS, Hook
from connectors.sandbox.bigcommerce.signing import webhook_signature
from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.clock import days
from connectors.sandbox.courier import Delivery

if TYPE_CHECKING:
    from connectors.sandbox.bigcommerce.platform import BigCommerce

GAPS_SECONDS = (60.0, 180.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21600.0, 50400.0, 86400.0)


@dataclass(slots=True)
class Twist:
    """How a delivery differs from a good one. Only what is named differs."""

    copies: int = 1
    at_once: bool = False
    delay_seconds: float = 0.0
    drop: bool = False
    signature: str = "right"  # right, wrong, missing, old: by the last of the secrets
    seconds_late: float = 0.0  # the signature's timestamp lies so far back
    producer: str | None = None
    store_id: str | None = None
    created_at: int | None = None  # 0 leaves it out
    raw_body: bytes | None = None
    headers: dict[str, str | None] = field(default_factory=dict)


PLAIN = Twist()


def notify(
    platform: "BigCommerce", store: Store, scope: str, subject: Any, twist: Twist = PLAIN
) -> list[Delivery]:
    """Send an event to every hook that wants it; the same event has the same body for all."""
    body = _body(platform, store, scope, subject, twist)
    sent: list[Delivery] = []
    for hook in list(store.installation.hooks.values()):
        retire(platform, hook)
        if hook.is_active and hook.wants(scope):
            hook.last_event_at = platform.clock.now()
            sent.extend(_sent(platform, store, scope, hook, body, twist))
    return sent


def retire(platform: "BigCommerce", hook: Hook) -> None:
    """Deactivate a hook that saw no event for 90 days."""
    if hook.is_active and hook.last_event_at + days(IDLE_DAYS) <= platform.clock.now():
        _deactivate(hook)


def _body(platform: "BigCommerce", store: Store, scope: str, subject: Any, twist: Twist) -> bytes:
    if twist.raw_body is not None:
        return twist.raw_body
    payload: dict[str, Any] = {
        "producer": twist.producer or store.context,
        "created_at": int(platform.clock.stamp().timestamp())
        if twist.created_at is None
        else twist.created_at,
        "store_id": twist.store_id or str(store.number),
        "scope": scope,
        "data": subject,
    }
    if twist.created_at == 0:
        del payload["created_at"]
    # As documented: over the payload, so that two events of one second about one thing share their hash.
    digest = sha1(json.dumps(payload).encode(), usedforsecurity=False).hexdigest()
    return json.dumps(payload | {"hash": digest}).encode()


def _sent(
    platform: "BigCommerce", store: Store, scope: str, hook: Hook, body: bytes, twist: Twist
) -> Iterator[Delivery]:
    due = platform.clock.now() + timedelta(seconds=twist.delay_seconds)
    delivery = Delivery(
        0, store.key, scope, hook.destination, body, _headers(platform, hook, body, twist), due,
        "dropped" if twist.drop else "waiting", at_once=twist.at_once, gaps_seconds=GAPS_SECONDS,
        wanted=lambda: hook.number in store.installation.hooks and hook.is_active,
        on_failure=lambda: _deactivate(hook),
    )  # fmt: skip
    twins = [replace(delivery, headers=dict(delivery.headers), attempts=[]) for _ in range(twist.copies - 1)]
    for one in (delivery, *twins):
        yield platform.courier.send(one)


def _headers(platform: "BigCommerce", hook: Hook, body: bytes, twist: Twist) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "bigcommerce-webhooks", "Accept": "*/*"}
    if platform.app.signed and twist.signature != "missing":
        headers |= _signed(platform, body, twist)
    headers |= hook.headers
    for name, value in twist.headers.items():
        headers = {key: old for key, old in headers.items() if key.lower() != name.lower()}
        if value is not None:
            headers[name] = value
    return headers


def _signed(platform: "BigCommerce", body: bytes, twist: Twist) -> dict[str, str]:
    message_id = f"msg_{uuid.uuid4().hex}"
    timestamp = int(platform.clock.stamp().timestamp() - twist.seconds_late)
    known = {"right": platform.app.secret, "old": platform.app.secrets[-1]}
    secret = known.get(twist.signature) or secrets.token_hex(16)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": webhook_signature(secret, message_id, timestamp, body),
    }


def _deactivate(hook: Hook) -> None:
    hook.is_active, hook.is_deactivated = False, True
