"""Session tokens: what Shopify signs to say which shop is on the screen, good for one minute.

https://shopify.dev/docs/apps/build/authentication-authorization/session-tokens

PyJWT checks the signature and nothing else. ShopifyAPI's own decoder is not used: it asks the system's clock
instead of the caller's, knows one secret only, demands `sid` and checks neither the life nor the path of the
issuer.
"""

from datetime import datetime
from typing import Final, NamedTuple

from connectors.errors import Malformed, Unverified
from connectors.platforms.hs256 import made_at, read_claims
from connectors.platforms.opening import Credentials
from connectors.platforms.shopify.quiet import Quiet
from connectors.platforms.shopify.shop import shop_domain

LEEWAY_SECONDS: Final = 10  # as in all of Shopify's own libraries
LIFE_SECONDS: Final = 60
_PLACE: Final = "session token"


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
    claims = read_claims(token, credentials.client_secrets, _Claims, _PLACE)
    if claims.aud != credentials.client_id:
        raise Unverified("session token: made for another app")
    if not claims.sub or not claims.jti:
        raise Unverified("session token: a claim is empty")
    shop = _shop(claims)
    _check_times(claims, shop, now.timestamp())
    return Proved(shop, min(made_at(claims.nbf if claims.iat is None else claims.iat, _PLACE), now))


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
