"""Secrets of endpoints, and the signatures made with them, as Standard Webhooks say.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from connectors import configured
from connectors.errors import Unsealable
from connectors.models import Endpoint

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
_KIND: Final = "endpoint"


class Secret(msgspec.Struct, frozen=True, array_like=True):
    """One signing secret; it signs until `ends_at`, or until it is replaced."""

    text: str
    ends_at: datetime | None = None

    def __repr__(self) -> str:
        return "<Secret>"

    def lives(self, now: datetime) -> bool:
        """Tell whether it still signs."""
        return self.ends_at is None or self.ends_at > now


_decoder = msgspec.msgpack.Decoder(tuple[Secret, ...])


def new_secret() -> str:
    """Return a fresh secret as its receiver writes it down."""
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def seal(ref: str, held: Iterable[Secret]) -> bytes:
    """Return the secrets of an endpoint, sealed for it, newest first."""
    return configured.keeper().seal(_KIND, ref, msgspec.msgpack.encode(tuple(held)))


def opened(endpoint: Endpoint) -> tuple[Secret, ...]:
    """Return the secrets of an endpoint, newest first; raises Unsealable when they are not its own."""
    plain = configured.keeper().open(_KIND, endpoint.ref, endpoint.secrets)
    try:
        return _decoder.decode(plain)
    except msgspec.MsgspecError:
        raise Unsealable from None


def replaced(endpoint: Endpoint, new: str, now: datetime, overlap: timedelta) -> bytes:
    """Return an endpoint's secrets sealed anew: a new one, and those before it for as long as `overlap`."""
    try:
        before = opened(endpoint)
    except Unsealable:
        before = ()  # the key store was made anew: what nobody can open signs nothing more
    ends_at = now + overlap
    kept = [Secret(each.text, min(each.ends_at or ends_at, ends_at)) for each in before]
    return seal(endpoint.ref, [Secret(new), *(each for each in kept if each.lives(now))])


def headers(held: Iterable[Secret], ref: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of one attempt, signed with every secret that lives."""
    seconds = int(at.timestamp())
    signed = [sign(each.text, ref, seconds, body) for each in held if each.lives(at)]
    return {
        "webhook-id": ref,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signed),
    }


def sign(secret: str, ref: str, seconds: int, body: bytes) -> str:
    """Return the signature of a message at a time, in seconds since 1970."""
    key = b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{ref}.{seconds}.".encode() + body, "sha256")
    return "v1," + b64encode(digest).decode("ascii")
