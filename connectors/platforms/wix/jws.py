"""The signature of a delivery: a JWT by RS256 and nothing else, with the one key of the app's dashboard.

https://dev.wix.com/docs/api-reference/articles/work-with-wix-apis/platform/about-the-structure-of-webhooks

What a token says of its own key or method chooses nothing. A token that has run out is refused, as by Wix's
own library: whoever sends again has to sign again.
"""

import base64
import binascii
import json
import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connectors.errors import Misconfigured, Unverified
from connectors.platforms.wix.signed import decoded

LEEWAY_SECONDS: Final = 60.0
ISSUER: Final = "wix.com"
_TOKEN: Final = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_LONGEST_HEADER: Final = 4_096
_LEAST_BITS: Final = 2_048
#: The year 9999; what is not below it, `NaN` too, is no time.
_LATEST: Final = 253_370_764_800


def read_token(body: bytes, public_key: str, app_id: str, now: datetime) -> dict[str, Any]:
    """Return the claims of a token that Wix signed for this app.

    Raises Unverified when it is not signed so, not ours, not of now, or does not say so readably.
    """
    parts = _TOKEN.fullmatch(body.strip())
    if parts is None:
        raise Unverified("delivery: not a signed token")
    header, payload, signature = (part.decode("ascii") for part in parts.groups())
    _check_header(header)
    _check_signature(f"{header}.{payload}", signature, public_key)
    claims = _claims(payload)
    _check_time(claims, now.timestamp())
    _check_names(claims, app_id)
    return claims


def _check_signature(signed: str, signature: str, public_key: str) -> None:
    key = _key(public_key)
    try:
        key.verify(decoded(signature), signed.encode("ascii"), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        raise Unverified("delivery: the signature is wrong") from None


def _claims(payload: str) -> dict[str, Any]:
    try:
        claims = json.loads(decoded(payload))
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise Unverified("delivery: the claims cannot be read")
    return claims


def _check_header(text: str) -> None:
    try:
        header = json.loads(decoded(text)) if len(text) <= _LONGEST_HEADER else None
    except (ValueError, RecursionError):
        header = None
    # `crit` asks for what we do not know (RFC 7515, section 4.1.11).
    if not isinstance(header, dict) or header.get("alg") != "RS256" or "crit" in header:
        raise Unverified("delivery: not signed by RS256")


def _check_time(claims: dict[str, Any], now: float) -> None:
    expires, begins = seconds(claims, "exp"), seconds(claims, "nbf")
    if expires is not None and expires + LEEWAY_SECONDS < now:
        raise Unverified("delivery: the token has run out")
    if begins is not None and begins - LEEWAY_SECONDS > now:
        raise Unverified("delivery: the token is not good yet")


def _check_names(claims: dict[str, Any], app_id: str) -> None:
    """Check who signed and for whom, where the token says so; Wix's own library does not."""
    if claims.get("iss", ISSUER) != ISSUER:
        raise Unverified("delivery: signed by somebody else")
    audience = claims.get("aud", app_id)
    if app_id not in (audience if isinstance(audience, list) else [audience]):
        raise Unverified("delivery: signed for another app")


def seconds(claims: dict[str, Any], name: str) -> float | None:
    """Return a time of the claims; None when there is none. Raises Unverified for what is no time."""
    said = claims.get(name)
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float) or not abs(said) < _LATEST:
        raise Unverified(f"delivery: {name} is no time")
    return float(said)


def check_key(public_key: str) -> None:
    """Raise Misconfigured when this is no key that deliveries could be verified with."""
    _key(public_key)


@lru_cache(maxsize=8)
def _key(public_key: str) -> RSAPublicKey:
    """Read a key as the dashboard shows it: PEM, or on one line the base64 of it."""
    try:
        pem = public_key.replace("\\n", "\n").strip()
        if not pem.startswith("-----BEGIN"):
            pem = base64.b64decode("".join(pem.split()), validate=True).decode("ascii").strip()
        key = load_pem_public_key(pem.encode("ascii"))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_BITS:
        raise Misconfigured("WIX_PUBLIC_KEY is no RSA public key of 2048 bits or more")
    return key
