"""Every token of the reference material gets its verdict at the addresses where it would come in.

A refused one opens no session and makes no row, says nothing of why, and none of them makes us call anybody.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from connectors.models import Delivery, StoreState
from connectors.platforms.bigcommerce.webhooks import hook_secret
from tests.pages.verdicts import Ask, Seen, alone_at, installed, rows
from tests.platforms.bigcommerce.door import signed_payload
from tests.shared import SHARED, needs_shared

pytestmark = [needs_shared, pytest.mark.django_db]

JWT = "specs/security/jwt/jwt_attacks.json"
WIX = "specs/wix/examples/vectors.json"
SIGNATURE = "specs/bigcommerce/derived/webhook-signature-test-vector.json"
#: When the vectors of Wix were made.
WIX_NOW = 1_795_353_400
ACCEPTED = {"accept", "accept_without_fetch", "accept_within_leeway", "accept_no_redirect"}
SHOPS = ("z4zn3wo", "abc123")
SITES = ("2ed0a5ab-5d9e-4a27-a1ea-2c9a3d1d0001", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHARED / path).read_text(encoding="utf-8"))
    return found


@pytest.fixture
def corpus(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    found = read(JWT)
    ours = {"client_id": found["client_id"], "client_secrets": (found["hs_secret"],)}
    settings.PLATFORMS = {
        **settings.PLATFORMS,
        "bigcommerce": {
            **ours,
            "origin": "https://api.bigcommerce.com",
            "own": {"login_origin": "https://login.bigcommerce.com"},
        },
        "wix": {
            **ours,
            "origin": "https://www.wixapis.com",
            "own": {"public_key": found["rsa_public_pem"], "frame_ancestors": ""},
        },
    }
    for shop in SHOPS:
        installed("bigcommerce", shop)
    for site in SITES:
        installed("wix", site)
    with alone_at(found["now"], monkeypatch):
        yield found


@pytest.fixture
def vectors(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    found = read(WIX)
    settings.PLATFORMS = {
        **settings.PLATFORMS,
        "wix": {
            "client_id": found["appId"],
            "client_secrets": (found["appSecret"],),
            "origin": "https://www.wixapis.com",
            "own": {"public_key": found["publicKeyBase64Pem"], "frame_ancestors": ""},
        },
    }
    installed("wix", SITES[1])
    with alone_at(WIX_NOW, monkeypatch):
        yield found


def of(corpus: dict[str, Any], dialect: str) -> list[dict[str, Any]]:
    return [case for case in corpus["cases"] if case["dialect"] == dialect]


def token(case: dict[str, Any], corpus: dict[str, Any]) -> str:
    """Return a case's token; one of them is too long to lie in a file."""
    held: str = case["token"]
    return signed_payload(corpus["hs_secret"], x="x" * 1_000_000) if held.startswith("GENERATE") else held


def called(client: Client, path: str) -> Ask:
    return lambda proof: client.get(f"/bigcommerce/{path}", {"signed_payload_jwt": proof})


@pytest.mark.parametrize("path", ["load", "uninstall", "remove_user"])
def test_signed_payloads_of_bigcommerce(corpus: dict[str, Any], client: Client, path: str) -> None:
    ask = called(client, path)
    seen, cases = Seen(), of(corpus, "bigcommerce_signed_payload")
    assert len(cases) == 67
    for case in cases:
        is_taken = seen.of(case["id"], token(case, corpus), ask)
        if not case["expect"].startswith("reject_or_accept"):
            assert is_taken == (case["expect"] in ACCEPTED), case["id"]
    assert len(seen.refusals) == 1
    assert {status for status, _ in seen.refusals} == {401}


def test_who_is_admitted_lands_on_our_own_page(corpus: dict[str, Any], client: Client) -> None:
    cases = of(corpus, "bigcommerce_signed_payload")
    (elsewhere,) = (case for case in cases if case["expect"] == "accept_no_redirect")
    answer = client.get("/bigcommerce/load", {"signed_payload_jwt": elsewhere["token"]})
    assert answer.headers["Location"].startswith("/bigcommerce/?ticket=")
    assert elsewhere["token"] not in answer.headers["Location"]
    # Its second coming is refused, and so is the first of the ticket's.
    again = client.get("/bigcommerce/load", {"signed_payload_jwt": elsewhere["token"]})
    assert again.status_code == 401
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert client.get(answer.headers["Location"]).status_code == 401


