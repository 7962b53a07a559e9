"""What Wix sends to our door, made right; a test spoils one thing of it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectors.platforms.base import Delivery
from connectors.platforms.opening import Arrival, Credentials

INSTANCE: Final = "2ed0a5ab-5d9e-4a27-a1ea-2c9a3d1d0001"
OTHER: Final = "2ed0a5ab-5d9e-4a27-a1ea-2c9a3d1d0002"
PRODUCT: Final = "5376f9ec-b92e-efa9-e4a1-f4f480aa0d3a"
SECRET: Final = "hush-app-secret-0123456789abcdef"
PREVIOUS: Final = "previous-app-secret-0123456789abcdef"
APP: Final = "0c6b2a1e-1111-4222-8333-444455556666"
NOW: Final = datetime.fromtimestamp(1_790_000_000, UTC)
KEY: Final = rsa.generate_private_key(65537, 2048)
ANOTHER_KEY: Final = rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey = KEY) -> str:
    """Return a public key as the dashboard shows it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


CREDENTIALS: Final = Credentials(
    client_id=APP,
    client_secrets=(SECRET, PREVIOUS),
    origin="https://www.wixapis.com",
    public_url="https://app.example.com",
    own={"public_key": pem(), "frame_ancestors": "https://manage.wix.com,https://*.wix.com"},
)


def b64url(raw: bytes) -> str:
    """Encode without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def instance(secret: str = SECRET, raw: bytes | None = None, **said: Any) -> str:
    """Make a signed instance; what is given as None stays in it as null."""
    whole = {
        "instanceId": INSTANCE,
        "signDate": "2026-09-21T14:13:20.000Z",
        "uid": "0b7ba7b2-0000-4000-8000-000000000001",
        "permissions": "OWNER",
        "ipAndPort": "192.0.2.1/63346",
        "vendorProductId": None,
        "demoMode": False,
        "siteOwnerId": "0b7ba7b2-0000-4000-8000-000000000001",
        "aNewField": [1],
        **said,
    }
    payload = b64url(json.dumps(whole).encode() if raw is None else raw)
    return f"{b64url(hmac.digest(secret.encode(), payload.encode(), hashlib.sha256))}.{payload}"


def load(*query: tuple[str, str], path: str = "", bearer: str | None = None) -> Arrival:
    """Make an arrival."""
    return Arrival(path=path, query=query, bearer=bearer)


def token(
    claims: Mapping[str, Any], header: Mapping[str, Any] | None = None, key: rsa.RSAPrivateKey = KEY
) -> str:
    """Sign claims as Wix does; a claim given as None is left out."""
    kept = {name: value for name, value in claims.items() if value is not None}
    parts = [{"alg": "RS256", "typ": "JWT", **(header or {})}, kept]
    signed = ".".join(b64url(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{b64url(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def claims(event_type: str = "AppRemoved", body: Any = None, **changed: Any) -> dict[str, Any]:
    """Return the claims of an event."""
    at = int(NOW.timestamp())
    envelope = {
        "data": json.dumps({"appId": APP} if body is None else body),
        "instanceId": INSTANCE,
        "eventType": event_type,
        "identity": json.dumps({"identityType": "WIX_USER", "wixUserId": "CANARY-user"}),
    }
    return {"data": json.dumps(envelope), "iat": at, "exp": at + 3600, **changed}


def delivery(event_type: str = "AppRemoved", body: Any = None, **changed: Any) -> Delivery:
    """Make a delivery of an event."""
    return sent(token(claims(event_type, body, **changed)))


def sent(text: str) -> Delivery:
    """Make a delivery of a body."""
    return Delivery(headers={"content-type": "text/plain"}, body=text.encode())


def domain(fqdn: str, slug: str, entity_id: str = PRODUCT, **said: Any) -> Delivery:
    """Make a delivery of a domain event."""
    body = {
        "id": "d1a3a1f0-0000-4000-8000-000000000001",
        "entityFqdn": fqdn,
        "slug": slug,
        "entityId": entity_id,
        "eventTime": "2026-09-21T13:46:39.500Z",
        "triggeredByAnonymizeRequest": False,
        "originatedFrom": "",
        "entityEventSequence": "7",
        **said,
    }
    return delivery(f"{fqdn}_{slug}", body)
