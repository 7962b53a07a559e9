"""What Shopify signs: webhook bodies, page loads and session tokens."""

import base64
import hmac
import secrets
import uuid
from collections.abc import Mapping, Sequence
from hashlib import sha256

import jwt

Query = Mapping[str, str | Sequence[str]]

TOKEN_SECONDS = 60


def body_signature(body: bytes, secret: str) -> str:
    """Sign a webhook's body: base64 of HMAC-SHA256 over its raw bytes."""
    return base64.b64encode(hmac.new(secret.encode(), body, sha256).digest()).decode()


def query_signature(query: Query, secret: str) -> str:
    """Sign a page load's parameters: hexadecimal HMAC-SHA256 over them in order, without `hmac` itself."""
    pairs = sorted(
        (_key(name), _value(value)) for name, value in query.items() if name not in ("hmac", "signature")
    )
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return hmac.new(secret.encode(), text.encode(), sha256).hexdigest()


def session_token(client_id: str, secret: str, domain: str, now: float, user: int = 91_000_001) -> str:
    """Make a session token (ID token) for one user of one store; it lives 60 seconds."""
    issued = int(now)
    claims = {
        "iss": f"https://{domain}/admin",
        "dest": f"https://{domain}",
        "aud": client_id,
        "sub": str(user),
        "exp": issued + TOKEN_SECONDS,
        "nbf": issued,
        "iat": issued,
        "jti": str(uuid.uuid4()),
        "sid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{domain}/{user}")),
        "sig": secrets.token_hex(32),
    }
    return jwt.encode(claims, secret, algorithm="HS256")


def host_parameter(handle: str) -> str:
    """Write the `host` parameter: base64 of the admin's address, its padding cut off."""
    return base64.b64encode(f"admin.shopify.com/store/{handle}".encode()).decode().rstrip("=")


def _key(name: str) -> str:
    return name.removesuffix("[]").replace("%", "%25").replace("&", "%26").replace("=", "%3D")


def _value(value: str | Sequence[str]) -> str:
    if not isinstance(value, str):
        value = "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return value.replace("%", "%25").replace("&", "%26")
