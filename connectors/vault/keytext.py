"""Keys as text: 32 bytes in base64, standard or URL-safe, with or without the final `=`."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from secrets import token_bytes

from connectors.errors import Misconfigured
from connectors.vault.aead import SECRET_BYTES

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}=?")
_URL_SAFE = str.maketrans("+/", "-_")


def new_key_text() -> str:
    """Return 32 random bytes as text."""
    return write_key(token_bytes(SECRET_BYTES))


def write_key(key: bytes) -> str:
    """Return a key as URL-safe base64."""
    return urlsafe_b64encode(key).decode("ascii")


def read_key(written: str, whose: str) -> bytes:
    """Return the 32 bytes; raise `Misconfigured`, naming the setting and never the value."""
    tidy = written.strip().translate(_URL_SAFE)
    if not tidy:
        raise Misconfigured(f"{whose} is empty.")
    if not _SHAPE.fullmatch(tidy):
        raise Misconfigured(f"{whose} is not {SECRET_BYTES} bytes in base64 (43 or 44 characters).")
    key = urlsafe_b64decode(tidy[:43] + "=")
    # The last character carries four bits of key; the rest are zero, or a character was mistyped.
    if write_key(key)[:43] != tidy[:43]:
        raise Misconfigured(
            f"{whose} is not the base64 of {SECRET_BYTES} bytes: its last character is wrong."
        )
    return key
