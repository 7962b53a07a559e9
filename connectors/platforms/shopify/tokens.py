"""The token endpoint: a proof, a code or a refresh token in, a grant out.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens

Every grant that is asked for expires (`expiring=1`): Shopify refuses other tokens to public apps from 2027.
ShopifyAPI's `request_token` cannot ask for one, and has neither a time-out nor a refresh.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Protocol

import msgspec

from connectors.errors import BadAnswer, GrantRevoked, Misconfigured, StoreClosed, Unavailable, Unverified
from connectors.platforms.http import Answer, Limits, Transport, decode, json_body, refuse
from connectors.platforms.opening import Bounced, Credentials, Grant, Stale
from connectors.platforms.shopify.places import home_path, shop_origin
from connectors.platforms.shopify.quiet import Quiet
from connectors.platforms.shopify.scopes import SCOPES

_PLACE: Final = "Shopify's token endpoint"
_TRANSPORT: Final = Transport(Limits(seconds=10.0, max_bytes=64 * 1024))
_HEADERS: Final = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}

_ID_TOKEN: Final = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 # a name of the standard
_OFFLINE: Final = "urn:shopify:params:oauth:token-type:offline-access-token"
_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"

# RFC 6749, section 5.2, and what Shopify adds for session tokens.
_DENIALS: Final = frozenset(
    {"invalid_client", "invalid_grant", "invalid_request", "invalid_subject_token", "unauthorized_client"}
)

# What goes into a header later: nothing that could end it, so that no error ever prints it.
_Token = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,4096}\Z")]
_LONGEST_SECONDS: Final = 1_000_000_000
_BETWEEN_SCOPES: Final = re.compile(r"[,\s]+")


class TokenSource(Protocol):
    """Where a caller of the Admin API gets its access token: a stored grant, or one made for each hour."""

    def token(self, now: datetime) -> str:
        """Return an access token that is good at `now`."""


@dataclass(frozen=True, repr=False)
class GrantedToken:
    """The access token of a stored grant; whoever holds the grant refreshes it in time."""

    grant: Grant

    def token(self, now: datetime) -> str:
        """Return the grant's access token; raises Unavailable, to be tried again, when its time is past."""
        if self.grant.expires_at is not None and self.grant.expires_at <= now:
            raise Unavailable("the access token is past its time and was not refreshed")
        return self.grant.access_token


class _Given(Quiet):
    """What was given. Lifetimes are read by `_seconds`: RFC 6749 has numbers, and some write them as text."""

    access_token: _Token
    scope: str | None = None
    expires_in: Any = None
    refresh_token: _Token | None = None
    refresh_token_expires_in: Any = None


class _Denied(Quiet):
    error: str


_GIVEN: Final = msgspec.json.Decoder(_Given)
_DENIED: Final = msgspec.json.Decoder(_Denied)


