"""The token endpoint: what is asked, what an answer means, what is never said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import (
    GrantRevoked,
    MintaError,
    Misconfigured,
    Throttled,
    Unavailable,
    Unverified,
)
from connectors.platforms.opening import Grant
from connectors.platforms.wix import Wix
from connectors.platforms.wix.scopes import SCOPES
from connectors.platforms.wix.tokens import exchange, mint
from tests.platforms.wix.door import APP, INSTANCE, NOW, OTHER, PREVIOUS, SECRET, instance
from tests.platforms.wix.site import TOKEN, Says, Site

GIVEN = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 14400}
KNOWN = {
    "active": True,
    "subjectType": "APP",
    "subjectId": APP,
    "exp": "1790014400",
    "iat": 1790000000,
    "clientId": APP,
    "accountId": "1c9a1a2e-0000-4000-8000-000000000002",
    "siteId": "64fc2d7e-1585-45ef-b1c3-6081185108c1",
    "instanceId": INSTANCE,
    "vendorProductId": None,
}


def denies(error: str | None, status: int) -> Says:
    return Says({"error": error, "error_description": f"a sentence with {SECRET}"} if error else b"", status)


def failure(*answers: Any) -> MintaError:
    with Site(token=list(answers)) as site, pytest.raises(MintaError) as failed:
        mint(INSTANCE, site.credentials, NOW)
    assert failed.value.__cause__ is None
    for secret in (SECRET, PREVIOUS, TOKEN, INSTANCE, "127.0.0.1"):
        assert secret not in str(failed.value)
    return failed.value


class TestMint:
    def test_it_asks_in_json_with_the_current_secret_for_the_instance(self) -> None:
        with Site(token=GIVEN) as site:
            mint(INSTANCE, site.credentials, NOW)
        (asked,) = site.asked
        assert (asked.method, asked.path) == ("POST", "/oauth2/token")
        assert asked.headers["content-type"] == "application/json"
        assert asked.body == {
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": SECRET,
            "instance_id": INSTANCE,
        }

    def test_a_grant_is_for_four_hours_and_nothing_outlives_it(self) -> None:
        with Site(token=GIVEN) as site:
            grant = mint(INSTANCE, site.credentials, NOW)
        assert (grant.shop, grant.access_token, grant.scopes) == (INSTANCE, TOKEN, SCOPES)
        assert grant.expires_at == NOW + timedelta(hours=4)
        assert (grant.refresh_token, grant.refresh_expires_at) == (None, None)

    @pytest.mark.parametrize("said", [None, "soon", 0, -5, True, [], 10**400, 99_999_999])
    def test_a_life_that_cannot_be_is_the_four_hours_that_always_are(self, said: Any) -> None:
        with Site(token={**GIVEN, "expires_in": said}) as site:
            grant = mint(INSTANCE, site.credentials, NOW)
        assert grant.expires_at is not None
        assert NOW < grant.expires_at <= NOW + timedelta(hours=4)

    def test_the_secret_before_is_tried_when_the_current_one_is_not_taken(self) -> None:
        with Site(token=[denies("invalid_client", 401), GIVEN]) as site:
            assert mint(INSTANCE, site.credentials, NOW).access_token == TOKEN
        assert [asked.body["client_secret"] for asked in site.asked] == [SECRET, PREVIOUS]

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            ("invalid_request", 400),
            ("invalid_grant", 400),
            (None, 400),
            ("access_denied", 401),
            ("invalid_grant", 401),
            ("access_denied", 403),
            (None, 403),
            (None, 404),
        ],
    )
    def test_a_refusal_for_the_instance_means_that_the_app_is_not_installed(
        self, error: str | None, status: int
    ) -> None:
        assert type(failure(denies(error, status))) is GrantRevoked

    @pytest.mark.parametrize(("error", "status"), [("invalid_client", 400), (None, 401), ("unknown", 401)])
    def test_a_refusal_of_every_secret_is_a_wrong_setting(self, error: str | None, status: int) -> None:
        failed = failure(denies(error, status))
        assert type(failed) is Misconfigured
        assert "WIX_APP_SECRET" in str(failed)

    def test_no_secret_at_all_is_a_wrong_setting(self) -> None:
        with Site(token=GIVEN) as site, pytest.raises(Misconfigured):
            mint(INSTANCE, replace(site.credentials, client_secrets=()), NOW)
        assert site.asked == []

    @pytest.mark.parametrize(
        ("said", "meaning"),
        [
            (Says({}, 429), Throttled),
            (Says({}, 500), Unavailable),
            (Says({}, 503), Unavailable),
            (Says(b"<html>"), Unavailable),
            (Says({}), Unavailable),
            (Says({"access_token": ""}), Unavailable),
            (Says({"access_token": "a\r\nb"}), Unavailable),
            (Says({"body": '{"access_token": "x"}'}), Unavailable),
        ],
    )
    def test_what_may_pass_is_worth_another_try(self, said: Says, meaning: type[MintaError]) -> None:
        failed = failure(said)
        assert type(failed) is meaning
        assert failed.retry

    def test_a_refresh_mints_anew_for_the_same_instance(self) -> None:
        spent = Grant(INSTANCE, "", expires_at=NOW - timedelta(days=1))
        with Site(token=GIVEN) as site:
            grant = Wix().refresh(spent, site.credentials, NOW)
        assert site.asked[0].body["instance_id"] == INSTANCE
        assert grant.access_token == TOKEN


class TestExchange:
    def test_wix_is_asked_for_the_proof_before_a_token_is_minted(self) -> None:
        proof = instance()
        with Site(token=GIVEN, token_info=KNOWN) as site:
            grant = exchange(INSTANCE, proof, site.credentials, NOW)
        assert grant.access_token == TOKEN
        assert [asked.path for asked in site.asked] == ["/oauth2/token-info", "/oauth2/token"]
        assert site.asked[0].body == {"token": proof}
        assert "authorization" not in site.asked[0].headers

    @pytest.mark.parametrize(
        "said",
        [
            {**KNOWN, "active": False},
            {**KNOWN, "active": None},
            {},
            {**KNOWN, "clientId": "another-app"},
            {**KNOWN, "clientId": None},
            {**KNOWN, "instanceId": OTHER},
            Says({"message": "no"}, 400),
            Says({}, 401),
        ],
    )
    def test_what_wix_does_not_take_mints_nothing(self, said: Any) -> None:
        with Site(token=GIVEN, token_info=said) as site, pytest.raises((Unverified, Unavailable)):
            exchange(INSTANCE, instance(), site.credentials, NOW)
        assert [asked.path for asked in site.asked] == ["/oauth2/token-info"]

    def test_wix_may_leave_the_instance_out(self) -> None:
        with Site(token=GIVEN, token_info={**KNOWN, "instanceId": None}) as site:
            assert exchange(INSTANCE, instance(), site.credentials, NOW).shop == INSTANCE

    def test_a_fault_of_wix_is_no_refusal(self) -> None:
        with Site(token=GIVEN, token_info=Says({}, 503)) as site, pytest.raises(Unavailable):
            exchange(INSTANCE, instance(), site.credentials, NOW)
