"""The wrapping keys and their file, which stands beside the key store and in no backup of it.

    keystore.sqlite3    every store key, wrapped                      may be backed up
    keystore.wrap       the wrapping keys, sealed by a master key     never in the same backup

A wrapping key turns over: what an old one wrapped, in whatever backup, opens no more.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import Final, Literal

import msgspec

from connectors.errors import Misconfigured, Unsealable
from connectors.vault.aead import (
    KEY_ID_BYTES,
    OVERHEAD_BYTES,
    SECRET_BYTES,
    VERSION,
    Box,
    Guarded,
    derive,
    fields,
    sealed_by,
    text,
)
from connectors.vault.ring import SETTING, MasterKeys

Held = Literal["live", "quarantined", "finder"]

PLACE: Final = fields(b"minta wrapping keys", VERSION)


class WrappingKey(Guarded):
    """Wrap store keys; every state has a key of its own, so that only the right question opens one."""

    __slots__ = ("_boxes", "_secret", "id", "made_at")
    id: bytes
    made_at: datetime
    _secret: bytes
    #: Made once for each state: a turn-over wraps thousands.
    _boxes: dict[Held, Box]

    def __init__(self, secret: bytes, made_at: datetime) -> None:
        self.id = derive(secret, "wrapping id", length=KEY_ID_BYTES)
        self.made_at = made_at
        self._secret = secret
        self._boxes = {}

    @classmethod
    def new(cls, now: datetime) -> "WrappingKey":
        """Return a random one."""
        return cls(token_bytes(SECRET_BYTES), now)

    def wrap(self, secret: bytes, store: str, epoch: int, state: Held) -> bytes:
        """Return a store key's secret, wrapped for this store, epoch and state."""
        return self._box(state).seal(secret, _place(store, epoch, state))

    def unwrap(self, wrapped: bytes, store: str, epoch: int, state: Held) -> bytes:
        """Return the secret; raise `Unsealable` when it was wrapped for anything else."""
        return self._box(state).open(wrapped, _place(store, epoch, state))

    def written(self) -> tuple[bytes, datetime]:
        """Return what the wrap file holds of it, in clear: for `WrapFile` only."""
        return self._secret, self.made_at

    def _box(self, state: Held) -> Box:
        box = self._boxes.get(state)
        if box is None:
            box = self._boxes[state] = Box(derive(self._secret, "wrap", text(state)), self.id)
        return box


def _place(store: str, epoch: int, state: Held) -> bytes:
    return fields(b"minta store key", VERSION, text(store), epoch.to_bytes(8, "big"), text(state))


class WrapFile:
    """Read the wrapping keys; replace them, but only while holding the key store's write lock."""

    def __init__(self, path: Path, masters: MasterKeys) -> None:
        self.path = path
        self._masters = masters
        self._next = path.with_name(path.name + ".next")
        self._replaced = path.with_name(path.name + ".replaced")

    def read(self) -> list[WrappingKey]:
        """Return the wrapping keys, newest first.

        Raises `Misconfigured` when the file is missing, or when no master key opens it.
        """
        try:
            found = None
            while found is None:
                found = self._attempt()
        except FileNotFoundError:
            raise Misconfigured(
                f"{self.path} is missing: it holds the wrapping keys, and no store key opens without it."
            ) from None
        return [WrappingKey(secret, made_at) for secret, made_at in found]

    def find(self, key_id: bytes) -> WrappingKey | None:
        """Return the wrapping key with this id; None when it is no more, or not yet."""
        return next((key for key in self.read() if key.id == key_id), None)

    def sealed_by(self) -> str:
        """Return the public id of the master key that sealed the file."""
        return sealed_by(self.path.read_bytes()).hex()

    def write(self, keys: Sequence[WrappingKey]) -> None:
        """Replace the file by these keys, newest first.

        Whoever reads meanwhile, or after a kill anywhere in here, finds the old file or the new one.
        """
        sealed = self._masters.seal(msgspec.msgpack.encode([key.written() for key in keys]), PLACE)
        self._shred_left()
        _write_whole(self._next, sealed)
        if self.path.exists():
            # A second name for the old bytes, so that a killed replacement can still be overwritten later.
            os.link(self.path, self._replaced)
        os.replace(self._next, self.path)
        self._shred_left()
        sync_folder(self.path.parent)

    def _attempt(self) -> list[tuple[bytes, datetime]] | None:
        """Return what the file holds, or None when it was replaced, and so overwritten, while it was read."""
        with self.path.open("rb") as file:
            try:
                return _decoder.decode(self._masters.open(file.read(), PLACE))
            except Unsealable:
                # The number of an open file is not given to another: the same number is the same file.
                if self.path.stat().st_ino != os.fstat(file.fileno()).st_ino:
                    return None
                raise Misconfigured(
                    f"No key of {SETTING} opens {self.path}, which holds the wrapping keys."
                ) from None

    def _shred_left(self) -> None:
        """Overwrite and remove what this replacement, or a killed one, left behind."""
        lefts = [path for path in (self._next, self._replaced) if path.exists()]
        if lefts:
            # A power loss must not bring back the old name of what is overwritten now.
            sync_folder(self.path.parent)
        for left in lefts:
            # A kill before the replacement leaves two names of one file: the current one.
            if not (self.path.exists() and left.samefile(self.path)):
                _write_whole(left, token_bytes(max(left.stat().st_size, OVERHEAD_BYTES)), truncate=False)
            left.unlink()
        if lefts:
            sync_folder(self.path.parent)


_decoder = msgspec.msgpack.Decoder(list[tuple[bytes, datetime]])


def _write_whole(path: Path, content: bytes, *, truncate: bool = True) -> None:
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if truncate else 0)
    with open(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder_fd)
    finally:
        os.close(folder_fd)
