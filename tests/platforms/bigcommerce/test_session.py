"""Signed payloads: which are believed, at the door and at the callbacks, and that nothing is repeated."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import Malformed, Unverified
from connectors.platforms.base import EventKind
from connectors.platforms.bigcommerce.auth import enter
from connectors.platforms.bigcommerce.webhooks import verify
from connectors.platforms.opening import Admitted, Arrival, Credentials, Person
from tests.platforms.bigcommerce.door import (
    CREDENTIALS,
    NOW,
    PREVIOUS,
    SHOP,
    called_back,
    load,
    signed_payload,
)
from tests.shared import SHARED, needs_shared

ATTACKS = SHARED / "specs" / "security" / "jwt" / "jwt_attacks.json"
ACCEPTED = {"accept", "accept_without_fetch", "accept_within_leeway", "accept_no_redirect"}


def believed(token: str, credentials: Credentials = CREDENTIALS, now: datetime = NOW) -> str | None:
    """Return the shop that a load is admitted to, None when it is refused."""
    try:
        outcome = enter(load(token), credentials, now)
    except Unverified:
        return None
    assert isinstance(outcome, Admitted)
    return outcome.shop


def called(token: str, credentials: Credentials = CREDENTIALS, now: datetime = NOW) -> str | None:
    """Return the shop that an uninstall is of, None when it is refused."""
    try:
        return verify(called_back("uninstall", token), credentials, now).shop
    except Unverified:
        return None


def made(case: dict[str, Any], corpus: dict[str, Any]) -> str:
    """Return a case's token; one of them is too long to lie in a file."""
    token: str = case["token"]
    return signed_payload(corpus["hs_secret"], x="x" * 1_000_000) if token.startswith("GENERATE") else token


@needs_shared
def test_every_token_of_the_corpus_gets_its_verdict_at_the_door_and_at_the_callbacks() -> None:
    corpus = json.loads(ATTACKS.read_text(encoding="utf-8"))
    now = datetime.fromtimestamp(corpus["now"], UTC)
    credentials = replace(CREDENTIALS, client_id=corpus["client_id"], client_secrets=(corpus["hs_secret"],))
    cases = [case for case in corpus["cases"] if case["dialect"] == "bigcommerce_signed_payload"]
    assert len(cases) == 67
    for case in cases:
        token = made(case, corpus)
        by_load = believed(token, credentials, now)
        assert by_load == called(token, credentials, now), case["id"]
        if not case["expect"].startswith("reject_or_accept"):
            assert (by_load is not None) == (case["expect"] in ACCEPTED), case["id"]


@needs_shared
def test_no_token_of_another_platform_is_believed() -> None:
    corpus = json.loads(ATTACKS.read_text(encoding="utf-8"))
    now = datetime.fromtimestamp(corpus["now"], UTC)
    credentials = replace(CREDENTIALS, client_id=corpus["client_id"], client_secrets=(corpus["hs_secret"],))
    foreign = [case for case in corpus["cases"] if case["dialect"] != "bigcommerce_signed_payload"]
    # One of them is shaped as ours, and the corpus has one secret for all.
    others = [case for case in foreign if "bigcommerce-shaped" not in case["name"]]
    assert len(others) > 50
    assert not any(believed(case["token"], credentials, now) for case in others)


def test_a_load_says_who_came_when_and_that_it_may_come_once() -> None:
    outcome = enter(load(signed_payload()), CREDENTIALS, NOW)
    assert isinstance(outcome, Admitted)
    assert (outcome.shop, outcome.once) == (SHOP, "1c7d8a2e-6f3b-4f62-9a51-0c8d3e5b7a90")
    assert outcome.person == Person("77", owner=False)
    assert outcome.proved_at == NOW
    assert outcome.ticketed
    assert outcome.embedded
    assert outcome.grant is None


def test_the_owner_is_told_by_the_id_and_not_by_the_address() -> None:
    same = {"id": 7, "email": "other@merchant.example"}
    outcome = enter(load(signed_payload(user=same)), CREDENTIALS, NOW)
    assert isinstance(outcome, Admitted)
    assert outcome.person == Person("7", owner=True)


def test_the_previous_secret_still_verifies_and_an_empty_one_never_does() -> None:
    assert believed(signed_payload(PREVIOUS)) == SHOP
    unset = replace(CREDENTIALS, client_secrets=("",))
    assert believed(signed_payload(""), unset) is None


@pytest.mark.parametrize(
    ("claims", "seconds", "accepted"),
    [
        ({}, 86_400, True),
        ({}, 86_406, False),
        ({}, -9, True),
        ({}, -11, False),
        ({"exp": int(NOW.timestamp()) + 2 * 86_400}, 0, False),
        ({"iat": int(NOW.timestamp()) - 86_400}, 0, False),
    ],
)
def test_a_payload_is_good_for_its_day_and_ten_seconds(
    claims: dict[str, Any], seconds: int, accepted: bool
) -> None:
    assert (believed(signed_payload(**claims), now=NOW + timedelta(seconds=seconds)) == SHOP) is accepted


@pytest.mark.parametrize(
    "claims",
    [
        {"owner": None},
        {"user": {"email": "a@b.example"}},
        {"user": {"id": "77"}},
        {"jti": ""},
        {"jti": "x" * 129},
        {"iat": None},
        {"sub": "stores/UPPER"},
        {"sub": "stores/" + "a" * 65},
        {"sub": f"stores/{SHOP}/"},
    ],
)
def test_a_payload_without_one_of_its_claims_is_refused(claims: dict[str, Any]) -> None:
    assert believed(signed_payload(**claims)) is None


def test_a_refusal_repeats_nothing_of_the_payload() -> None:
    with pytest.raises(Unverified) as refused:
        enter(load(signed_payload(sub="stores/SECRET-NAME")), CREDENTIALS, NOW)
    assert "SECRET-NAME" not in str(refused.value)


def test_two_payloads_in_one_address_are_refused() -> None:
    pair = ("signed_payload_jwt", signed_payload())
    with pytest.raises(Malformed):
        enter(Arrival(path="load", query=(pair, pair)), CREDENTIALS, NOW)


@pytest.mark.parametrize("path", ["", "anything", "uninstall", "load/", "auth/x"])
def test_a_payload_opens_no_other_path(path: str) -> None:
    with pytest.raises(Unverified):
        enter(load(signed_payload(), path), CREDENTIALS, NOW)


def test_an_uninstall_is_an_event_of_its_store() -> None:
    event = verify(called_back("uninstall", signed_payload()), CREDENTIALS, NOW + timedelta(hours=1))
    assert (event.kind, event.shop, event.ids) == (EventKind.UNINSTALLED, SHOP, ())
    assert event.delivery_id == "1c7d8a2e-6f3b-4f62-9a51-0c8d3e5b7a90"
    # The end of its second: an install in the same one came before.
    assert event.occurred_at == NOW.replace(microsecond=999_999)
    assert verify(called_back("uninstall", signed_payload()), CREDENTIALS, NOW).occurred_at == NOW


def test_a_removed_user_is_named_by_the_id() -> None:
    event = verify(called_back("remove_user", signed_payload()), CREDENTIALS, NOW)
    assert (event.kind, event.ids) == (EventKind.PERSON_REMOVED, ("77",))


def test_an_unknown_callback_and_one_without_a_payload_are_refused() -> None:
    with pytest.raises(Unverified):
        verify(called_back("anything", signed_payload()), CREDENTIALS, NOW)
    with pytest.raises(Unverified):
        verify(replace(called_back("uninstall", ""), query=()), CREDENTIALS, NOW)
