"""The signed instance: Wix's proof, in the address of the dashboard page, of the site and of who opens it.

    signature.payload        signature = base64url(HMAC-SHA256(app secret, payload as it stands))

https://dev.wix.com/docs/build-apps/develop-your-app/access/app-instances/parse-the-app-instance-query-parameter
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

import msgspec

from connectors.errors import Malformed, Unverified
from connectors.platforms.wix.wire.answers import Wire

LONGEST_CHARACTERS: Final = 8_192
_PARTS: Final = re.compile(r"([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]+)")


class Instance(Wire):
    """What is signed, as far as it matters here."""

    instance_id: str
    sign_date: Annotated[datetime, msgspec.Meta(tz=True)]
    permissions: str | None = None
    demo_mode: bool | None = None


_INSTANCE: Final = msgspec.json.Decoder(Instance)


def read_instance(signed: str, secrets: Iterable[str]) -> Instance:
    """Return what was signed with one of the secrets; its age and its rights are the caller's to judge.

    Raises Unverified when the signature is missing or wrong, Malformed when what is signed cannot be read.
    """
    parts = _PARTS.fullmatch(signed) if len(signed) <= LONGEST_CHARACTERS else None
    if parts is None:
        raise Unverified("instance: not signed by Wix")
    claimed, payload = parts.groups()
    if not any(hmac.compare_digest(_signature(payload, secret), claimed) for secret in secrets if secret):
        raise Unverified("instance: the signature is wrong")
    try:
        return _INSTANCE.decode(decoded(payload))
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        raise Malformed("instance: what is signed cannot be read") from None


def decoded(text: str) -> bytes:
    """Return the bytes of base64url without padding; raises ValueError for any other spelling of them."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encoded(raw) != text:
        raise ValueError("not base64url")
    return raw


def encoded(raw: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _signature(payload: str, secret: str) -> str:
    return encoded(hmac.digest(secret.encode(), payload.encode("ascii"), hashlib.sha256))
