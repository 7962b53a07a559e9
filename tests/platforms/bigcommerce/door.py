"""What BigCommerce sends to our door, made right; a test spoils one thing of it."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.platforms.base import Delivery
from connectors.platforms.bigcommerce.webhooks import hook_secret
from connectors.platforms.opening import Arrival, Credentials

SHOP = "g5cd38"
OTHER = "z4zn3wo"
SECRET = "hush-test-client-secret-0123456789abcdef"
PREVIOUS = "previous-client-secret-0123456789abcdef"
NOW = datetime.fromtimestamp(1_790_000_000, UTC)
LOGIN = "https://login.bigcommerce.com"
CREDENTIALS = Credentials(
    client_id="minta-test-client-id",
    client_secrets=(SECRET, PREVIOUS),
    origin="https://api.bigcommerce.com",
    public_url="https://app.example.com",
    own={"login_origin": LOGIN},
)


def b64url(raw: bytes) -> str:
    """Encode as RFC 7515 does: no padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed_payload(secret: str = SECRET, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """Make a signed payload as BigCommerce makes it; a claim given as None is left out."""
    at = int(NOW.timestamp())
    whole = {
        "aud": "minta-test-client-id",
        "iss": "bc",
        "iat": at,
        "nbf": at - 5,
        "exp": at - 5 + 86_400,
        "jti": "1c7d8a2e-6f3b-4f62-9a51-0c8d3e5b7a90",
        "sub": f"stores/{SHOP}",
        "user": {"id": 77, "email": "somebody@merchant.example", "locale": "en-GB"},
        "owner": {"id": 7, "email": "owner@merchant.example"},
        "url": "/",
        "channel_id": None,
        **claims,
    }
    kept = {name: value for name, value in whole.items() if value is not None}
    parts = [{"alg": "HS256", "typ": "JWT", **(header or {})}, kept]
    signed = ".".join(b64url(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{b64url(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def load(token: str, path: str = "load") -> Arrival:
    """Make an arrival with a signed payload."""
    return Arrival(path=path, query=(("signed_payload_jwt", token),))


def called_back(callback: str, token: str) -> Delivery:
    """Make a delivery by GET."""
    return Delivery(headers={}, body=b"", callback=callback, query=(("signed_payload_jwt", token),))


def webhook(scope: str, said: Any = None, *, shop: str = SHOP, **body: Any) -> dict[str, Any]:
    """Make the body of a webhook; what is given as None is left out."""
    whole = {
        "producer": f"stores/{shop}",
        "hash": "3b6c1d2e9f0a4b5c8d7e6f1a2b3c4d5e6f7a8b9c",
        "created_at": int(NOW.timestamp()) - 20,
        "store_id": "1025646",
        "scope": scope,
        "data": said,
        **body,
    }
    return {name: value for name, value in whole.items() if value is not None}


def delivery(
    body: bytes | Mapping[str, Any], *, of: str = SHOP, secret: str = SECRET, **headers: str | None
) -> Delivery:
    """Make a webhook with the header of a store's hooks; a header given as None is left out."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    whole = {
        "x-minta-hook": hook_secret(secret, of),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Delivery(headers={name: value for name, value in whole.items() if value is not None}, body=raw)


def signature(
    body: bytes, *, secret: str = SECRET, at: datetime = NOW, message: str = "msg_1"
) -> dict[str, str]:
    """Return the three headers of Standard Webhooks."""
    stamp = str(int(at.timestamp()))
    digest = hmac.digest(secret.encode(), b".".join((message.encode(), stamp.encode(), body)), "sha256")
    signed = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook_id": message, "webhook_timestamp": stamp, "webhook_signature": signed}
