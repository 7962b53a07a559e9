"""Fingerprints that find a store before the store, and so its key, is known."""

from typing import Final

from connectors.vault.aead import Guarded, derive, fields, mac, text

FINGERPRINT_BYTES: Final = 16


class Finder(Guarded):
    """Fingerprint names with one key for the whole installation; it outlives every rotation."""

    __slots__ = ("_key",)
    _key: bytes

    def __init__(self, secret: bytes) -> None:
        self._key = derive(secret, "finder")

    def fingerprint(self, *parts: str) -> bytes:
        """Return 16 bytes, the same for the same parts: `finder.fingerprint("shopify", shop)`."""
        return mac(self._key, fields(*map(text, parts)))[:FINGERPRINT_BYTES]
