"""Tokens that a platform signs with our client secret: JWS, compact, HS256 and nothing else.

PyJWT checks the signature; what may be in a token is its reader's.
"""

import re
from datetime import UTC, datetime
from typing import Final, TypeVar

import jwt
import msgspec

from connectors.errors import Unverified

T = TypeVar("T")

_LONGEST: Final = 8_192
# Three parts of unpadded base64url (RFC 7515, section 2): no blank, no padding, no fourth part.
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")
# Header keys (`kid`, `jku`, `jwk`, `x5u`) choose nothing: one algorithm, our own secrets.
_HS256: Final = jwt.PyJWS(algorithms=["HS256"])


def read_claims(token: str, secrets: tuple[str, ...], read: type[T], place: str) -> T:
    """Return what one of our secrets has signed; raises Unverified, which names `place`."""
    try:
        return msgspec.json.decode(_payload(token, secrets, place), type=read)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unverified(f"{place}: the claims cannot be read") from None


def made_at(seconds: float, place: str) -> datetime:
    """Return a time of a token's; raises Unverified when there is no such time."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise Unverified(f"{place}: it was made at no time") from None


def _payload(token: str, secrets: tuple[str, ...], place: str) -> bytes:
    if len(token) > _LONGEST or _SHAPE.fullmatch(token) is None:
        raise Unverified(f"{place}: not a token")
    for secret in filter(None, secrets):
        try:
            payload: bytes = _HS256.decode(token, secret, algorithms=["HS256"])
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError:
            raise Unverified(f"{place}: not a token") from None
        return payload
    raise Unverified(f"{place}: the signature is wrong")