def test_no_token_of_another_platform_opens_anything(corpus: dict[str, Any], client: Client) -> None:
    seen = Seen()
    for case in [*of(corpus, "shopify_session"), *of(corpus, "wix_rs256")]:
        # One of them is shaped as BigCommerce's, and the corpus has one secret for all.
        if "bigcommerce-shaped" in case["name"]:
            continue
        proof = token(case, corpus)
        for path in ("load", "uninstall", "remove_user"):
            seen.of(case["id"], proof, called(client, path))
        seen.of(case["id"], proof, lambda proof: client.get("/wix/", {"instance": proof}))
    for case in of(corpus, "bigcommerce_signed_payload"):
        proof = token(case, corpus)
        seen.of(case["id"], proof, lambda proof: client.get("/wix/", {"instance": proof}))
        seen.of(case["id"], proof, lambda proof: post(client, proof))
    assert seen.taken == []
    assert {status for status, _ in seen.refusals} == {401}


def post(client: Client, proof: str) -> Any:
    return client.post("/webhooks/wix/", data=proof.encode(), content_type="text/plain")


def test_forged_deliveries_of_wix(corpus: dict[str, Any], client: Client) -> None:
    seen, cases = Seen(), of(corpus, "wix_rs256")
    assert len(cases) == 18
    for case in cases:
        is_taken = seen.of(case["id"], token(case, corpus), lambda proof: post(client, proof))
        assert is_taken == (case["expect"] in ACCEPTED), (case["id"], case["name"])
    assert len(seen.taken) == 2
    assert seen.refusals == {(401, b"unverified\n")}


def test_deliveries_of_wix(vectors: dict[str, Any], client: Client) -> None:
    seen = Seen()
    for case in vectors["webhooks"]:
        is_taken = seen.of(case["name"], case["token"], lambda proof: post(client, proof))
        assert is_taken == case["expect"].startswith("accept"), case["name"]
    assert len(seen.taken) == 16
    assert seen.refusals == {(401, b"unverified\n")}


def test_what_an_accepted_delivery_means_is_written_down(vectors: dict[str, Any], client: Client) -> None:
    (removed,) = (case for case in vectors["webhooks"] if case["name"] == "AppRemoved")
    assert post(client, removed["token"]).content == b"taken\n"
    assert post(client, removed["token"]).content == b"duplicate\n"
    assert Delivery.objects.get().store.state == StoreState.QUARANTINED


def test_signed_instances_of_wix(vectors: dict[str, Any], client: Client) -> None:
    seen, statuses = Seen(), {}
    for case in vectors["instances"]:
        seen.of(case["name"], case["instance"], lambda proof: client.get("/wix/", {"instance": proof}))
        statuses[case["name"]] = client.get("/wix/", {"instance": case["instance"]}).status_code
    assert statuses == {
        "owner": 200,
        "visitor": 403,
        "other secret": 401,
        "one character of the signature changed": 401,
        "no dot": 401,
    }
    assert len({content for status, content in seen.refusals if status == 401}) == 1


def test_the_signature_of_a_webhook_of_bigcommerce(
    settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = read(SIGNATURE)
    secret = vector["client_secret"]
    settings.PLATFORMS = {
        **settings.PLATFORMS,
        "bigcommerce": {
            "client_id": "an-app",
            "client_secrets": (secret,),
            "origin": "https://api.bigcommerce.com",
            "own": {"login_origin": "https://login.bigcommerce.com", "signed": "1"},
        },
    }
    installed("bigcommerce", "abc123")
    signed = {name: vector[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    ours = {"X-Minta-Hook": hook_secret(secret, "abc123")}

    def send(headers: dict[str, str]) -> Any:
        return client.post(
            "/webhooks/bigcommerce/", vector["body"], content_type="application/json", headers=headers
        )

    with alone_at(int(vector["webhook-timestamp"]), monkeypatch):
        before = rows()
        for wrong in (
            signed,
            ours,
            {**ours, **signed, "webhook-id": "msg_2"},
            {**ours, **signed, "webhook-timestamp": str(int(vector["webhook-timestamp"]) + 1)},
            {**ours, **signed, "webhook-signature": "v1," + "A" * 43 + "="},
            {**signed, "X-Minta-Hook": hook_secret(secret, "z4zn3wo")},
        ):
            answer = send(wrong)
            assert (answer.status_code, answer.content) == (401, b"unverified\n")
        assert rows() == before
        assert send({**ours, **signed}).content == b"taken\n"
