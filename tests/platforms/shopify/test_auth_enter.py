"""How people come in: framed, not framed, on their way back from the consent page."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Forbidden, Malformed, Misconfigured, Refused, Unavailable, Unverified
from connectors.platforms.opening import Admitted, Bounced, Redirected
from connectors.platforms.shopify.auth import bounce_address, covers, enter
from connectors.platforms.shopify.scopes import SCOPES
from tests.platforms.shopify.door import (
    CREDENTIALS,
    NOW,
    OTHER,
    SHOP,
    STANDALONE,
    encoded_host,
    load,
    session_token,
    signed_query,
)
from tests.platforms.shopify.token_endpoint import GIVEN, Says, TokenEndpoint, denies

NONCE = "5a" * 32
HOST = encoded_host("admin.shopify.com/store/minta-test")


# Framed ----------------------------------------------------------------------------------------------


def test_a_framed_load_without_a_token_is_bounced() -> None:
    outcome = enter(load(("shop", SHOP), ("host", HOST), ("embedded", "1")), CREDENTIALS, NOW)
    assert outcome == Bounced(shop=SHOP, reload=f"/shopify/?shop={SHOP}&host={HOST}&embedded=1")


def test_a_framed_load_is_bounced_even_where_consent_would_need_the_whole_window() -> None:
    outcome = enter(load(("embedded", "1"), *signed_query()), STANDALONE, NOW)
    assert outcome == Bounced(shop=SHOP, reload=f"/shopify/?embedded=1&shop={SHOP}")


def test_an_embedded_app_opened_with_a_host_alone_is_bounced_into_its_admin() -> None:
    outcome = enter(load(("shop", SHOP), ("host", HOST)), CREDENTIALS, NOW)
    assert isinstance(outcome, Bounced)
    with pytest.raises(Unverified):
        enter(load(("shop", SHOP), ("host", HOST)), STANDALONE, NOW)


def test_the_bounce_page_reloads_the_path_it_was_given_without_the_spent_token() -> None:
    first = enter(load(("shop", SHOP), ("embedded", "1"), path="held"), CREDENTIALS, NOW)
    assert isinstance(first, Bounced)
    address = urlsplit(bounce_address(first))
    assert address.path == "/shopify/bounce"
    assert address.netloc == ""
    query = parse_qsl(address.query)
    assert dict(query)["shopify-reload"] == first.reload == f"/shopify/held?shop={SHOP}&embedded=1"
    assert enter(load(*query, path="bounce"), CREDENTIALS, NOW) == first
    spoilt = [
        (name, f"{value}&id_token=a.b.c" if name == "shopify-reload" else value) for name, value in query
    ]
    assert enter(load(*spoilt, path="bounce"), CREDENTIALS, NOW) == first


@pytest.mark.parametrize(
    "reload", ["https://evil.example/", "//evil.example", "/%2f/evil", "/webhooks/shopify/"]
)
def test_the_bounce_page_sends_nobody_elsewhere(reload: str) -> None:
    query = (("shop", SHOP), ("embedded", "1"), ("shopify-reload", reload))
    with pytest.raises(Malformed):
        enter(load(*query, path="bounce"), CREDENTIALS, NOW)


@pytest.mark.parametrize(
    "shop", [None, "", "evil.example", f"{SHOP}\n", f"{SHOP}.evil.example", "evil.example/.myshopify.com"]
)
def test_a_load_that_names_no_shop_is_refused(shop: str | None) -> None:
    query = [("embedded", "1"), *([("shop", shop)] if shop is not None else [])]
    with pytest.raises(Malformed):
        enter(load(*query), CREDENTIALS, NOW)


@pytest.mark.parametrize(
    "path", ["../admin", "/evil.example", "a//b", "held?x", "h\u00e9ld", "x\n", "a" * 201, "%2e%2e"]
)
def test_a_path_that_is_none_of_ours_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        enter(load(("shop", SHOP), ("embedded", "1"), path=path), CREDENTIALS, NOW)


# Not framed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("credentials", [STANDALONE, CREDENTIALS], ids=["standalone", "embedded"])
def test_a_signed_load_begins_the_code_grant_at_the_shop(credentials: object) -> None:
    known = STANDALONE if credentials is STANDALONE else CREDENTIALS
    outcome = enter(load(*signed_query(host=HOST)), known, NOW)
    assert isinstance(outcome, Redirected)
    parts = urlsplit(outcome.url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", SHOP, "/admin/oauth/authorize")
    asked = parse_qs(parts.query)
    assert asked["client_id"] == ["minta-test-client-id"]
    assert asked["redirect_uri"] == ["https://app.example.com/shopify/callback"]
    assert set(asked["scope"][0].split(",")) == SCOPES
    assert asked["state"] == [outcome.nonce]
    assert outcome.nonce is not None
    assert len(bytes.fromhex(outcome.nonce)) == 32
    assert "grant_options[]" not in asked


def test_no_two_sign_ins_share_a_nonce() -> None:
    outcomes = [enter(load(*signed_query()), STANDALONE, NOW) for _ in range(20)]
    assert len({outcome.nonce for outcome in outcomes if isinstance(outcome, Redirected)}) == 20


def test_an_unsigned_load_begins_nothing() -> None:
    for query in [
        (),
        (("shop", SHOP),),
        (("shop", SHOP), ("hmac", "")),
        (("shop", SHOP), ("hmac", "0" * 64)),
    ]:
        with pytest.raises(Unverified):
            enter(load(*query), STANDALONE, NOW)


def test_a_load_signed_too_long_ago_begins_nothing() -> None:
    with pytest.raises(Unverified):
        enter(load(*signed_query()), STANDALONE, NOW + timedelta(seconds=91))


def test_a_signature_over_another_shop_begins_nothing() -> None:
    query = [(name, OTHER if name == "shop" else value) for name, value in signed_query()]
    with pytest.raises(Unverified):
        enter(load(*query), STANDALONE, NOW)


def test_even_a_signed_query_sends_nobody_to_what_is_no_shop() -> None:
    with pytest.raises(Malformed):
        enter(load(*signed_query(shop="evil.example")), STANDALONE, NOW)


# The way back ----------------------------------------------------------------------------------------


def back(**parameters: str) -> tuple[tuple[str, str], ...]:
    return signed_query(**{"code": "0907a61c0c8d", "state": NONCE, "host": HOST, **parameters})


def test_the_way_back_trades_the_code_for_an_expiring_grant() -> None:
    with TokenEndpoint() as endpoint:
        known = replace(endpoint.credentials, embedded=False)
        outcome = enter(load(*back(), path="callback", nonce=NONCE), known, NOW)
    assert isinstance(outcome, Admitted)
    assert (outcome.shop, outcome.embedded, outcome.landing, outcome.proof) == (SHOP, False, None, None)
    assert outcome.grant is not None
    assert outcome.grant.access_token == GIVEN["access_token"]
    assert outcome.grant.expires_at == NOW + timedelta(hours=1)
    assert outcome.proved_at == NOW
    assert endpoint.paths == [f"/{SHOP}/admin/oauth/access_token"]
    assert endpoint.asked == [
        {
            "client_id": "minta-test-client-id",
            "client_secret": known.client_secrets[0],
            "code": "0907a61c0c8d",
            "expiring": "1",
        }
    ]


def test_an_embedded_app_lands_in_the_shops_admin() -> None:
    with TokenEndpoint() as endpoint:
        outcome = enter(load(*back(), path="callback", nonce=NONCE), endpoint.credentials, NOW)
        stray = back(host=encoded_host("evil.example/admin"))
        other = enter(load(*stray, path="callback", nonce=NONCE), endpoint.credentials, NOW)
    assert isinstance(outcome, Admitted)
    assert outcome.landing == "https://admin.shopify.com/store/minta-test/apps/minta-test-client-id/"
    assert isinstance(other, Admitted)
    assert other.landing is not None
    assert "evil" not in other.landing


@pytest.mark.parametrize("nonce", [None, "", "5b" * 32, NONCE.upper(), NONCE + "0", "\u00e9"])
def test_a_browser_that_did_not_begin_the_sign_in_does_not_end_it(nonce: str | None) -> None:
    with TokenEndpoint() as endpoint, pytest.raises(Unverified):
        enter(load(*back(), path="callback", nonce=nonce), endpoint.credentials, NOW)
    assert endpoint.asked == []


@pytest.mark.parametrize("state", ["", "\u00e9", "\ud800"])
def test_a_state_that_is_none_is_refused(state: str) -> None:
    query = [(name, state if name == "state" else value) for name, value in back()]
    with TokenEndpoint() as endpoint, pytest.raises(Unverified):
        enter(load(*query, path="callback", nonce=state or None), endpoint.credentials, NOW)
    assert endpoint.asked == []


def test_the_way_back_is_checked_before_the_secret_is_sent_anywhere() -> None:
    broken = [
        [(name, OTHER if name == "shop" else value) for name, value in back()],
        [(name, "another" if name == "code" else value) for name, value in back()],
        [pair for pair in back() if pair[0] != "hmac"],
        [*back(), ("shop", OTHER)],
        back(shop="evil.example"),
        back(code=""),
        back(code="a b"),
        back(timestamp="1"),
    ]
    with TokenEndpoint() as endpoint:
        for query in broken:
            with pytest.raises(Refused):
                enter(load(*query, path="callback", nonce=NONCE), endpoint.credentials, NOW)
    assert endpoint.asked == []


def test_a_bearer_on_the_way_back_proves_nothing() -> None:
    with TokenEndpoint() as endpoint, pytest.raises(Unverified):
        enter(load(path="callback", bearer=session_token()), endpoint.credentials, NOW)


def test_an_answer_that_names_no_scopes_grants_those_that_were_asked_for() -> None:
    silent = {name: value for name, value in GIVEN.items() if name != "scope"}
    with TokenEndpoint(Says(body=silent)) as endpoint:
        outcome = enter(load(*back(), path="callback", nonce=NONCE), endpoint.credentials, NOW)
    assert isinstance(outcome, Admitted)
    assert outcome.proved_at == NOW
    assert outcome.grant is not None
    assert outcome.grant.scopes == SCOPES


def test_a_merchant_who_takes_a_scope_out_is_told_so() -> None:
    fewer = {**GIVEN, "scope": "read_products"}
    with TokenEndpoint(Says(body=fewer)) as endpoint, pytest.raises(Forbidden) as refused:
        enter(load(*back(), path="callback", nonce=NONCE), endpoint.credentials, NOW)
    assert str(GIVEN["access_token"]) not in str(refused.value)


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (denies("invalid_grant"), Unverified),
        (denies("invalid_request"), Unverified),
        (denies("invalid_client"), Misconfigured),
        (Says(cut=True), Unavailable),
        (Says(status=503, body={}), Unavailable),
    ],
    ids=["code spent", "code unknown", "app unknown", "cut", "503"],
)
def test_a_code_that_is_not_traded_admits_nobody(says: Says, error: type[Exception]) -> None:
    with TokenEndpoint(says) as endpoint, pytest.raises(error) as refused:
        enter(load(*back(), path="callback", nonce=NONCE), endpoint.credentials, NOW)
    assert "shpat" not in str(refused.value)


def test_a_code_is_never_sent_twice_with_one_secret() -> None:
    with TokenEndpoint(Says(cut=True), Says()) as endpoint, pytest.raises(Unavailable):
        enter(load(*back(), path="callback", nonce=NONCE), endpoint.credentials, NOW)
    assert len(endpoint.asked) == 1


# Anything --------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    [
        "shop",
        "host",
        "hmac",
        "timestamp",
        "id_token",
        "embedded",
        "state",
        "code",
        "shopify-reload",
        "ids[]",
        "",
    ]
)
VALUES = st.one_of(
    st.text(max_size=20), st.sampled_from([SHOP, "1", HOST, "0" * 64, "/shopify/", session_token()])
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(NAMES, VALUES), max_size=6),
    st.sampled_from(["", "bounce", "callback", "held"]),
    st.one_of(st.none(), VALUES),
)
def test_any_arrival_has_an_outcome_or_is_refused(
    query: list[tuple[str, str]], path: str, bearer: str | None
) -> None:
    try:
        outcome = enter(load(*query, path=path, bearer=bearer), CREDENTIALS, NOW)
    except (Malformed, Unverified):
        return
    assert isinstance(outcome, Bounced) or (isinstance(outcome, Admitted) and outcome.shop == SHOP)


@pytest.mark.parametrize(
    ("granted", "needed", "enough"),
    [
        (("read_products", "read_orders"), ("read_orders",), True),
        (("write_orders",), ("read_orders",), True),
        (("read_orders",), ("write_orders",), False),
        ((), ("read_orders",), False),
        (("read_orders",), (), True),
        (("nonsense",), (), False),
        (("read_all_orders",), ("read_orders",), False),
    ],
)
def test_scopes_are_compared_as_shopify_does(
    granted: tuple[str, ...], needed: tuple[str, ...], enough: bool
) -> None:
    assert covers(granted, needed) is enough
