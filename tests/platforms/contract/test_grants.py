"""Grants: what follows one that ran out, and what is said when nothing does."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import BadAnswer, GrantRevoked, MintaError, PlatformFailure, Unavailable
from connectors.platforms.opening import Grant
from tests.platforms.contract.cast import Stage
from tests.platforms.contract.specimens import CANARY, Specimens
from tests.platforms.playing import Playing, Says


def refreshed(stage: Stage) -> Grant | None:
    """Return what follows a spent grant; None at a platform whose grants have no end."""
    now = datetime.now(UTC)
    spent = stage.specimens.spent()
    try:
        fresh = stage.platform.refresh(spent, stage.credentials, now)
    except GrantRevoked:
        assert spent.expires_at is None
        assert not stage.playing.asked
        return None
    assert fresh.expires_at is not None
    assert fresh.expires_at > now + timedelta(minutes=5)
    return fresh


def test_a_spent_grant_is_followed_by_one_of_the_same_shop(stage: Stage) -> None:
    fresh = refreshed(stage)
    if fresh is not None:
        assert fresh.shop == stage.specimens.shop
        assert fresh.access_token != stage.specimens.spent().access_token
        assert stage.platform.scopes <= fresh.scopes | stage.platform.optional_scopes or not fresh.scopes


def test_no_grant_can_be_printed(specimens: Specimens) -> None:
    for grant in (specimens.grant(), specimens.spent()):
        for secret in (grant.access_token, grant.refresh_token):
            assert not secret or secret not in f"{grant!r} {grant!s} {[grant]}"


FAULTS: dict[str, tuple[Says, tuple[type[MintaError], ...]]] = {
    "500": (Says({"error": CANARY}, 500), (Unavailable,)),
    "no answer": (Says(cut=True), (Unavailable,)),
    "a page of HTML": (Says(f"<html>{CANARY}".encode()), (BadAnswer, Unavailable)),
    "nothing in it": (Says({}), (BadAnswer, Unavailable)),
    "a token that ends a header": (
        Says({"access_token": f"a\r\nX: {CANARY}", "token": f"a\nX: {CANARY}", "expires_in": 14400}),
        (BadAnswer, Unavailable),
    ),
    "400": (Says({"error": CANARY, "error_description": CANARY}, 400), (GrantRevoked, BadAnswer)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refresh_that_fails_says_how_and_no_secret(
    stage: Stage, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said, expected = FAULTS[fault]
    stage.says = lambda _: said
    spent = stage.specimens.spent()
    if spent.expires_at is None:
        expected = (GrantRevoked,)
    with pytest.raises(MintaError) as failed:
        stage.platform.refresh(spent, stage.credentials, datetime.now(UTC))
    assert isinstance(failed.value, expected)
    shown = f"{failed.value} {caplog.text}"
    secrets: list[Any] = [spent.refresh_token, *stage.credentials.client_secrets, CANARY]
    assert not [each for each in secrets if each and each in shown]


def test_no_secret_travels_along_a_redirect(stage: Stage) -> None:
    with Playing(lambda _: Says({})) as elsewhere:
        stage.says = lambda asked: Says(None, 307, {"Location": f"{elsewhere.address}/"})
        with pytest.raises(PlatformFailure):
            stage.platform.refresh(stage.specimens.spent(), stage.credentials, datetime.now(UTC))
        assert elsewhere.asked == []
