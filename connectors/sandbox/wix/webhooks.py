"""Make webhook deliveries: a JSON text in a JSON text in a JWT, signed with the app's key.

https://dev.wix.com/docs/api-reference/articles/work-with-wix-apis/platform/about-the-structure-of-webhooks
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connectors.sandbox.courier import Delivery
from connectors.sandbox.wix import signing
from connectors.sandbox.wix.app import INSTALLATION, ORDER, RULE, STOCK_V1, V1, V3, signing_key
from connectors.sandbox.wix.ids import written
from connectors.sandbox.wix.permissions import (
    INSTANCE,
    ORDERS,
    PRODUCTS_V1,
    PRODUCTS_V3,
    RULES,
    SITE,
    permissions,
)
from connectors.sandbox.wix.permissions import STOCK_V1 as READ_STOCK_V1
from connectors.sandbox.wix.permissions import STOCK_V3 as READ_STOCK_V3
from connectors.sandbox.wix.site import Site

if TYPE_CHECKING:
    from connectors.sandbox.wix.platform import Wix

Payload = Mapping[str, Any]
LIVES_SECONDS = 49 * 3600  # a resend carries the same token, and the SDK refuses one that is over
GAPS_SECONDS = tuple(60.0 * minutes for minutes in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024))
NEEDS = (
    (f"{V3}product", PRODUCTS_V3),
    (f"{V3}inventory_item", READ_STOCK_V3),
    (V1, PRODUCTS_V1),
    (STOCK_V1, READ_STOCK_V1),
    (RULE, RULES),
    (ORDER, ORDERS),
    ("SitePropertiesUpdated", SITE),
)


@dataclass(slots=True)
class Twist:
    """How a delivery differs from a good one. Only what is named differs.

    `signature` is right, other_key, none, hs256, swapped (the claims were changed afterwards) or two_parts.
    `lives_seconds` may be negative, and None leaves `exp` out. `claims` are put over the JWT's own,
    `envelope` over the envelope's; a field of None goes.
    """

    copies: int = 1
    at_once: bool = False
    delay_seconds: float = 0.0
    drop: bool = False
    signature: str = "right"
    lives_seconds: float | None = LIVES_SECONDS
    claims: dict[str, Any] = field(default_factory=dict)
    envelope: dict[str, Any] = field(default_factory=dict)
    raw_body: bytes | None = None
    headers: dict[str, str | None] = field(default_factory=dict)


PLAIN = Twist()


def notify(
    wix: "Wix", site: Site, topic: str, payload: Payload, twist: Twist = PLAIN, *, always: bool = False
) -> list[Delivery]:
    """Send an event if the app subscribes to it and may hear it; `always` asks neither."""
    if not always and not _heard(wix, site, topic):
        return []
    body = twist.raw_body if twist.raw_body is not None else token(wix, site, topic, payload, twist).encode()
    headers: dict[str, str] = {"Content-Type": wix.app.content_type, "User-Agent": "Wix", "Accept": "*/*"}
    for name, value in twist.headers.items():
        headers.pop(name, None)
        headers |= {} if value is None else {name: value}
    delivery = Delivery(
        number=0,
        store=site.key,
        topic=topic,
        address=wix.app.webhook_address,
        body=body,
        headers=headers,
        due=wix.clock.now() + timedelta(seconds=twist.delay_seconds),
        state="dropped" if twist.drop else "waiting",
        at_once=twist.at_once,
        gaps_seconds=GAPS_SECONDS,
        answer_seconds=wix.app.answer_seconds,
    )
    twins = [replace(delivery, headers=dict(headers), attempts=[]) for _ in range(twist.copies - 1)]
    return [wix.courier.send(one) for one in (delivery, *twins)]


def _heard(wix: "Wix", site: Site, topic: str) -> bool:
    if topic not in wix.app.topics:
        return False
    if topic == "AppRemoved" or topic.startswith(INSTALLATION):
        return True
    need = next((permission for start, permission in NEEDS if topic.startswith(start)), INSTANCE)
    return site.installation.active and need in permissions(site.installation.scopes)


def token(wix: "Wix", site: Site, topic: str, payload: Payload, twist: Twist = PLAIN) -> str:
    """Write the JWT that is a webhook's whole body."""
    identity = {"identityType": "WIX_USER", "wixUserId": site.owner_id}
    envelope: dict[str, Any] = {
        "data": _json(payload),
        "instanceId": site.key,
        "eventType": topic,
        "identity": _json(identity),
    }
    now = int(wix.clock.stamp().timestamp())
    claims: dict[str, Any] = {"data": _json(_over(envelope, twist.envelope)), "iat": now}
    if twist.lives_seconds is not None:
        claims["exp"] = now + int(twist.lives_seconds)
    if wix.app.claims:
        claims |= {"iss": "wix.com", "aud": wix.app.app_id}
    return _signed(wix, _over(claims, twist.claims), twist.signature)


def _over(fields: dict[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (fields | dict(others)).items() if value is not None}


def _signed(wix: "Wix", claims: Payload, kind: str) -> str:
    app = wix.app
    right = signing.webhook(claims, app.key)
    if kind == "other_key":
        return signing.webhook(claims, signing_key(None))
    if kind == "none":
        return signing.unsigned_webhook(claims)
    if kind == "hs256":
        return signing.confused_webhook(claims, app.public_pem)
    if kind == "swapped":
        return signing.with_claims(right, {**claims, "iat": 1})
    return right.rpartition(".")[0] if kind == "two_parts" else right


def domain_event(wix: "Wix", site: Site, fqdn: str, slug: str, thing: str, **known: Any) -> Payload:
    """Write a domain event: `entity` for created, `current` and `modified` for updated, `body` for an action.

    Without any of them the thing was deleted. `anonymised` says that somebody asked for it by right.
    """
    payload: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "entityFqdn": fqdn,
        "slug": slug,
        "entityId": thing,
        "eventTime": written(wix.clock.stamp()),
        "triggeredByAnonymizeRequest": bool(known.get("anonymised")),
        "originatedFrom": "",
        "entityEventSequence": str(site.next_sequence(f"{fqdn} {thing}")),
    }
    return payload | _what_happened(wix, known)


def _what_happened(wix: "Wix", known: Payload) -> dict[str, Any]:
    as_json = wix.app.whole_as == "json"

    def whole(name: str, value: Any) -> dict[str, Any]:
        return {f"{name}AsJson": _json(value)} if as_json else {name: value}

    if "entity" in known:
        return {"createdEvent": whole("entity", known["entity"])}
    if "current" in known:
        modified = {"modifiedFields": known.get("modified") or {}}
        return {"updatedEvent": whole("currentEntity", known["current"]) | modified}
    if "body" in known:
        return {"actionEvent": whole("body", known["body"])}
    return {"deletedEvent": {}}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
