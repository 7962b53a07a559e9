"""What BigCommerce signs when it sends somebody, or itself, to one of our callbacks: `signed_payload_jwt`.

It is good for a day and comes in an address, so that `jti` is what keeps it from coming twice. PyJWT checks
the signature and nothing else.
"""

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

import jwt
import msgspec

from connectors.errors import Malformed, Unverified
from connectors.platforms.bigcommerce.quiet import Quiet
from connectors.platforms.bigcommerce.shop import store_hash
from connectors.platforms.opening import Credentials, Person

LEEWAY_SECONDS: Final = 10
LIFE_SECONDS: Final = 24 * 60 * 60
_LONGEST: Final = 8_192
# Three parts of unpadded base64url (RFC 7515, section 2): no blank, no padding, no fourth part.
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")
_PROOF_ID: Final = re.compile(r"[!-~]{1,128}")
# Header keys (`kid`, `jku`, `jwk`, `x5u`) choose nothing: one algorithm, our own secrets.
_HS256: Final = jwt.PyJWS(algorithms=["HS256"])


class Proved(NamedTuple):
    """Which store it is about, who acts, when BigCommerce made it, and its id."""

    shop: str
    person: Person
    at: datetime
    proof_id: str


class _User(Quiet):
    """Somebody in the control panel; the e-mail address is not read."""

    id: int


class _Claims(Quiet):
    """The claims that are checked. `url` and `channel_id` are not read: there is one page for a store."""

    aud: str
    iss: str
    sub: str
    jti: str
    exp: int | float
    nbf: int | float
    iat: int | float
    user: _User
    owner: _User


def read_payload(token: str, credentials: Credentials, now: datetime) -> Proved:
    """Return what a `signed_payload_jwt` proves; `at` is never later than `now`. Raises Unverified."""
    claims = _claims(_payload(token, credentials.client_secrets))
    if claims.aud != credentials.client_id or claims.iss != "bc":
        raise Unverified("signed payload: made for another app, or by somebody else")
    if _PROOF_ID.fullmatch(claims.jti) is None:
        raise Unverified("signed payload: `jti` is no id")
    _check_times(claims, now.timestamp())
    person = Person(str(claims.user.id), owner=claims.user.id == claims.owner.id)
    return Proved(_shop(claims), person, min(_made_at(claims), now), claims.jti)


def _payload(token: str, secrets: tuple[str, ...]) -> bytes:
    if len(token) > _LONGEST or _SHAPE.fullmatch(token) is None:
        raise Unverified("signed payload: not a token")
    for secret in filter(None, secrets):
        try:
            payload: bytes = _HS256.decode(token, secret, algorithms=["HS256"])
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError:
            raise Unverified("signed payload: not a token") from None
        return payload
    raise Unverified("signed payload: the signature is wrong")


def _claims(payload: bytes) -> _Claims:
    try:
        return msgspec.json.decode(payload, type=_Claims)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unverified("signed payload: the claims cannot be read") from None


def _shop(claims: _Claims) -> str:
    try:
        return store_hash(claims.sub)
    except Malformed:
        raise Unverified("signed payload: `sub` is no store") from None


def _check_times(claims: _Claims, now: float) -> None:
    if not 0 < claims.exp - min(claims.nbf, claims.iat) <= LIFE_SECONDS + LEEWAY_SECONDS:
        raise Unverified("signed payload: its life is not a day")
    if max(claims.nbf, claims.iat) > now + LEEWAY_SECONDS:
        raise Unverified("signed payload: not valid yet")
    if claims.exp + LEEWAY_SECONDS <= now:
        raise Unverified("signed payload: it has run out")


def _made_at(claims: _Claims) -> datetime:
    try:
        return datetime.fromtimestamp(claims.iat, UTC)
    except (ValueError, OverflowError, OSError):
        raise Unverified("signed payload: it was made at no time") from None
