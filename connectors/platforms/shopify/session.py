"""Session tokens: what Shopify signs to say which shop is on the screen, good for one minute.

https://shopify.dev/docs/apps/build/authentication-authorization/session-tokens

PyJWT checks the signature and nothing else. ShopifyAPI's own decoder is not used: it asks the system's clock
instead of the caller's, knows one secret only, demands `sid` and checks neither the life nor the path of the
issuer.
"""

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

import jwt
import msgspec

from connectors.errors import Malformed, Unverified
from connectors.platforms.opening import Credentials
from connectors.platforms.shopify.quiet import Quiet
from connectors.platforms.shopify.shop import shop_domain

LEEWAY_SECONDS: Final = 10  # as in all of Shopify's own libraries
LIFE_SECONDS: Final = 60
_LONGEST: Final = 8_192
# Three parts of unpadded base64url (RFC 7515, section 2): no blank, no padding, no fourth part.
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")
# Header keys (`kid`, `jku`, `jwk`, `x5u`) choose nothing: one algorithm, our own secrets.
_HS256: Final = jwt.PyJWS(algorithms=["HS256"])


class Expired(Unverified):
    """The session token is genuine and past its minute."""

    def __init__(self, shop: str) -> None:
        super().__init__()
        self.shop = shop


class Proved(NamedTuple):
    """The shop that a session token proves, and when Shopify made the token."""

    shop: str
    at: datetime


class _Claims(Quiet):
    """The claims that are checked; the others, `sid` and `sig` among them, are not read."""

    iss: str
    dest: str
    aud: str
    sub: str
    jti: str
    exp: int | float
    nbf: int | float
    iat: int | float | None = None


def read_token(token: str, credentials: Credentials, now: datetime) -> Proved:
    """Return the shop that a session token proves, and since when; never later than `now`.

    Raises Expired when time is all that is wrong with it, Unverified for everything else.
    """
    claims = _claims(_payload(token, credentials.client_secrets))
    if claims.aud != credentials.client_id:
        raise Unverified("session token: made for another app")
    if not claims.sub or not claims.jti:
        raise Unverified("session token: a claim is empty")
    shop = _shop(claims)
    _check_times(claims, shop, now.timestamp())
    return Proved(shop, min(_made_at(claims), now))


def _payload(token: str, secrets: tuple[str, ...]) -> bytes:
    if len(token) > _LONGEST or _SHAPE.fullmatch(token) is None:
        raise Unverified("session token: not a token")
    for secret in filter(None, secrets):
        try:
            payload: bytes = _HS256.decode(token, secret, algorithms=["HS256"])
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError:
            raise Unverified("session token: not a token") from None
        return payload
    raise Unverified("session token: the signature is wrong")


def _claims(payload: bytes) -> _Claims:
    try:
        return msgspec.json.decode(payload, type=_Claims)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unverified("session token: the claims cannot be read") from None


def _shop(claims: _Claims) -> str:
    try:
        shop = shop_domain(claims.dest)
    except Malformed:
        raise Unverified("session token: `dest` is no shop") from None
    # Exactly, so that what `shop_domain` forgives to people is not forgiven here.
    if claims.dest != f"https://{shop}" or claims.iss != f"https://{shop}/admin":
        raise Unverified("session token: `iss` and `dest` do not agree")
    return shop


def _check_times(claims: _Claims, shop: str, now: float) -> None:
    if not 0 < claims.exp - claims.nbf <= LIFE_SECONDS + LEEWAY_SECONDS:
        raise Unverified("session token: its life is not a minute")
    if max(claims.nbf, claims.iat or 0) > now + LEEWAY_SECONDS:
        raise Unverified("session token: not valid yet")
    if claims.exp + LEEWAY_SECONDS <= now:
        raise Expired(shop)


def _made_at(claims: _Claims) -> datetime:
    try:
        return datetime.fromtimestamp(claims.nbf if claims.iat is None else claims.iat, UTC)
    except (ValueError, OverflowError, OSError):
        raise Unverified("session token: it was made at no time") from None
