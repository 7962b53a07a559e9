"""The door for deliveries: untrusted bytes in, an event out, or an error.

https://shopify.dev/docs/apps/build/webhooks/verify-deliveries

The signature covers the body alone. The headers that name shop and topic are believed as far as a delivery
with a good signature goes; where the body names the shop too, both must agree, here or (by the shop's number)
in the inbox.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from connectors.errors import Malformed, Unverified
from connectors.platforms.base import Delivery, Event, EventKind
from connectors.platforms.opening import Credentials
from connectors.platforms.shopify.shop import shop_domain
from connectors.platforms.shopify.topics import TOPICS, Body

# `x-shopify-topic` and its like; without the `x-` they come from Events, the next generation of webhooks,
# whose header Shopify's own JavaScript library looks for first.
_FAMILIES: Final = ("shopify-", "x-shopify-")
_TOPIC: Final = re.compile(r"[a-z0-9_./-]{1,64}")
_DELIVERY_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{1,24}(?:Z|[+-][0-9]{2}:?[0-9]{2})")


def verify(delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
    """Turn a delivery into an event.

    A topic that we do not know is an event of kind NOTHING. A time in the future is read as now.
    Raises Unverified when the signature is missing or wrong, or when headers and body name two shops;
    Malformed when a delivery with a good signature cannot be read.
    """
    said = _signed_headers(delivery, credentials.client_secrets)
    topic = said("topic").lower()
    if _TOPIC.fullmatch(topic) is None:
        raise Malformed("delivery: the topic is missing or not a topic")
    shop = shop_domain(said("shop-domain"))
    occurred_at = _moment(said("triggered-at"), now)
    kind, read = TOPICS.get(topic, (EventKind.NOTHING, Body))
    body = _body(delivery.body, read, topic)
    _check_shop(body, shop)
    return Event(
        kind=kind,
        shop=shop,
        delivery_id=_delivery_id(said("webhook-id"), topic, shop, delivery.body),
        topic=topic,
        occurred_at=occurred_at,
        ids=body.ids(),
        shop_id=body.shop_number(),
        request_id=body.request(),
        reported=body.reported(occurred_at or now),
        reported_fields=body.reported_fields(),
    )


class _Headers:
    """The headers of one family; a missing one is empty."""

    def __init__(self, headers: Mapping[str, str], prefix: str) -> None:
        self._headers = headers
        self._prefix = prefix

    def __call__(self, name: str) -> str:
        return self._headers.get(self._prefix + name, "")


def _signed_headers(delivery: Delivery, secrets: Iterable[str]) -> _Headers:
    """Return the headers of the family that signed this delivery, or raise Unverified."""
    for prefix in _FAMILIES:
        claimed = delivery.headers.get(f"{prefix}hmac-sha256")
        if claimed is not None:
            _check_signature(delivery.body, claimed, secrets)
            return _Headers(delivery.headers, prefix)
    raise Unverified("delivery: there is no signature")


def _check_signature(body: bytes, claimed: str, secrets: Iterable[str]) -> None:
    # The text is compared, not the bytes it decodes to: base64 has several spellings of the same bytes.
    given = claimed.encode("utf-8", "surrogatepass")
    if not any(hmac.compare_digest(_signature(body, secret), given) for secret in secrets if secret):
        raise Unverified("delivery: the signature is wrong")


def _signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))


def _body(body: bytes, read: type[Body], topic: str) -> Body:
    try:
        body.decode()  # the decoder passes over what it does not need, valid text or not
        return msgspec.json.decode(body, type=read)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Malformed(f"delivery: the body of {topic} cannot be read") from None


def _check_shop(body: Body, shop: str) -> None:
    claimed = body.shop_claimed()
    if claimed is None:
        return
    try:
        same = shop_domain(claimed) == shop
    except Malformed:
        same = False
    if not same:
        raise Unverified("delivery: header and body name two shops")


def _moment(text: str, now: datetime) -> datetime | None:
    """Return when it happened, never later than now; None when the header does not say it readably.

    A time in whole seconds is the end of its second: what Shopify says happened after what it said before.
    """
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        # Nanoseconds are cut to microseconds.
        said = datetime.fromisoformat(text).astimezone(UTC)
        return min(said if "." in text else said.replace(microsecond=999_999), now)
    except (ValueError, OverflowError):
        return None


def _delivery_id(claimed: str, topic: str, shop: str, body: bytes) -> str:
    """Return Shopify's id of the delivery, or one made of what stays the same when it is sent again."""
    if _DELIVERY_ID.fullmatch(claimed):
        return claimed
    return "sha256:" + hashlib.sha256(b"\0".join((topic.encode(), shop.encode(), body))).hexdigest()
