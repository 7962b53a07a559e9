"""The token endpoint: exchange, refresh, lost answers, refusals, and where the secret goes."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.errors import (
    BadAnswer,
    GrantRevoked,
    Malformed,
    MintaError,
    Misconfigured,
    StoreClosed,
    Throttled,
    Unavailable,
    Unverified,
)
from connectors.platforms.opening import Bounced, Credentials, Grant, Stale
from connectors.platforms.shopify.auth import bounce_address, enter, exchange, refresh
from connectors.platforms.shopify.reader import ShopifyReader
from connectors.platforms.shopify.scopes import SCOPES
from connectors.platforms.shopify.tokens import GrantedToken, TokenSource
from tests.platforms.shopify.admin import Admin, gives
from tests.platforms.shopify.door import CREDENTIALS, NOW, PREVIOUS, SECRET, SHOP, load, session_token
from tests.platforms.shopify.token_endpoint import GIVEN, Says, TokenEndpoint, denies

HELD = Grant(
    shop=SHOP,
    access_token="shpat_old-access",
    scopes=frozenset({"read_products"}),
    expires_at=NOW,
    refresh_token="shprt_old-refresh",
    refresh_expires_at=NOW + timedelta(days=90),
)
Ask = Callable[[Credentials], Grant]


def exchanged(credentials: Credentials) -> Grant:
    return exchange(SHOP, session_token(), credentials, NOW)


def refreshed(credentials: Credentials) -> Grant:
    return refresh(HELD, credentials, NOW)


EITHER = pytest.mark.parametrize("ask", [exchanged, refreshed], ids=["exchange", "refresh"])


def test_a_session_token_is_exchanged_for_an_expiring_offline_grant() -> None:
    with TokenEndpoint() as endpoint:
        grant = exchanged(endpoint.credentials)
    assert endpoint.paths == [f"/{SHOP}/admin/oauth/access_token"]
    assert endpoint.asked == [
        {
            "client_id": "minta-test-client-id",
            "client_secret": SECRET,
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": session_token(),
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
            "expiring": "1",
        }
    ]
    assert grant == Grant(
        shop=SHOP,
        access_token="shpat_new-access",
        scopes=frozenset(
            {"read_products", "read_inventory", "read_locations", "read_orders", "read_discounts"}
        ),
        expires_at=NOW + timedelta(hours=1),
        refresh_token="shprt_new-refresh",
        refresh_expires_at=NOW + timedelta(days=90),
    )


def test_a_refresh_turns_both_tokens() -> None:
    with TokenEndpoint() as endpoint:
        grant = refreshed(endpoint.credentials)
    assert endpoint.asked == [
        {
            "client_id": "minta-test-client-id",
            "client_secret": SECRET,
            "grant_type": "refresh_token",
            "refresh_token": "shprt_old-refresh",
        }
    ]
    assert (grant.access_token, grant.refresh_token) == ("shpat_new-access", "shprt_new-refresh")
    assert grant.expires_at == NOW + timedelta(hours=1)


def test_a_refresh_that_names_no_scopes_keeps_those_that_were_granted() -> None:
    silent = {name: value for name, value in GIVEN.items() if name != "scope"}
    with TokenEndpoint(Says(body=silent)) as endpoint:
        assert refreshed(endpoint.credentials).scopes == HELD.scopes
    with TokenEndpoint(Says(body={**GIVEN, "scope": ""})) as endpoint:
        assert refreshed(endpoint.credentials).scopes == frozenset()


@pytest.mark.parametrize("silent", [{}, {"scope": None}])
def test_an_exchange_that_names_no_scopes_granted_those_that_were_asked_for(silent: dict[str, None]) -> None:
    body = {**{name: value for name, value in GIVEN.items() if name != "scope"}, **silent}
    with TokenEndpoint(Says(body=body)) as endpoint:
        assert exchanged(endpoint.credentials).scopes == SCOPES


@pytest.mark.parametrize("scope", ["read_a,read_b", "read_a read_b", " read_a, read_b ,", "read_b\tread_a"])
def test_scopes_stand_between_commas_or_blanks(scope: str) -> None:
    with TokenEndpoint(Says(body={**GIVEN, "scope": scope})) as endpoint:
        assert exchanged(endpoint.credentials).scopes == {"read_a", "read_b"}


@pytest.mark.parametrize("silent", [{}, {"refresh_token": None}])
def test_a_refresh_without_a_new_refresh_token_keeps_the_one_before(silent: dict[str, None]) -> None:
    left_out = ("refresh_token", "refresh_token_expires_in")
    body = {**{name: value for name, value in GIVEN.items() if name not in left_out}, **silent}
    with TokenEndpoint(Says(body=body)) as endpoint:
        grant = refreshed(endpoint.credentials)
    assert grant.access_token == "shpat_new-access"
    assert (grant.refresh_token, grant.refresh_expires_at) == (HELD.refresh_token, HELD.refresh_expires_at)


@EITHER
@pytest.mark.parametrize("seconds", [3600, 3600.0, "3600", "3600.0"])
def test_a_lifetime_is_a_number_however_it_is_written(ask: Ask, seconds: object) -> None:
    with TokenEndpoint(Says(body={**GIVEN, "expires_in": seconds})) as endpoint:
        assert ask(endpoint.credentials).expires_at == NOW + timedelta(hours=1)
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize("seconds", [0, None, "", "soon", -1, True])
def test_a_refresh_token_of_unknown_life_is_kept_all_the_same(seconds: object) -> None:
    with TokenEndpoint(Says(body={**GIVEN, "refresh_token_expires_in": seconds})) as endpoint:
        grant = exchanged(endpoint.credentials)
        assert (grant.refresh_token, grant.refresh_expires_at) == ("shprt_new-refresh", None)
        later = refreshed(endpoint.credentials)
    assert (later.refresh_token, later.refresh_expires_at) == ("shprt_new-refresh", HELD.refresh_expires_at)


@EITHER
@pytest.mark.parametrize(
    "lost",
    [
        Says(cut=True),
        Says(short=True),
        Says(body=b"<html>bad gateway</html>"),
        Says(body={"access_token": ""}),
        Says(body={**GIVEN, "expires_in": "soon"}),
        Says(body={**GIVEN, "expires_in": 0}),
        Says(body={**GIVEN, "expires_in": True}),
        Says(body={**GIVEN, "expires_in": "1e999"}),
        Says(body={**GIVEN, "access_token": "a\r\nX-Injected: 1"}),
        Says(body=b"[" * 50_000),
        Says(status=502, body={}),
    ],
    ids=[
        "cut",
        "short",
        "not JSON",
        "no token",
        "time as text",
        "no time",
        "a flag",
        "for ever",
        "header in it",
        "brackets",
        "502",
    ],
)
def test_a_lost_answer_is_asked_for_once_more_in_the_same_words(ask: Ask, lost: Says) -> None:
    with TokenEndpoint(lost, Says()) as endpoint:
        grant = ask(endpoint.credentials)
    assert grant.access_token == "shpat_new-access"
    assert len(endpoint.asked) == 2
    assert endpoint.asked[0] == endpoint.asked[1]


@EITHER
def test_an_answer_that_is_lost_twice_is_worth_another_try_later(ask: Ask) -> None:
    with TokenEndpoint(Says(cut=True)) as endpoint, pytest.raises(Unavailable) as failed:
        ask(endpoint.credentials)
    assert len(endpoint.asked) == 2
    assert failed.value.retry


def test_an_address_where_nobody_listens_is_worth_another_try_later() -> None:
    with TokenEndpoint() as endpoint:
        credentials = endpoint.credentials
    with pytest.raises(Unavailable):
        refreshed(credentials)


def test_a_refresh_token_that_is_spent_means_the_merchant_must_come_back() -> None:
    with TokenEndpoint(denies("invalid_grant")) as endpoint, pytest.raises(GrantRevoked) as failed:
        refreshed(endpoint.credentials)
    assert len(endpoint.asked) == 1
    assert not failed.value.retry


def test_a_grant_without_a_refresh_token_asks_nobody() -> None:
    with TokenEndpoint() as endpoint, pytest.raises(GrantRevoked):
        refresh(replace(HELD, refresh_token=None), endpoint.credentials, NOW)
    assert endpoint.asked == []


def test_a_session_token_that_shopify_does_not_take_is_unverified() -> None:
    with TokenEndpoint(denies("invalid_subject_token")) as endpoint, pytest.raises(Unverified) as failed:
        exchanged(endpoint.credentials)
    assert len(endpoint.asked) == 1
    assert failed.value.status == 401


@pytest.mark.parametrize("real", [True, False])
def test_a_session_token_that_is_not_taken_is_mended_by_a_fresh_one(real: bool) -> None:
    with TokenEndpoint(denies("invalid_subject_token")) as endpoint, pytest.raises(Stale) as failed:
        exchanged(endpoint.credentials)
    again = failed.value.again
    assert again.shop == SHOP
    address = urlsplit(bounce_address(again))
    query = parse_qsl(address.query)
    named = base64.b64decode(dict(query)["host"] + "==").decode()
    assert named == f"{endpoint.credentials.origin.partition('://')[2].replace('{shop}', SHOP)}/admin"
    credentials = CREDENTIALS if real else endpoint.credentials
    assert address.path == "/shopify/bounce"
    bounced = enter(load(*query, path="bounce"), credentials, NOW)
    assert isinstance(bounced, Bounced)
    assert bounced.reload.startswith(f"/shopify/?shop={SHOP}&embedded=1")
    assert session_token() not in again.reload + str(failed.value)


@EITHER
def test_while_secrets_turn_over_the_previous_one_is_tried_as_well(ask: Ask) -> None:
    with TokenEndpoint(denies("invalid_client"), Says()) as endpoint:
        assert ask(endpoint.credentials).access_token == "shpat_new-access"
    assert [asked["client_secret"] for asked in endpoint.asked] == [SECRET, PREVIOUS]


@pytest.mark.parametrize("status", [400, 401])
def test_an_app_that_no_secret_proves_is_ours_to_mend_at_an_exchange(status: int) -> None:
    with TokenEndpoint(denies("invalid_client", status)) as endpoint, pytest.raises(Misconfigured) as failed:
        exchanged(endpoint.credentials)
    assert "SHOPIFY_CLIENT_SECRET" in str(failed.value)


def test_an_app_that_is_gone_from_the_store_must_be_opened_again() -> None:
    with TokenEndpoint(denies("invalid_client")) as endpoint, pytest.raises(GrantRevoked):
        refreshed(endpoint.credentials)


@EITHER
def test_without_a_secret_nothing_is_asked(ask: Ask) -> None:
    with TokenEndpoint() as endpoint, pytest.raises(Misconfigured):
        ask(replace(endpoint.credentials, client_secrets=("",)))
    assert endpoint.asked == []


@EITHER
@pytest.mark.parametrize(
    ("says", "error"),
    [
        (Says(429, {}, {"Retry-After": "4.0"}), Throttled),
        (Says(402, {}), StoreClosed),
        (Says(404, {}), StoreClosed),
        (Says(423, {}), StoreClosed),
        (Says(400, {"error": "something_else"}), BadAnswer),
        (Says(400, b"no"), BadAnswer),
        (denies("invalid_request"), BadAnswer),
        (Says(201, {}), BadAnswer),
        (Says(302, {}, {"Location": "http://127.0.0.1:1/"}), BadAnswer),
    ],
    ids=["429", "402", "404", "423", "400 other", "400 text", "400 request", "201", "302"],
)
def test_every_other_answer_means_something_and_is_not_repeated(
    ask: Ask, says: Says, error: type[MintaError]
) -> None:
    with TokenEndpoint(says) as endpoint, pytest.raises(error) as failed:
        ask(endpoint.credentials)
    assert len(endpoint.asked) == 1
    if isinstance(failed.value, Throttled):
        assert failed.value.wait_seconds == 4.0


SPOILT_SHOPS = [
    "evil.example",
    f"{SHOP}.evil.example",
    f"{SHOP}@evil.example",
    f"evil.example/{SHOP}",
    "",
    f"{SHOP}\n",
]


@pytest.mark.parametrize("shop", SPOILT_SHOPS)
def test_the_secret_never_leaves_for_what_is_no_shop(shop: str) -> None:
    with TokenEndpoint() as endpoint:
        with pytest.raises(Malformed):
            exchange(shop, session_token(), endpoint.credentials, NOW)
        with pytest.raises(Malformed):
            refresh(replace(HELD, shop=shop), endpoint.credentials, NOW)
    assert endpoint.asked == []


@EITHER
@pytest.mark.parametrize(
    "says",
    [
        denies("invalid_grant"),
        denies("invalid_client"),
        Says(status=500, body={"error": "shpat_leak"}),
        Says(body={**GIVEN, "expires_in": "shpat_leak"}),
        Says(body=b'{"access_token": "shpat_leak'),
        Says(cut=True),
    ],
    ids=["grant", "client", "500", "shape", "cut JSON", "cut"],
)
def test_no_error_shows_a_secret_or_a_token(ask: Ask, says: Says) -> None:
    with TokenEndpoint(says) as endpoint, pytest.raises(MintaError) as failed:
        ask(endpoint.credentials)
    error: BaseException | None = failed.value
    while error is not None:
        shown = f"{error!s} {error!r}"
        for hidden in (SECRET, PREVIOUS, "shpat_", "shprt_", session_token()):
            assert hidden not in shown
        error = None if error.__suppress_context__ else error.__context__


def test_neither_a_grant_nor_what_it_came_from_shows_a_token() -> None:
    shown: list[Any] = [HELD, CREDENTIALS, GrantedToken(HELD)]
    for each in shown:
        for hidden in (SECRET, "shpat_", "shprt_"):
            assert hidden not in repr(each)


def test_a_stored_grant_is_one_source_of_tokens() -> None:
    source: TokenSource = GrantedToken(HELD)
    assert source.token(NOW - timedelta(seconds=1)) == "shpat_old-access"
    with pytest.raises(Unavailable):
        source.token(NOW)
    assert GrantedToken(replace(HELD, expires_at=None)).token(NOW) == "shpat_old-access"


class HourlyToken:
    """A source that is no grant: a new token for each question."""

    def __init__(self) -> None:
        self.made = 0

    def token(self, now: datetime) -> str:
        assert now.tzinfo is not None
        self.made += 1
        return f"hourly-{self.made}"


def test_a_client_asks_whatever_source_it_is_given() -> None:
    with Admin(gives(inventoryItem=None)) as admin:
        credentials = replace(CREDENTIALS, origin=f"{admin.address}/{{shop}}")
        reader = ShopifyReader(SHOP, HourlyToken(), SCOPES, credentials)
        assert [reader.product_of_stock("7") for _ in range(2)] == [None, None]
    assert [asked.headers["x-shopify-access-token"] for asked in admin.asked] == ["hourly-1", "hourly-2"]
