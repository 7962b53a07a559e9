"""The doors with Shopify behind them: the corpora of attacks, answered by the web and not by a function."""

import base64
import hashlib
import hmac
import json
import tarfile
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from django.test import Client
from time_machine import travel

from connectors.models import Delivery, Store
from tests.cast import SECRET
from tests.shared import SHARED, needs_shared

pytestmark = pytest.mark.django_db
SECURITY = SHARED / "specs" / "security"


@cache
def corpus(name: str) -> Any:
    return json.loads((SECURITY / name).read_text(encoding="utf-8"))


def ancestors(answer: Any) -> str:
    policy: str = answer.headers["Content-Security-Policy"]
    return policy.partition("frame-ancestors ")[2].partition(";")[0]


def framed(client: Client, shop: str, path: str = "/shopify/bounce") -> Any:
    return client.get(path, {"embedded": "1", "shop": shop, "shopify-reload": "/shopify/"})


def test_the_bounce_page_is_app_bridge_first_and_nothing_else(client: Client, settings: Any) -> None:
    answer = framed(client, "cedar.myshopify.com")
    head = answer.content.decode().partition("</head>")[0]
    script = f'<script src="{settings.PLATFORMS["shopify"]["page_script"]}"></script>'
    assert answer.status_code == 200
    assert head.index('<meta name="shopify-api-key" content="minta-test-client-id">') < head.index(script)
    assert head.index(script) == head.index("<script")
    assert not answer.cookies


def test_each_shop_has_its_own_frame_and_no_other(client: Client) -> None:
    one = ancestors(framed(client, "cedar.myshopify.com"))
    two = ancestors(framed(client, "birch.myshopify.com"))
    assert one.split()[:2] == ["https://cedar.myshopify.com", "https://admin.shopify.com"]
    assert two.split()[:2] == ["https://birch.myshopify.com", "https://admin.shopify.com"]
    assert "*" not in one + two


def test_a_framed_load_without_a_proof_comes_to_the_bounce_page(client: Client) -> None:
    answer = framed(client, "cedar.myshopify.com", "/shopify/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/shopify/bounce?")
    assert not Store.objects.exists()


@needs_shared
@pytest.mark.parametrize("path", ["/shopify/", "/shopify/bounce", "/shopify/callback"])
def test_no_hostile_shop_gets_into_a_header(client: Client, path: str) -> None:
    hostile = corpus("input/url_and_host_attacks.json")["shop_domain"]["reject"]
    for shop in filter(lambda each: isinstance(each, str), hostile):
        answer = framed(client, shop, path)
        assert answer.status_code in (400, 401), repr(shop)
        assert ancestors(answer) == "'none'"
        assert "Location" not in answer.headers


@needs_shared
def test_no_forged_session_token_opens_the_page(client: Client) -> None:
    attacks = corpus("jwt/jwt_attacks.json")
    forged = [
        case
        for case in attacks["cases"]
        if case["dialect"] == "shopify_session" and case["expect"] == "reject"
    ]
    assert len(forged) > 40
    with travel(datetime.fromtimestamp(attacks["now"], UTC), tick=False):
        for case in forged:
            document = client.get("/shopify/", {"embedded": "1", "id_token": case["token"]})
            fetch = client.get("/shopify/", headers={"Authorization": f"Bearer {case['token']}"})
            assert document.status_code in (400, 401), case["id"]
            assert fetch.status_code == 401, case["id"]
            assert fetch.headers["X-Shopify-Retry-Invalid-Session-Request"] == "1"
            assert not document.cookies
    assert not Store.objects.exists()


@needs_shared
def test_no_signed_body_of_the_json_suite_is_a_failure_of_ours(client: Client) -> None:
    with tarfile.open(SECURITY / "json" / "JSONTestSuite-1ef36fa.tar.gz") as suite:
        bodies = {
            member.name: file.read()
            for member in suite
            if member.name.endswith(".json") and (file := suite.extractfile(member))
        }
    assert len(bodies) > 300
    for name, body in bodies.items():
        signature = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
        answer = client.post(
            "/webhooks/shopify/",
            body,
            content_type="application/json",
            headers={
                "X-Shopify-Topic": "products/update",
                "X-Shopify-Hmac-Sha256": signature,
                "X-Shopify-Shop-Domain": "cedar.myshopify.com",
                "X-Shopify-Webhook-Id": name,
            },
        )
        assert answer.status_code in (200, 400), name
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("signature", [None, "", "AAAA", "not base64", "ä", "=" * 10_000])
def test_a_delivery_without_the_right_signature_is_unverified(client: Client, signature: str | None) -> None:
    headers = {"X-Shopify-Topic": "app/uninstalled", "X-Shopify-Shop-Domain": "cedar.myshopify.com"}
    if signature is not None:
        headers["X-Shopify-Hmac-Sha256"] = signature
    answer = client.post("/webhooks/shopify/", b"{}", content_type="application/json", headers=headers)
    assert (answer.status_code, answer.content) == (401, b"unverified\n")
