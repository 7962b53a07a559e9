"""The door for deliveries: untrusted bytes in, an event out, or an error.

`Acme-Signature` covers the whole body, and the body names the shop, the topic and the delivery: nothing else
of the request is believed.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from connectors.errors import Malformed, Unverified
from connectors.platforms.base import Delivery, Event, EventKind
from connectors.platforms.opening import Credentials
from tests.platforms.acme.auth import sign
from tests.platforms.acme.wire import Told

# Acme's topic: our event. Topics that are not here mean nothing to us.
TOPICS: Final[Mapping[str, EventKind]] = {
    "store.changed": EventKind.STORE_CHANGED,
    "good.changed": EventKind.PRODUCT_CHANGED,
    "good.removed": EventKind.PRODUCT_GONE,
    "order.changed": EventKind.SALE_CHANGED,
    "order.removed": EventKind.SALE_GONE,
    "offer.changed": EventKind.OFFER_CHANGED,
    "offer.removed": EventKind.OFFER_GONE,
    "app.removed": EventKind.UNINSTALLED,
    "store.erase": EventKind.REDACT_STORE,
    "order.erase": EventKind.REDACT_SALES,
}
_TOLD: Final = msgspec.json.Decoder(Told)


def verify(delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
    """Turn a delivery into an event; a time in the future is read as now.

    Raises Unverified when the signature is missing or wrong, Malformed when a signed body cannot be read.
    """
    claimed = delivery.headers.get("acme-signature", "").encode("utf-8", "surrogatepass")
    if not any(
        hmac.compare_digest(sign(delivery.body, secret).encode(), claimed)
        for secret in credentials.client_secrets
    ):
        raise Unverified("delivery: the signature is missing or wrong")
    try:
        told = _TOLD.decode(delivery.body)
        occurred_at = told.at.astimezone(UTC)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        raise Malformed("delivery: the body cannot be read") from None
    if told.app != credentials.client_id:
        raise Unverified("delivery: for another app")
    return Event(
        kind=TOPICS.get(told.topic, EventKind.NOTHING),
        shop=told.shop,
        shop_id=str(told.store),
        delivery_id=told.id,
        topic=told.topic,
        occurred_at=min(occurred_at, now),
        ids=tuple(map(str, told.ids)),
    )
