"""The door for deliveries: a signed token in, an event out, or an error.

The token holds a text of JSON, the envelope, which holds another, the body:

    claims {data, iat, exp}   data: {instanceId, eventType, identity, data}   data: the event

Wix waits 1250 ms for an answer, so nothing is asked here.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from connectors.errors import Malformed, Unverified
from connectors.platforms.base import Delivery, Event, EventKind
from connectors.platforms.opening import Credentials, Grant
from connectors.platforms.wix.ids import instance_id
from connectors.platforms.wix.jws import read_token, seconds
from connectors.platforms.wix.scopes import SCOPES
from connectors.platforms.wix.topics import happened_at, is_read, meaning, sequence
from connectors.platforms.wix.wire.answers import Wire
from connectors.platforms.wix.wire.events import Body
from connectors.policy.records import Reported

T = TypeVar("T")

SOURCE: Final = "webhook SitePropertiesUpdated"
_EVENT_TYPE: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: When the grant of an install ran out: before it could be used, so that the first use mints one.
_LONG_PAST: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Envelope(Wire):
    """Whose event it is. `identity`, who caused it, is not read."""

    instance_id: str
    event_type: str
    data: str = "{}"


_ENVELOPE: Final = msgspec.json.Decoder(Envelope)
_BODY: Final = msgspec.json.Decoder(Body)


def verify(delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
    """Turn a delivery into an event.

    A type that we do not know is an event of kind NOTHING. Raises Unverified when the token is not signed by
    Wix for this app or names no instance, Malformed when the event in it cannot be read.
    """
    claims = read_token(delivery.body, credentials.own.get("public_key", ""), credentials.client_id, now)
    envelope, shop = _addressed(claims)
    if _EVENT_TYPE.fullmatch(envelope.event_type) is None:
        raise Malformed("delivery: the type is no type")
    body = _inner(envelope.data, _BODY) if is_read(envelope.event_type) else Body()
    kind, ids = meaning(envelope.event_type, body)
    occurred_at = happened_at(body, _moment(claims))
    own_id = _own_id(envelope, body)
    reported = _reported(body, occurred_at or now) if kind is EventKind.STORE_CHANGED else None
    return Event(
        kind=kind,
        shop=shop,
        delivery_id=own_id or _made_id(envelope, claims, now),
        topic=envelope.event_type,
        occurred_at=occurred_at,
        ids=ids,
        reported=reported,
        reported_fields=_reported_fields(body) if reported else frozenset(),
        # Signed in the same second, two older events that say the same are not told apart.
        may_repeat=own_id is None,
        sequence=sequence(body),
        grant=_unminted(shop) if kind is EventKind.INSTALLED else None,
    )


def _addressed(claims: dict[str, Any]) -> tuple[Envelope, str]:
    """Return the envelope, and the instance that it names: without one the token proves nothing."""
    try:
        envelope = _inner(claims.get("data"), _ENVELOPE)
        return envelope, instance_id(envelope.instance_id)
    except Malformed as error:
        raise Unverified(str(error)) from None


def _inner(text: Any, decoder: "msgspec.json.Decoder[T]") -> T:
    if not isinstance(text, str):
        raise Malformed("delivery: what is inside is no text")
    try:
        return decoder.decode(text)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        raise Malformed("delivery: what is inside cannot be read") from None


def _moment(claims: dict[str, Any]) -> datetime | None:
    signed_at = seconds(claims, "iat")
    return None if signed_at is None else datetime.fromtimestamp(max(signed_at, 0.0), UTC)


def _own_id(envelope: Envelope, body: Body) -> str | None:
    """Return the id that a domain event has, which is the same when Wix sends it again."""
    known = body.id is not None and _EVENT_ID.fullmatch(body.id)
    return f"{envelope.event_type}/{body.id}" if known else None


def _made_id(envelope: Envelope, claims: dict[str, Any], now: datetime) -> str:
    """Return an id for an older event, made of what it says and of when it was signed.

    Signed again, the same event is taken twice, which changes nothing, while a second uninstall is never
    taken for the first.
    """
    signed = next((claims[name] for name in ("iat", "exp") if claims.get(name) is not None), now.timestamp())
    said = "\0".join((envelope.instance_id, envelope.event_type, envelope.data, str(signed)))
    return "sha256:" + hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _reported(body: Body, at: datetime) -> Reported:
    return Reported(source=SOURCE, observed_at=at, changed_at=at, primary_locale=_language(body))


def _reported_fields(body: Body) -> frozenset[str]:
    spoken = {"changed_at"} | ({"primary_locale"} if _language(body) else set())
    return frozenset(spoken)


def _language(body: Body) -> str | None:
    properties = body.event.properties if body.event else None
    return (properties.language or None) if properties else None


def _unminted(shop: str) -> Grant:
    return Grant(shop=shop, access_token="", scopes=SCOPES, expires_at=_LONG_PAST)
