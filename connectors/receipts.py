"""Receipts: signed, chained proof of an erasure, checked with the public key alone.

A receipt file is one line of canonical JSON (sorted keys, no blanks, UTF-8; RFC 8785 for what stands in
it). `previous` is the SHA-256 of the body of the receipt before it, `signature` Ed25519 over the body:

    {"body":{"number":7,"previous":"9f86d0...","store":"st_..."},"signature":"bWFu..."}

Standard library and cryptography only, so that anyone can check one.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from connectors.errors import Malformed, Unverified

FORMAT = "minta-receipt-1"
FIRST_PREVIOUS = "0" * 64


def canonical(value: Mapping[str, Any]) -> str:
    """Return the one text of a mapping of texts, whole numbers and mappings."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(body: str) -> str:
    """Return what the next receipt names as `previous`."""
    return hashlib.sha256(body.encode()).hexdigest()


def compose(body: str, signature: str) -> str:
    """Return the text of a receipt file from a canonical body and its signature."""
    return f'{{"body":{body},"signature":"{signature}"}}'


def text_of(signature: bytes) -> str:
    """Return a signature as it stands in a receipt file."""
    return base64.urlsafe_b64encode(signature).decode().rstrip("=")


def verify(text: str, public_key: str) -> Literal[True]:
    """Check one receipt file; raises Malformed when it is none, Unverified when it was not signed so."""
    try:
        receipt = json.loads(text)
        body = canonical(receipt["body"])
        signature = _unpadded(receipt["signature"])
        known = receipt["body"]["format"] == FORMAT
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Malformed("This is not a receipt") from None
    # One text for one receipt: a blank more or a key twice is a change too, and so is another last character
    # of the signature, of which four bits stand for nothing.
    if not known or compose(body, text_of(signature)) != text.removesuffix("\n"):
        raise Malformed("This is not a receipt in its canonical form")
    try:
        Ed25519PublicKey.from_public_bytes(_unpadded(public_key)).verify(signature, body.encode())
    except (InvalidSignature, ValueError):
        raise Unverified("The signature does not belong to this receipt and key") from None
    return True


def verify_chain(texts: list[str], public_key: str) -> Literal[True]:
    """Check receipts in the order of their numbers: each is signed and names the one before it."""
    previous = FIRST_PREVIOUS
    for number, text in enumerate(texts, start=1):
        verify(text, public_key)
        body = json.loads(text)["body"]
        if body["number"] != number or body["previous"] != previous:
            raise Unverified(f"The chain breaks at receipt {number}")
        previous = digest(canonical(body))
    return True


def _unpadded(text: str) -> bytes:
    if not isinstance(text, str):
        raise TypeError
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
