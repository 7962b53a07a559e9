"""The door for deliveries: untrusted bytes in, an event out, or an error.

Two kinds come: callbacks by GET, proved by a `signed_payload_jwt`, and webhooks. A webhook brings back the
header that its store's hooks were made with (`hook_secret`); that it names no other store is proved by it
too, since every store has another. Where BigCommerce signs it as well (Standard Webhooks), the signature
must be right.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import msgspec

from connectors.errors import Malformed, Unverified
from connectors.platforms.base import Delivery, Event, EventKind
from connectors.platforms.bigcommerce import auth, session, topics
from connectors.platforms.bigcommerce.quiet import Quiet
from connectors.platforms.bigcommerce.shop import store_hash
from connectors.platforms.bigcommerce.topics import Subject
from connectors.platforms.opening import Credentials
from connectors.policy.records import Reported

T = TypeVar("T")

HOOK_HEADER: Final = "X-Minta-Hook"
CALLBACKS: Final = {"uninstall": EventKind.UNINSTALLED, "remove_user": EventKind.PERSON_REMOVED}
# A delivery is tried again for two days, and it is not said whether with a new timestamp. One that is sent
# again unchanged is known by its id, which is remembered for much longer.
OLDEST: Final = timedelta(hours=49)
_AHEAD: Final = timedelta(minutes=5)
_DELIVERY_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_SCOPE: Final = re.compile(r"[A-Za-z0-9_/*-]{1,128}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_SIGNATURE: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")


class _Body(Quiet):
    """What every webhook says. `data` stays raw: most scopes mean nothing to us."""

    producer: str
    scope: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    hash: str | None = None
    created_at: int | float | str | None = None


def hook_secret(secret: str, shop: str) -> str:
    """Return what the header of a store's hooks says; nothing of it need be stored."""
    return hmac.new(secret.encode(), f"minta hook v1\n{shop}".encode(), hashlib.sha256).hexdigest()


def verify(delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
    """Turn a delivery into an event.

    A scope that we do not know is an event of kind NOTHING. A time in the future is read as now.
    Raises Unverified when a proof is missing or wrong, Malformed when the delivery cannot be read.
    """
    if delivery.callback:
        return _called_back(delivery, credentials, now)
    body = _read(_Body, delivery.body)
    shop = store_hash(body.producer)
    _check_header(delivery.headers.get(HOOK_HEADER.lower(), ""), shop, credentials.client_secrets)
    if any(name in delivery.headers for name in _SIGNATURE) or credentials.own.get("signed"):
        _check_signature(delivery, credentials.client_secrets, now)
    return _event(body, shop, delivery.body, now)


def _called_back(delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
    kind = CALLBACKS.get(delivery.callback)
    if kind is None:
        raise Unverified("delivery: none of our callbacks")
    query = auth.read_query(delivery.query)
    proved = session.read_payload(query.get(auth.PROOF, ""), credentials, now)
    return Event(
        kind=kind,
        shop=proved.shop,
        delivery_id=proved.proof_id,
        topic=delivery.callback,
        occurred_at=_end_of_second(proved.at, now),
        ids=(proved.person.id,) if kind == EventKind.PERSON_REMOVED else (),
    )


def _event(body: _Body, shop: str, raw: bytes, now: datetime) -> Event:
    # Some scopes are printed with a slash at their end.
    topic = body.scope.removesuffix("/")
    if _SCOPE.fullmatch(topic) is None:
        raise Malformed("delivery: the scope is missing or no scope")
    kind, names = topics.meaning(topic)
    occurred_at = _moment(body.created_at, now)
    is_report = topic == topics.INFORMATION
    return Event(
        kind=kind,
        shop=shop,
        delivery_id=_delivery_id(body.hash or "", raw),
        may_repeat=True,  # the hash is of a body that dates the event to a whole second
        topic=topic,
        occurred_at=occurred_at,
        ids=topics.ids(_read(Subject, bytes(body.data)), names) if names else (),
        reported=_report(topic, occurred_at or now) if is_report else None,
        reported_fields=frozenset({"changed_at"}) if is_report else frozenset(),
    )


def _report(topic: str, at: datetime) -> Reported:
    """No query says when the store last changed."""
    return Reported(source=topic, observed_at=at, changed_at=at)


def _read(read: type[T], raw: bytes) -> T:
    try:
        raw.decode()  # the decoder passes over what it does not need, valid text or not
        return msgspec.json.decode(raw, type=read)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Malformed("delivery: the body cannot be read") from None


def _check_header(claimed: str, shop: str, secrets: Iterable[str]) -> None:
    given = claimed.encode("utf-8", "surrogatepass")
    ours = [hook_secret(secret, shop).encode() for secret in secrets if secret]
    if not any(hmac.compare_digest(each, given) for each in ours):
        raise Unverified("delivery: the header of this store's hooks is missing or wrong")


def _check_signature(delivery: Delivery, secrets: Iterable[str], now: datetime) -> None:
    """https://github.com/standard-webhooks/standard-webhooks, with the client secret's bytes as the key."""
    message_id, stamp, claimed = (delivery.headers.get(name, "") for name in _SIGNATURE)
    if not message_id or _SECONDS.fullmatch(stamp) is None:
        raise Unverified("delivery: the signature is not whole")
    signed = b".".join((_bytes(message_id), stamp.encode(), delivery.body))
    given = [_bytes(each) for each in claimed.split()]
    ours = [_signature(signed, secret) for secret in secrets if secret]
    if not any(hmac.compare_digest(each, one) for each in ours for one in given):
        raise Unverified("delivery: the signature is wrong")
    if not -OLDEST.total_seconds() <= int(stamp) - now.timestamp() <= _AHEAD.total_seconds():
        raise Unverified("delivery: the signature is too old, or not of yet")


def _signature(signed: bytes, secret: str) -> bytes:
    return b"v1," + base64.b64encode(hmac.digest(secret.encode(), signed, "sha256"))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _moment(said: float | str | None, now: datetime) -> datetime | None:
    """Return when it happened, never later than now; None when the body does not say it readably."""
    if said is None or (isinstance(said, str) and _SECONDS.fullmatch(said) is None):
        return None
    try:
        return _end_of_second(datetime.fromtimestamp(int(said), UTC), now)
    except (ValueError, OverflowError, OSError):
        return None


def _end_of_second(at: datetime, now: datetime) -> datetime:
    """An uninstall in the second of its install comes after it."""
    return min(at.replace(microsecond=999_999), now)


def _delivery_id(claimed: str, raw: bytes) -> str:
    """Return BigCommerce's id of the event, or one made of what stays the same when it is sent again."""
    if _DELIVERY_ID.fullmatch(claimed):
        return claimed
    return "sha256:" + hashlib.sha256(raw).hexdigest()
