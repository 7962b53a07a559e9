"""The token endpoint: an instance's id in, an access token for four hours out.

https://dev.wix.com/docs/api-reference/app-management/oauth-2/create-access-token

Nothing that lives longer is ever held: a token that runs out is minted anew, for as long as the app is
installed. So what refuses to mint says that it is not.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

import msgspec

from connectors.errors import BadAnswer, GrantRevoked, Misconfigured, Unavailable, Unverified
from connectors.platforms.http import Answer, Limits, Transport, decode, json_body, refuse
from connectors.platforms.opening import Credentials, Grant
from connectors.platforms.wix.ids import instance_id
from connectors.platforms.wix.scopes import SCOPES
from connectors.platforms.wix.wire.answers import Wire

T = TypeVar("T")

_PLACE: Final = "Wix's token endpoint"
_TRANSPORT: Final = Transport(Limits(seconds=10.0, max_bytes=64 * 1024))
_HEADERS: Final = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
#: "Always 14400", as the reference says; a longer word is not believed.
_LIFE_SECONDS: Final = 14_400
#: Codes of RFC 6749, section 5.2, that speak of the instance and not of our secret.
_OF_THE_INSTANCE: Final = frozenset(
    {"invalid_grant", "invalid_request", "access_denied", "unauthorized_client"}
)

# What goes into a header later: nothing that could end it, so that no error ever prints it.
_Token = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,8192}\Z")]


class _Minted(Wire, rename=None):
    access_token: _Token
    expires_in: Any = None


class _Denied(Wire, rename=None):
    error: str = ""


class _Known(Wire):
    """What Wix says of a token, or of a signed instance."""

    active: bool = False
    client_id: str | None = None
    instance_id: str | None = None


_MINTED: Final = msgspec.json.Decoder(_Minted)
_DENIED: Final = msgspec.json.Decoder(_Denied)
_KNOWN: Final = msgspec.json.Decoder(_Known)


def exchange(shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
    """Turn a signed instance into a grant, once Wix itself has said that it is good.

    Raises Unverified when Wix does not take the proof; otherwise as `mint`.
    """
    answer = _post("/oauth2/token-info", {"token": proof}, credentials)
    if answer.status in (400, 401, 403, 404):
        raise Unverified("instance: Wix does not take it")
    refuse(answer, _PLACE)
    said = _read(_KNOWN, answer)
    if not said.active or said.client_id != credentials.client_id:
        raise Unverified("instance: Wix does not take it")
    if said.instance_id is not None and instance_id(said.instance_id) != shop:
        raise Unverified("instance: Wix takes it for another site's")
    return mint(shop, credentials, now)


def mint(shop: str, credentials: Credentials, now: datetime) -> Grant:
    """Return a fresh grant for an instance; times count from before the question.

    While secrets turn over, either may be live: the current one is tried first. Raises GrantRevoked when the
    app is not installed there, Misconfigured when Wix takes none of our secrets.
    """
    who = {"grant_type": "client_credentials", "client_id": credentials.client_id, "instance_id": shop}
    for secret in filter(None, credentials.client_secrets):
        answer = _post("/oauth2/token", {**who, "client_secret": secret}, credentials)
        if not _is_about_us(answer):
            return _grant(shop, answer, now)
    raise Misconfigured("Wix does not take WIX_APP_ID with WIX_APP_SECRET")


def _grant(shop: str, answer: Answer, now: datetime) -> Grant:
    if answer.status in (400, 401, 403, 404):
        raise GrantRevoked("Wix mints no token: the app is not installed there")
    refuse(answer, _PLACE)
    minted = _read(_MINTED, answer)
    expires_at = now + timedelta(seconds=_seconds(minted.expires_in))
    return Grant(shop=shop, access_token=minted.access_token, scopes=SCOPES, expires_at=expires_at)


def _is_about_us(answer: Answer) -> bool:
    """Tell whether a refusal is of our secret, and not of the instance."""
    if answer.status not in (400, 401, 403):
        return False
    try:
        error = decode(_DENIED, answer.body, _PLACE).error
    except BadAnswer:
        error = ""
    return error == "invalid_client" or (answer.status == 401 and error not in _OF_THE_INSTANCE)


def _seconds(said: Any) -> float:
    try:
        seconds = float(said)
    except (TypeError, ValueError, OverflowError):
        return _LIFE_SECONDS
    return seconds if 1 <= seconds <= _LIFE_SECONDS else _LIFE_SECONDS


def _read(decoder: "msgspec.json.Decoder[T]", answer: Answer) -> T:
    try:
        return decode(decoder, answer.body, _PLACE)
    except BadAnswer:
        raise Unavailable(f"{_PLACE} answered, but not readably") from None


def _post(path: str, fields: dict[str, str], credentials: Credentials) -> Answer:
    return _TRANSPORT.call(
        "POST",
        credentials.origin + path,
        place=_PLACE,
        headers=_HEADERS,
        body=json_body(fields),
        repeatable=True,
    )
