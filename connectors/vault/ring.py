"""The master keys: `[current, *previous]`. The first seals, all open."""

from collections.abc import Sequence
from typing import Final

from connectors.errors import Misconfigured, Unsealable
from connectors.vault.aead import KEY_ID_BYTES, SECRET_BYTES, Box, Guarded, derive, sealed_by
from connectors.vault.keytext import new_key_text, read_key
from connectors.vault.kms import PREFIX, Kms

SETTING: Final = "MINTA_MASTER_KEYS"


def new_master_key() -> str:
    """Return a new master key as the text that MINTA_MASTER_KEYS takes."""
    return new_key_text()


class MasterKeys(Guarded):
    """Seal with the current master key, open with any; from 32-byte keys, current first."""

    __slots__ = ("_boxes", "current", "ids")
    _boxes: dict[bytes, Box]
    #: The public id of the key that seals.
    current: str
    #: The public ids of all keys, current first.
    ids: tuple[str, ...]

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise Misconfigured(f"{SETTING} names no key.")
        if any(len(key) != SECRET_BYTES for key in keys):
            raise Misconfigured(f"{SETTING} holds a key that has not {SECRET_BYTES} bytes.")
        if len(set(keys)) != len(keys):
            raise Misconfigured(f"{SETTING} names the same key twice.")
        self._boxes = dict(_box(key) for key in keys)
        self.ids = tuple(key_id.hex() for key_id in self._boxes)
        self.current = self.ids[0]

    @classmethod
    def parse(cls, written: str) -> "MasterKeys":
        """Return the ring of a comma list of base64 keys; raise `Misconfigured` naming the entry."""
        return cls.read(written.split(","))

    @classmethod
    def read(cls, entries: Sequence[str], kms: Kms | None = None) -> "MasterKeys":
        """Return the ring of base64 keys, or of what `kms` opens; raise `Misconfigured` naming the entry."""
        count = len(entries)
        return cls(
            [_read(entry, f"{SETTING}, key {n} of {count},", kms) for n, entry in enumerate(entries, 1)]
        )

    def __repr__(self) -> str:
        return f"<MasterKeys {', '.join(self.ids)}>"

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """Return bytes sealed by the current key."""
        return self._boxes[bytes.fromhex(self.current)].seal(plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Return the plain bytes; raise `Unsealable` when no key of the ring opens them."""
        box = self._boxes.get(sealed_by(sealed))
        if box is None:
            raise Unsealable
        return box.open(sealed, place)


def _read(entry: str, whose: str, kms: Kms | None) -> bytes:
    if kms is not None and entry.strip().startswith(PREFIX):
        return kms.open(entry, whose)
    return read_key(entry, whose)


def _box(key: bytes) -> tuple[bytes, Box]:
    key_id = derive(key, "master id", length=KEY_ID_BYTES)
    return key_id, Box(derive(key, "master seal"), key_id)
