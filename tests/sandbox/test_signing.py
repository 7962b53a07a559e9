"""The signatures of section 2.5 and 3.1, against published vectors."""

import base64
import hmac
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from connectors.sandbox.control import Sandbox
from connectors.sandbox.shopify.signing import body_signature, host_parameter, query_signature
from tests.sandbox.client import CLIENT_ID, SECRET

VECTORS = [
    (
        {
            "code": "0907a61c0c8d55e99db179b68161bc00",
            "shop": "some-shop.myshopify.com",
            "state": "0.6784241404160823",
            "timestamp": "1337178173",
        },
        "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf",
    ),
    (
        {
            "code": "a94a110d86d2452eb3e2af4cfb8a3828",
            "shop": "some-shop.myshopify.com",
            "timestamp": "1337178173",
        },
        "2cb1a277650a659f1b11e92a4a64275b128e037f2c3390e3c8fd2d8721dac9e2",
    ),
    (
        {"ids[]": ["2", "1"], "shop": "some-shop.myshopify.com"},
        "b93b9f82996f6f8bf9f1b7bbddec284c8fabacdc4e12dc80550b4705f3003b1e",
    ),
]


@pytest.mark.parametrize(("query", "signature"), VECTORS)
def test_a_query_is_signed_as_shopify_signs_it(query: dict[str, str], signature: str) -> None:
    assert query_signature(query, "hush") == signature


def test_neither_hmac_nor_signature_is_part_of_what_is_signed() -> None:
    query, signature = VECTORS[0]
    assert query_signature(query | {"hmac": "x", "signature": "y"}, "hush") == signature  # type: ignore[operator]


def test_a_body_is_signed_over_its_raw_bytes() -> None:
    body = ' {"title":\t"ö 富"}\n'.encode()
    assert body_signature(body, "hush") == base64.b64encode(hmac.digest(b"hush", body, "sha256")).decode()


def test_the_host_names_the_admin_and_has_no_padding() -> None:
    host = host_parameter("snow")
    assert "=" not in host
    assert base64.b64decode(host + "=" * (-len(host) % 4)) == b"admin.shopify.com/store/snow"


def test_a_page_load_carries_everything_shopify_sends_and_a_good_hmac(sandbox: Sandbox, shop: str) -> None:
    load = sandbox.load(shop)
    query = {name: values[0] for name, values in parse_qs(urlsplit(load["url"]).query).items()}
    assert set(query) == {"embedded", "hmac", "host", "id_token", "locale", "session", "shop", "timestamp"}
    text = "&".join(f"{name}={value}" for name, value in sorted(query.items()) if name != "hmac")
    assert query["hmac"] == hmac.new(SECRET.encode(), text.encode(), sha256).hexdigest()
    claims = jwt.decode(query["id_token"], SECRET, algorithms=["HS256"], audience=CLIENT_ID)
    assert claims["dest"] == f"https://{shop}"
    assert claims["iss"] == f"https://{shop}/admin"
    assert claims["exp"] - claims["iat"] == 60


def test_a_load_that_is_not_embedded_has_no_token(sandbox: Sandbox, shop: str) -> None:
    query = parse_qs(urlsplit(sandbox.load(shop, embedded=False)["url"]).query)
    assert set(query) == {"hmac", "host", "shop", "timestamp"}
