"""Fingerprints that find a store before the store, and so its key, is known."""

from typing import Final

from connectors.vault.aead import KEY_ID_BYTES, Box, Guarded, SealedBytes, derive, fields, mac, text

FINGERPRINT_BYTES: Final = 16


class Finder(Guarded):
    """Fingerprint and hide names with one key for the whole installation; it outlives every rotation."""

    __slots__ = ("_box", "_key")
    _key: bytes
    _box: Box

    def __init__(self, secret: bytes) -> None:
        self._key = derive(secret, "finder")
        self._box = Box(derive(secret, "hidden"), derive(secret, "hidden id", length=KEY_ID_BYTES))

    def fingerprint(self, *parts: str) -> bytes:
        """Return 16 bytes, the same for the same parts: `finder.fingerprint("shopify", shop)`."""
        return mac(self._key, fields(*map(text, parts)))[:FINGERPRINT_BYTES]

    def hide(self, use: str, plain: bytes) -> bytes:
        """Return bytes that tell nobody but us what they are about, good for one use.

        For what must be found before a store is known; what belongs to a store is sealed by its own key.
        """
        return self._box.seal(plain, fields(text(use)))

    def reveal(self, use: str, hidden: SealedBytes) -> bytes:
        """Return what was hidden for this use; raises `Unsealable` for everything else."""
        return self._box.open(hidden, fields(text(use)))
