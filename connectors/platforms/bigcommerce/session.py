"""What BigCommerce signs when it sends somebody, or itself, to one of our callbacks: `signed_payload_jwt`.

It is good for a day and comes in an address, so that `jti` is what keeps it from coming twice. PyJWT checks
the signature and nothing else.
"""

import re
from datetime import datetime
from typing import Final, NamedTuple

from connectors.errors import Malformed, Unverified
from connectors.platforms.bigcommerce.quiet import Quiet
from connectors.platforms.bigcommerce.shop import store_hash
from connectors.platforms.hs256 import made_at, read_claims
from connectors.platforms.opening import Credentials, Person

LEEWAY_SECONDS: Final = 10
LIFE_SECONDS: Final = 24 * 60 * 60
_PROOF_ID: Final = re.compile(r"[!-~]{1,128}")
_PLACE: Final = "signed payload"


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
    claims = read_claims(token, credentials.client_secrets, _Claims, _PLACE)
    if claims.aud != credentials.client_id or claims.iss != "bc":
        raise Unverified("signed payload: made for another app, or by somebody else")
    if _PROOF_ID.fullmatch(claims.jti) is None:
        raise Unverified("signed payload: `jti` is no id")
    _check_times(claims, now.timestamp())
    person = Person(str(claims.user.id), owner=claims.user.id == claims.owner.id)
    return Proved(_shop(claims), person, min(made_at(claims.iat, _PLACE), now), claims.jti)


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
