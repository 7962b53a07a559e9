"""Every token of the reference material gets its verdict."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.errors import Malformed, Unverified
from connectors.platforms.base import Event
from connectors.platforms.wix.webhooks import verify
from tests.platforms.wix.door import CREDENTIALS, sent
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared

#: Wix's own library refuses it too: whoever sends again has to sign again.
POLICY = {"expired": "reject"}


def verdict(token: str, key: str, app_id: str, now: datetime) -> str | Event:
    try:
        return verify(sent(token), replace(CREDENTIALS, client_id=app_id, own={"public_key": key}), now)
    except (Unverified, Malformed) as refused:
        return type(refused).__name__


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHARED / path).read_text())
    return found


@pytest.mark.parametrize("key", ["publicKeyPem", "publicKeyBase64Pem"])
def test_wixs_own_kind_of_tokens(key: str) -> None:
    vectors = read("specs/wix/examples/vectors.json")
    at = datetime.fromtimestamp(1_795_353_400, UTC)
    seen = {"accept": 0, "reject": 0}
    for each in vectors["webhooks"]:
        found = verdict(each["token"], vectors[key], vectors["appId"], at)
        expected = each["expect"].split()[0]
        seen[expected] += 1
        assert isinstance(found, Event) == (expected == "accept"), each["name"]
        if isinstance(found, Event):
            assert found.topic == each["eventType"]
            assert found.shop == "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
    assert seen == {"accept": 16, "reject": 7}


def test_attacks() -> None:
    attacks = read("specs/security/jwt/jwt_attacks.json")
    at = datetime.fromtimestamp(attacks["now"], UTC)
    seen = 0
    for each in attacks["cases"]:
        if each["dialect"] != "wix_rs256":
            continue
        found = verdict(each["token"], attacks["rsa_public_pem"], attacks["client_id"], at)
        expected = POLICY[each["name"]] if each["expect"] == "policy" else each["expect"]
        assert isinstance(found, Event) == (expected == "accept"), (each["id"], each["name"])
        seen += 1
    assert seen == 18
