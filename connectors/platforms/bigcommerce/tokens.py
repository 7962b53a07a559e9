"""The code of an install to a grant.

BigCommerce's access tokens have no end and nothing to refresh them by: the next comes with the next install,
with a change of the app's scopes, or when the store's owner gets another e-mail address.
"""

from typing import Annotated, Final, NamedTuple

import msgspec

from connectors.errors import BadAnswer, Forbidden, Malformed, Unverified
from connectors.platforms.bigcommerce.framing import HOME
from connectors.platforms.bigcommerce.quiet import Quiet
from connectors.platforms.bigcommerce.scopes import SCOPES, covers
from connectors.platforms.bigcommerce.shop import store_hash
from connectors.platforms.http import Transport, decode, json_body, refuse
from connectors.platforms.opening import Credentials, Grant, Person

AUTH: Final = "auth"
_PLACE: Final = "BigCommerce token endpoint"

_Token = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,2048}$")]


class _User(Quiet):
    id: int


class _Given(Quiet):
    """What was given. Names and e-mail addresses are not read; older answers name no owner."""

    access_token: _Token
    scope: str
    context: str
    user: _User | None = None
    owner: _User | None = None


_GIVEN: Final = msgspec.json.Decoder(_Given, strict=False)


class Installed(NamedTuple):
    """What an install brings: the grant, and who made it."""

    grant: Grant
    person: Person | None


def trade_code(context: str, code: str, scope: str, credentials: Credentials) -> Installed:
    """Turn the code of an install into a grant; a code is good once, so it is sent once.

    Raises Unverified when BigCommerce does not take it or answers for another store, Forbidden when the store
    granted fewer scopes than are needed.
    """
    given = _ask(context, code, scope, credentials)
    if given.context != context:
        raise Unverified("code: BigCommerce gave it to another store")
    try:
        shop = store_hash(given.context)
    except Malformed:
        raise BadAnswer(f"{_PLACE}: `context` is no store") from None
    granted = frozenset(given.scope.split())
    if not covers(granted, SCOPES):
        raise Forbidden("the store granted fewer scopes than were asked for")
    return Installed(Grant(shop, given.access_token, granted), _person(given))


def _ask(context: str, code: str, scope: str, credentials: Credentials) -> _Given:
    answer = Transport().call(
        "POST",
        f"{credentials.own['login_origin']}/oauth2/token",
        place=_PLACE,
        headers={"Accept": "application/json", "Content-Type": "application/json"},
        body=json_body(
            {
                "client_id": credentials.client_id,
                "client_secret": next(iter(credentials.client_secrets), ""),
                "code": code,
                "context": context,
                "scope": scope,
                "grant_type": "authorization_code",
                "redirect_uri": f"{credentials.public_url}{HOME}{AUTH}",
            }
        ),
    )
    # How it says no is not documented: our own credentials are seldom wrong, and codes often are.
    if 400 <= answer.status < 500 and answer.status not in (408, 429):
        raise Unverified("code: BigCommerce does not take it")
    refuse(answer, _PLACE)
    return decode(_GIVEN, answer.body, _PLACE)


def _person(given: _Given) -> Person | None:
    if given.user is None:
        return None
    return Person(str(given.user.id), owner=given.owner is not None and given.owner.id == given.user.id)
