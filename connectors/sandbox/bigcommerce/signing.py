"""What BigCommerce signs: the payload of callbacks, and webhooks by the Standard Webhooks rules."""

import base64
import hmac
import uuid
from hashlib import sha256
from typing import Any

import jwt

from connectors.sandbox.bigcommerce.app import User

PAYLOAD_SECONDS = 86_400
EARLY_SECONDS = 5


def signed_payload(
    client_id: str, secret: str, store_hash: str, user: User, owner: User, now: float, **twist: Any
) -> str:
    """Make a `signed_payload_jwt`, good for a day; `twist` sets or, with None, removes claims."""
    issued = int(now)
    claims: dict[str, Any] = {
        "aud": client_id,
        "iss": "bc",
        "iat": issued,
        "nbf": issued - EARLY_SECONDS,
        "exp": issued - EARLY_SECONDS + PAYLOAD_SECONDS,
        "jti": str(uuid.uuid4()),
        "sub": f"stores/{store_hash}",
        "user": {"id": user.number, "email": user.email, "locale": user.locale},
        "owner": {"id": owner.number, "email": owner.email},
        "url": "/",
        "channel_id": None,
    }
    for name, value in twist.items():
        claims[name] = value
        if value is None:
            del claims[name]
    return jwt.encode(claims, secret, algorithm="HS256")


def webhook_signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a webhook: `v1,` and base64 of HMAC-SHA256, keyed with the raw secret, over id, time and body."""
    content = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(secret.encode(), content, sha256).digest()).decode()
