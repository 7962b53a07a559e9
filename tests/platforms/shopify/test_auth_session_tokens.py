"""Session tokens: which are believed, and that nothing of the others is repeated."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import Unverified
from connectors.platforms.opening import Admitted, Arrival, Stale
from connectors.platforms.shopify.auth import enter
from connectors.platforms.shopify.session import Expired, read_token
from tests.platforms.shopify.door import (
    CREDENTIALS,
    NOW,
    OTHER,
    PREVIOUS,
    SECRET,
    SHOP,
    load,
    session_token,
)
from tests.shared import SHARED, needs_shared

ATTACKS = SHARED / "specs" / "security" / "jwt" / "jwt_attacks.json"
ACCEPTED = {"accept", "accept_without_fetch", "accept_within_leeway", "reject_403"}


def believed(arrival: Arrival, credentials: Any = CREDENTIALS, now: datetime = NOW) -> str | None:
    """Return the shop that a load is admitted to, None when it is refused."""
    try:
        outcome = enter(arrival, credentials, now)
    except Unverified:
        return None
    assert isinstance(outcome, Admitted)
    return outcome.shop


@needs_shared
def test_every_token_of_the_corpus_gets_its_verdict_as_a_bearer_and_in_the_query() -> None:
    corpus = json.loads(ATTACKS.read_text(encoding="utf-8"))
    now = datetime.fromtimestamp(corpus["now"], UTC)
    credentials = replace(CREDENTIALS, client_id=corpus["client_id"], client_secrets=(corpus["hs_secret"],))
    cases = [case for case in corpus["cases"] if case["dialect"] == "shopify_session"]
    assert len(cases) == 68
    for case in cases:
        by_bearer = believed(load(bearer=case["token"]), credentials, now)
        by_query = believed(load(("id_token", case["token"]), ("embedded", "1")), credentials, now)
        assert by_bearer == by_query, case["id"]
        if not case["expect"].startswith("reject_or_accept"):
            assert (by_bearer is not None) == (case["expect"] in ACCEPTED), case["id"]


@needs_shared
def test_no_token_of_another_platform_is_believed() -> None:
    corpus = json.loads(ATTACKS.read_text(encoding="utf-8"))
    ours = {case["token"] for case in corpus["cases"] if case["dialect"] == "shopify_session"}
    foreign = [case["token"] for case in corpus["cases"] if "shopify" not in case["name"].lower()]
    foreign = [token for token in foreign if token not in ours]
    assert len(foreign) > 70
    now = datetime.fromtimestamp(corpus["now"], UTC)
    assert {believed(load(bearer=token), CREDENTIALS, now) for token in foreign} == {None}


def test_a_session_token_proves_its_shop_and_is_the_proof_to_exchange() -> None:
    token = session_token()
    outcome = enter(load(("id_token", token), ("shop", SHOP), ("embedded", "1")), CREDENTIALS, NOW)
    assert outcome == Admitted(shop=SHOP, proof=token, proved_at=NOW)


@pytest.mark.parametrize(
    ("claims", "seconds"),
    [({"iat": -7}, -7), ({"iat": None, "nbf": -3}, -3), ({"iat": 4, "nbf": 4}, 0), ({"iat": -1.5}, -1.5)],
    ids=["iat", "nbf alone", "a clock ahead", "a fraction"],
)
def test_what_is_proved_was_proved_when_the_token_was_made(
    claims: dict[str, float | None], seconds: float
) -> None:
    at = int(NOW.timestamp())
    moved: dict[str, Any] = {name: None if by is None else at + by for name, by in claims.items()}
    outcome = enter(load(bearer=session_token(**moved)), CREDENTIALS, NOW)
    assert isinstance(outcome, Admitted)
    assert outcome.proved_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("iat", [-(10**18), -1e300])
def test_a_token_made_at_no_time_proves_nothing(iat: float) -> None:
    with pytest.raises(Unverified):
        enter(load(bearer=session_token(iat=iat)), CREDENTIALS, NOW)


def test_a_token_signed_with_the_previous_secret_is_believed_while_secrets_turn_over() -> None:
    token = session_token(secret=PREVIOUS)
    assert believed(load(bearer=token)) == SHOP
    assert believed(load(bearer=token), replace(CREDENTIALS, client_secrets=(SECRET,))) is None


@pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
def test_without_a_secret_nothing_is_believed(secrets: tuple[str, ...]) -> None:
    assert (
        believed(load(bearer=session_token(secret="")), replace(CREDENTIALS, client_secrets=secrets)) is None
    )


@pytest.mark.parametrize(("late_by", "fine"), [(69, True), (71, False), (-9, True), (-11, False)], ids=str)
def test_clocks_may_differ_by_ten_seconds(late_by: int, fine: bool) -> None:
    assert (believed(load(bearer=session_token()), now=NOW + timedelta(seconds=late_by)) == SHOP) is fine


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": f"https://{OTHER}/admin"},
        {"iss": f"https://{SHOP}/admin/"},
        {"iss": f"https://{SHOP}"},
        {"dest": f"https://{SHOP}/"},
        {"dest": f"https://{SHOP.upper()}"},
        {"dest": SHOP, "iss": f"{SHOP}/admin"},
        {"dest": "https://evil.example", "iss": "https://evil.example/admin"},
        {"aud": ["minta-test-client-id"]},
        {"aud": "minta-test-client-id "},
        {"sub": ""},
        {"sub": 42},
        {"jti": ""},
        {"iat": int(NOW.timestamp()) + 3600},
        {"exp": int(NOW.timestamp()) + 600},
        {"nbf": int(NOW.timestamp()) + 60},
    ],
    ids=str,
)
def test_one_wrong_claim_is_enough(claims: dict[str, Any]) -> None:
    assert believed(load(bearer=session_token(**claims))) is None


@pytest.mark.parametrize("left_out", ["sid", "iat"])
def test_a_claim_that_newer_tokens_may_lack_is_not_missed(left_out: str) -> None:
    assert believed(load(bearer=session_token(SECRET, None, **{left_out: None}))) == SHOP


@pytest.mark.parametrize("shop", [OTHER, "", f"{SHOP}.evil.example", "evil.example"])
def test_a_shop_in_the_query_that_is_not_the_tokens_is_refused(shop: str) -> None:
    assert believed(load(("shop", shop), bearer=session_token())) is None
    assert believed(load(("shop", shop), ("id_token", session_token()))) is None


def test_a_bearer_is_believed_rather_than_what_the_address_still_holds() -> None:
    assert believed(load(("id_token", "stale"), ("shop", SHOP), bearer=session_token())) == SHOP


def test_an_expired_page_load_is_refused_with_the_way_to_mend_it() -> None:
    token = session_token()
    arrival = load(("id_token", token), ("shop", SHOP), ("embedded", "1"), ("tab", "held"), path="held")
    with pytest.raises(Stale) as stale:
        enter(arrival, CREDENTIALS, NOW + timedelta(hours=1))
    assert stale.value.status == 401
    assert stale.value.again.shop == SHOP
    assert stale.value.again.reload == f"/shopify/held?shop={SHOP}&embedded=1&tab=held"
    assert token not in str(stale.value) + repr(stale.value)


def test_only_a_token_that_was_good_once_is_offered_to_be_mended() -> None:
    later = NOW + timedelta(hours=1)
    forged = session_token(secret="another secret of thirty-two bytes")
    for query in [(("id_token", forged),), (("id_token", session_token()), ("shop", OTHER))]:
        with pytest.raises(Unverified) as refused:
            enter(load(*query), CREDENTIALS, later)
        assert not isinstance(refused.value, Stale)


def test_an_expired_bearer_is_refused_plainly() -> None:
    with pytest.raises(Expired) as refused:
        enter(load(bearer=session_token()), CREDENTIALS, NOW + timedelta(hours=1))
    assert SHOP not in str(refused.value)


def test_a_refusal_repeats_nothing_of_the_token() -> None:
    canary = "canary-9d1f"
    token = session_token(sub=canary, dest=f"https://{canary}.example")
    with pytest.raises(Unverified) as refused:
        read_token(token, CREDENTIALS, NOW)
    shown = f"{refused.value!s} {refused.value!r}"
    assert canary not in shown
    assert token not in shown
    assert refused.value.__suppress_context__


def test_an_outcome_shows_neither_proof_nor_shop() -> None:
    token = session_token()
    assert token not in repr(enter(load(bearer=token), CREDENTIALS, NOW))
    assert SHOP not in repr(enter(load(bearer=token), CREDENTIALS, NOW))