def exchange(shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
    """Turn a session token into a grant.

    A lost answer is asked for once more: the token may be exchanged again within its minute.
    Raises Stale when Shopify does not take the session token, Misconfigured when it does not take us.
    """
    fields = {
        "grant_type": _EXCHANGE,
        "subject_token": proof,
        "subject_token_type": _ID_TOKEN,
        "requested_token_type": _OFFLINE,
        "expiring": "1",
    }
    given = _ask(shop, fields, credentials, again=True)
    if given == "invalid_subject_token":
        raise Stale(Bounced(shop=shop, reload=home_path(shop, credentials)))
    return _grant(shop, _or_raise(given), now)


def trade_code(shop: str, code: str, credentials: Credentials, now: datetime) -> Grant:
    """Turn the code of an authorization into a grant; a code is good once, so it is sent once.

    Raises Unverified when the code is not good, Misconfigured when Shopify does not take us.
    """
    given = _ask(shop, {"code": code, "expiring": "1"}, credentials, again=False)
    if given in ("invalid_grant", "invalid_request"):
        raise Unverified("code: Shopify does not take it")
    return _grant(shop, _or_raise(given), now)


def refresh(grant: Grant, credentials: Credentials, now: datetime) -> Grant:
    """Return the grant that follows this one; the refresh token that was used is dead from then on.

    Shopify gives the same answer to the same request "immediately" repeated, so that a lost answer is asked
    for once more. Raises GrantRevoked when the merchant must open the app again, Unavailable when no answer
    came twice.
    """
    if grant.refresh_token is None:
        raise GrantRevoked("the grant has no refresh token")
    fields = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    given = _ask(grant.shop, fields, credentials, again=True)
    # `invalid_client` is also what an uninstalled app is told. It is our secrets' fault only if every store
    # is told so, and the next opening of the app mends both.
    if given in ("invalid_grant", "invalid_client"):
        raise GrantRevoked()
    return _grant(grant.shop, _or_raise(given), now, before=grant)


def _grant(shop: str, given: _Given, now: datetime, before: Grant | None = None) -> Grant:
    """Make a grant; times count from before the question, so that they err towards too early.

    What an answer leaves out is as it was: the scopes that were asked for (RFC 6749, section 5.1) or granted
    before, and the refresh token (section 6).
    """
    refresh_seconds = _seconds(given.refresh_token_expires_in)
    refresh_expires_at = before.refresh_expires_at if before else None
    if given.refresh_token is not None and refresh_seconds is not None:
        refresh_expires_at = now + timedelta(seconds=refresh_seconds)
    seconds = _seconds(given.expires_in)
    return Grant(
        shop=shop,
        access_token=given.access_token,
        scopes=_scopes(given.scope, before.scopes if before else SCOPES),
        expires_at=None if seconds is None else now + timedelta(seconds=seconds),
        refresh_token=given.refresh_token or (before.refresh_token if before else None),
        refresh_expires_at=refresh_expires_at,
    )


def _scopes(scope: str | None, otherwise: frozenset[str]) -> frozenset[str]:
    return otherwise if scope is None else frozenset(filter(None, _BETWEEN_SCOPES.split(scope)))


def _seconds(said: Any) -> float | None:
    """Return a lifetime in seconds; None for what is none."""
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        seconds = float(said)
    except (ValueError, OverflowError):
        return None
    return seconds if 1 <= seconds <= _LONGEST_SECONDS else None


def _or_raise(given: _Given | str) -> _Given:
    if isinstance(given, _Given):
        return given
    if given in ("invalid_client", "unauthorized_client"):
        raise Misconfigured("Shopify does not take SHOPIFY_CLIENT_ID with SHOPIFY_CLIENT_SECRET")
    raise BadAnswer(f"{_PLACE} refused the request ({given})")


def _ask(shop: str, fields: Mapping[str, str], credentials: Credentials, *, again: bool) -> _Given | str:
    """Ask with the current secret, then with those before it: while secrets turn over, either may be live.

    Returns what was given, or the code of the denial. The secret leaves for the shop's own address only.
    """
    url = f"{shop_origin(credentials, shop)}/admin/oauth/access_token"
    secrets = tuple(filter(None, credentials.client_secrets))
    if not secrets:
        raise Misconfigured("SHOPIFY_CLIENT_SECRET is not set")
    given: _Given | str = ""
    for secret in secrets:
        who = {"client_id": credentials.client_id, "client_secret": secret}
        given = _post(url, json_body({**who, **fields}), again=again)
        if given != "invalid_client":
            break
    return given


def _post(url: str, body: bytes, *, again: bool) -> _Given | str:
    try:
        return _understood(_sent(url, body))
    except Unavailable:
        if not again:
            raise
    return _understood(_sent(url, body))


def _sent(url: str, body: bytes) -> Answer:
    return _TRANSPORT.call("POST", url, place=_PLACE, headers=_HEADERS, body=body)


def _understood(answer: Answer) -> _Given | str:
    if answer.status == 200:
        try:
            given = decode(_GIVEN, answer.body, _PLACE)
        except BadAnswer:
            raise Unavailable(f"{_PLACE} answered, but not readably") from None
        if given.expires_in is not None and _seconds(given.expires_in) is None:
            raise Unavailable(f"{_PLACE} gave a token without a readable life")
        return given
    if answer.status in (400, 401, 403):
        try:
            denial = decode(_DENIED, answer.body, _PLACE).error
        except BadAnswer:
            denial = ""
        if denial in _DENIALS:
            return denial
        if answer.status == 401:
            return "invalid_client"
    refuse(answer, _PLACE, {404: StoreClosed})
    raise BadAnswer(f"{_PLACE} answered {answer.status}")
