"""What belongs to the whole installation and to no store: sealed for its place, as a store's values are."""

from typing import Final

from connectors.errors import Unsealable
from connectors.vault.aead import (
    KEY_ID_BYTES,
    VERSION,
    Box,
    Guarded,
    SealedBytes,
    derive,
    fields,
    text,
)

_START: Final = b"minta installation"


class Keeper(Guarded):
    """Seal with one key for the whole installation; it outlives every rotation and every erasure.

    Nothing of a merchant's may be sealed with it: it is never destroyed.
    """

    __slots__ = ("_box",)
    _box: Box

    def __init__(self, secret: bytes) -> None:
        self._box = Box(derive(secret, "keeper"), derive(secret, "keeper id", length=KEY_ID_BYTES))

    def seal(self, kind: str, name: str, plain: bytes) -> bytes:
        """Return sealed bytes that open under this kind and name only."""
        if not kind or not name:
            raise ValueError("a sealed value needs a kind and a name")
        return self._box.seal(plain, _place(kind, name))

    def open(self, kind: str, name: str, sealed: SealedBytes) -> bytes:
        """Return the plain bytes; raise `Unsealable` when they were sealed for another place or changed."""
        if not kind or not name:
            raise Unsealable
        return self._box.open(sealed, _place(kind, name))


def _place(kind: str, name: str) -> bytes:
    return fields(_START, VERSION, text(kind), text(name))
