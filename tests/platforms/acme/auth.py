"""The door for people: who may come in with which pass, and what grant follows.

Acme's admin opens the app with `?pass={shop}.{unix second}.{signature}`. The signature is HMAC-SHA256 with
the app's secret over the client id, the shop and the second, so that a pass for another app is none for us.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.json import Decoder

from connectors.errors import GrantRevoked, Malformed, Misconfigured, PlatformFailure, Unverified
from connectors.platforms.http import Answer, Limits, Transport, decode, json_body, refuse
from connectors.platforms.opening import Admitted, Arrival, Credentials, Grant
from tests.platforms.acme.wire import Given

SCOPES: Final = frozenset({"goods:read", "orders:read", "offers:read"})

_PASS: Final = re.compile(r"([a-z0-9-]{1,40})\.([0-9]{10})\.([0-9a-f]{64})")
_LIFE: Final = timedelta(minutes=5)
_CLOCKS: Final = timedelta(seconds=10)
_PLACE: Final = "Acme's token endpoint"
_TRANSPORT: Final = Transport(Limits(seconds=10.0, max_bytes=64 * 1024))
_GIVEN: Final = Decoder(Given)


def enter(arrival: Arrival, credentials: Credentials, now: datetime) -> Admitted:
    """Say whose pass this is.

    Raises Unverified when it is missing, forged or past its time, Malformed when it is no pass.
    """
    found = [value for name, value in arrival.query if name == "pass"]
    if arrival.bearer is not None:
        found = [arrival.bearer]
    if not found:
        raise Unverified("there is no pass")
    match = _PASS.fullmatch(found[0])
    if match is None or len(found) > 1:
        raise Malformed("pass: not one")
    shop, second, claimed = match.groups()
    if not any(
        hmac.compare_digest(sign(f"{credentials.client_id}.{shop}.{second}".encode(), secret), claimed)
        for secret in credentials.client_secrets
    ):
        raise Unverified("pass: the signature is wrong")
    made_at = datetime.fromtimestamp(int(second), UTC)
    if not now - _LIFE <= made_at <= now + _CLOCKS:
        raise Unverified("pass: not of this time")
    return Admitted(shop=shop, proof=found[0], proved_at=made_at)


def sign(what: bytes, secret: str) -> str:
    """Return Acme's signature, in hex."""
    return hmac.digest(secret.encode(), what, "sha256").hex()


def exchange(shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
    """Turn a pass into a grant; raises Unverified when Acme does not take it."""
    answer = _ask({"pass": proof}, credentials)
    if answer.status == 400:
        raise Unverified("pass: Acme does not take it")
    return _grant(shop, answer, now)


def refresh(grant: Grant, credentials: Credentials, now: datetime) -> Grant:
    """Return the grant that follows; raises GrantRevoked when the merchant must come back."""
    if grant.refresh_token is None:
        raise GrantRevoked("the grant has no refresh token")
    answer = _ask({"renewal": grant.refresh_token}, credentials)
    if answer.status == 400:
        raise GrantRevoked()
    return _grant(grant.shop, answer, now)


def _ask(fields: dict[str, str], credentials: Credentials) -> Answer:
    ours = {"client_id": credentials.client_id, "client_secret": credentials.client_secrets[0]}
    return _TRANSPORT.call(
        "POST",
        f"{credentials.origin}/token",
        place=_PLACE,
        headers={"Content-Type": "application/json", "Connection": "close"},
        body=json_body({**ours, **fields}),
    )


def _grant(shop: str, answer: Answer, now: datetime) -> Grant:
    if answer.status == 401:
        raise Misconfigured("Acme does not take ACME_CLIENT_ID with ACME_CLIENT_SECRET")
    refuse(answer, _PLACE, _STATUSES)
    given = decode(_GIVEN, answer.body, _PLACE)
    return Grant(
        shop=shop,
        access_token=given.token,
        scopes=frozenset(given.scopes),
        expires_at=now + timedelta(seconds=given.lasts_seconds),
        refresh_token=given.renewal,
    )


_STATUSES: Final[dict[int, type[PlatformFailure]]] = {404: GrantRevoked}
