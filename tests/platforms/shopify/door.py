"""What Shopify sends to our door, made right; a test spoils one thing of it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.platforms.base import Delivery
from connectors.platforms.opening import Arrival, Credentials

SHOP = "minta-test.myshopify.com"
OTHER = "another.myshopify.com"
SECRET = "hush-test-client-secret-0123456789abcdef"
PREVIOUS = "previous-client-secret-0123456789abcdef"
NOW = datetime.fromtimestamp(1_790_000_000, UTC)
CREDENTIALS = Credentials(
    client_id="minta-test-client-id",
    client_secrets=(SECRET, PREVIOUS),
    origin="https://{shop}",
    api_version="2026-10",
    public_url="https://app.example.com",
)
STANDALONE = Credentials(
    client_id="minta-test-client-id",
    client_secrets=(SECRET, PREVIOUS),
    origin="https://{shop}",
    api_version="2026-10",
    public_url="https://app.example.com",
    embedded=False,
)


def b64url(raw: bytes) -> str:
    """Encode as RFC 7515 does: no padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def session_token(secret: str = SECRET, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """Make a session token as Shopify makes it; a claim given as None is left out."""
    at = int(NOW.timestamp())
    whole = {
        "iss": f"https://{SHOP}/admin",
        "dest": f"https://{SHOP}",
        "aud": "minta-test-client-id",
        "sub": "42",
        "exp": at + 60,
        "nbf": at,
        "iat": at,
        "jti": "f8912129-1af6-4cad-9ca3-76b0f7621087",
        "sid": "aaea182f2732d44c23057c0fea584021a4485b2bd25d3eb7fd349313ad24c685",
        **claims,
    }
    kept = {name: value for name, value in whole.items() if value is not None}
    parts = [{"alg": "HS256", "typ": "JWT", **(header or {})}, kept]
    signed = ".".join(b64url(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{b64url(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def signed_query(secret: str = SECRET, **parameters: str) -> tuple[tuple[str, str], ...]:
    """Sign a query as Shopify's documentation says; parameters given as "" are left out."""
    whole = {"shop": SHOP, "timestamp": str(int(NOW.timestamp())), **parameters}
    kept = {name: value for name, value in whole.items() if value}
    text = "&".join(f"{name}={value}" for name, value in sorted(kept.items()))
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return (*kept.items(), ("hmac", digest))


def encoded_host(text: str) -> str:
    """Encode `host` as Shopify does: base64, its padding cut off."""
    return base64.b64encode(text.encode()).decode().rstrip("=")


def load(
    *query: tuple[str, str], path: str = "", bearer: str | None = None, nonce: str | None = None
) -> Arrival:
    """Make an arrival."""
    return Arrival(path=path, query=query, bearer=bearer, nonce=nonce)


def delivery(
    topic: str,
    body: bytes | Mapping[str, Any],
    *,
    shop: str = SHOP,
    secret: str = SECRET,
    family: str = "x-shopify-",
    **headers: str | None,
) -> Delivery:
    """Make a signed delivery; a header given as None is left out."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    whole: dict[str, str | None] = {
        "topic": topic,
        "shop-domain": shop,
        "hmac-sha256": base64.b64encode(hmac.digest(secret.encode(), raw, "sha256")).decode(),
        "webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "triggered-at": "2026-09-21T12:13:20.110521905Z",
        "api-version": "2026-10",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Delivery(
        headers={family + name: value for name, value in whole.items() if value is not None}, body=raw
    )
