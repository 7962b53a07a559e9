"""What Wix signs: webhooks, with the app's key pair, and the instance of a page load, with its secret."""

import base64
import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Claims = Mapping[str, Any]


def webhook(claims: Claims, key: RSAPrivateKey) -> str:
    """Write a JWT and sign it with RS256."""
    head = _head_and_claims("RS256", claims)
    return f"{head}.{_base64(key.sign(head.encode(), PKCS1v15(), hashes.SHA256()))}"


def unsigned_webhook(claims: Claims) -> str:
    """Write a JWT whose header says that it is not signed."""
    return f"{_head_and_claims('none', claims)}."


def confused_webhook(claims: Claims, public_pem: bytes) -> str:
    """Write a JWT signed with HS256 and the public key as the secret."""
    head = _head_and_claims("HS256", claims)
    return f"{head}.{_base64(hmac.new(public_pem, head.encode(), sha256).digest())}"


def with_claims(token: str, claims: Claims) -> str:
    """Put other claims into a signed JWT and keep its signature."""
    head, _, signature = token.split(".")
    return f"{head}.{_base64(_json(claims).encode())}.{signature}"


def signed_instance(fields: Mapping[str, Any], secret: str) -> str:
    """Sign the instance of a page load: HMAC-SHA256 over the encoded text, then a dot, then that text."""
    text = _base64(_json(fields).encode())
    return f"{_base64(hmac.new(secret.encode(), text.encode(), sha256).digest())}.{text}"


def opened_instance(signed: str, secret: str) -> dict[str, Any] | None:
    """Read a signed instance, or give None when this app did not sign it."""
    signature, _, text = signed.partition(".")
    right = _base64(hmac.new(secret.encode(), text.encode(), sha256).digest())
    if not hmac.compare_digest(signature.encode(), right.encode()):
        return None
    fields: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return fields


def _head_and_claims(algorithm: str, claims: Claims) -> str:
    header = {"alg": algorithm, "typ": "JWT"}
    return f"{_base64(_json(header).encode())}.{_base64(_json(claims).encode())}"


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
