"""Installs: a code is sent once, and only the answer to it is trusted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from connectors.errors import BadAnswer, Forbidden, Malformed, Throttled, Unavailable, Unverified
from connectors.platforms.bigcommerce.auth import enter
from connectors.platforms.bigcommerce.scopes import SCOPES
from connectors.platforms.opening import Admitted, Arrival, Credentials, Outcome, Person, Redirected
from tests.platforms.bigcommerce.door import CREDENTIALS, NOW, OTHER, SECRET, SHOP
from tests.platforms.playing import Playing, Says

ALL = " ".join([*sorted(SCOPES), "users_basic_information"])
GIVEN = {
    "access_token": "a-token-of-the-store",
    "scope": ALL,
    "user": {"id": 24654, "username": "merchant@example.com", "email": "merchant@example.com"},
    "owner": {"id": 12345, "username": "owner@example.com", "email": "owner@example.com"},
    "context": f"stores/{SHOP}",
    "account_uuid": "12345678-90ab-cdef-1234-567890abcdef",
}


@contextmanager
def token_endpoint(answer: Says | None = None, **given: Any) -> Iterator[Playing]:
    kept = {name: value for name, value in {**GIVEN, **given}.items() if value is not None}
    with Playing(lambda _: answer or Says(kept)) as playing:
        yield playing


def at(playing: Playing) -> Credentials:
    return replace(CREDENTIALS, own={"login_origin": playing.address})


def install(playing: Playing, **query: str) -> Outcome:
    whole = {"code": "qr6h3thvbvag2ffq", "context": f"stores/{SHOP}", "scope": ALL, **query}
    return enter(Arrival(path="auth", query=tuple(whole.items())), at(playing), NOW)


def test_an_install_brings_a_grant_that_has_no_end() -> None:
    with token_endpoint() as playing:
        outcome = install(playing)
    assert isinstance(outcome, Admitted)
    assert outcome.grant is not None
    assert (outcome.shop, outcome.grant.shop, outcome.grant.access_token) == (
        SHOP,
        SHOP,
        GIVEN["access_token"],
    )
    assert outcome.grant.scopes == SCOPES | {"users_basic_information"}
    assert outcome.grant.expires_at is None
    assert outcome.grant.refresh_token is None
    assert outcome.person == Person("24654", owner=False)
    assert outcome.ticketed
    assert outcome.landing is None


def test_the_code_is_sent_in_the_body_to_the_login_origin_alone() -> None:
    with token_endpoint() as playing:
        install(playing)
    (asked,) = playing.asked
    assert (asked.method, asked.path, dict(asked.query)) == ("POST", "/oauth2/token", {})
    assert asked.headers["content-type"] == "application/json"
    assert "authorization" not in asked.headers
    assert asked.said() == {
        "client_id": CREDENTIALS.client_id,
        "client_secret": SECRET,
        "code": "qr6h3thvbvag2ffq",
        "context": f"stores/{SHOP}",
        "scope": ALL,
        "grant_type": "authorization_code",
        "redirect_uri": "https://app.example.com/bigcommerce/auth",
    }


@pytest.mark.parametrize(
    "answer", [Says(None, cut=True), Says({}, 500), Says({}, 503), Says(b"<html>", 200), Says(None, 204)]
)
def test_a_code_is_never_sent_twice(answer: Says) -> None:
    with token_endpoint(answer) as playing, pytest.raises((Unavailable, BadAnswer)):
        install(playing)
    assert len(playing.asked) == 1


def test_an_older_answer_names_no_owner() -> None:
    with token_endpoint(owner=None, account_uuid=None) as playing:
        outcome = install(playing)
    assert isinstance(outcome, Admitted)
    assert outcome.person == Person("24654", owner=False)


def test_an_answer_without_a_user_brings_nobody() -> None:
    with token_endpoint(user=None) as playing:
        outcome = install(playing)
    assert isinstance(outcome, Admitted)
    assert outcome.person is None


def test_an_id_that_comes_as_text_is_an_id() -> None:
    with token_endpoint(user={"id": "12345"}) as playing:
        outcome = install(playing)
    assert isinstance(outcome, Admitted)
    assert outcome.person == Person("12345", owner=True)


def test_the_owner_who_installs_is_known_as_such() -> None:
    with token_endpoint(user=GIVEN["owner"]) as playing:
        outcome = install(playing)
    assert isinstance(outcome, Admitted)
    assert outcome.person == Person("12345", owner=True)


@pytest.mark.parametrize("context", [f"stores/{OTHER}", "stores/../v2", SHOP, "", "https://x/stores/a"])
def test_an_answer_about_another_store_is_refused(context: str) -> None:
    with token_endpoint(context=context) as playing, pytest.raises(Unverified):
        install(playing)


@pytest.mark.parametrize(
    "query",
    [
        {"context": "stores/UPPER"},
        {"context": "stores/a/../b"},
        {"context": "stores/"},
        {"context": f"stores/{'a' * 65}"},
        {"context": ""},
        {"code": ""},
        {"code": "a b"},
        {"code": "x" * 513},
        {"scope": ""},
        {"scope": "\u00e9"},
    ],
)
def test_junk_reaches_nobody(query: dict[str, str]) -> None:
    with token_endpoint() as playing, pytest.raises(Malformed):
        install(playing, **query)
    assert playing.asked == []


def test_a_store_that_granted_fewer_scopes_is_forbidden() -> None:
    for missing in SCOPES:
        with token_endpoint(scope=" ".join(SCOPES - {missing})) as playing, pytest.raises(Forbidden):
            install(playing)


def test_the_right_to_modify_and_the_other_name_of_the_channels_hold_too() -> None:
    named = {each.removesuffix("_read_only") for each in SCOPES - {"store_channel_settings_read_only"}}
    with token_endpoint(scope=" ".join([*named, "store_channel_listings_read_only"])) as playing:
        assert isinstance(install(playing), Admitted)


@pytest.mark.parametrize(
    ("status", "error"), [(400, Unverified), (401, Unverified), (403, Unverified), (429, Throttled)]
)
def test_a_code_that_is_not_taken_is_refused(status: int, error: type[Exception]) -> None:
    says = Says({"error": "a sentence with a-token"}, status)
    with token_endpoint(says) as playing, pytest.raises(error) as refused:
        install(playing)
    assert "a-token" not in str(refused.value)


def test_a_redirected_exchange_goes_nowhere() -> None:
    with Playing(lambda _: Says(GIVEN)) as elsewhere:
        away = Says(None, 307, {"Location": f"{elsewhere.address}/oauth2/token"})
        with token_endpoint(away) as playing, pytest.raises(BadAnswer):
            install(playing)
    assert elsewhere.asked == []


def test_an_install_from_outside_ends_on_a_page_of_bigcommerces() -> None:
    with token_endpoint() as playing:
        outcome = install(playing, external_install="1")
        expected = f"{playing.address}/app/minta-test-client-id/install/succeeded"
    assert isinstance(outcome, Admitted)
    assert outcome.landing == expected
    assert not outcome.ticketed


def test_one_that_fails_ends_there_too_and_one_that_was_never_begun_does_not() -> None:
    with token_endpoint(Says({}, 400)) as playing:
        outcome = install(playing, external_install="1")
        assert outcome == Redirected(f"{playing.address}/app/minta-test-client-id/install/failed")
        with pytest.raises(Malformed):
            install(playing, external_install="1", context="stores/UPPER")


def test_nothing_that_holds_a_secret_shows_it() -> None:
    with token_endpoint() as playing:
        outcome = install(playing)
    assert isinstance(outcome, Admitted)
    for shown in (repr(outcome), repr(outcome.grant), repr(CREDENTIALS)):
        assert "token-of" not in shown
        assert SECRET not in shown
