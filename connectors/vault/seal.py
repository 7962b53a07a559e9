"""One store's key: what it seals opens in the same store, epoch, kind and name, and nowhere else.

key.seal("product", row_name, plain)    -> bytes
key.open("product", row_name, sealed)   -> plain, or `Unsealable`
key.keep("grant", row_name, value)      -> bytes, with the value's type kept apart: "", 0, False, None
key.recall("grant", row_name, sealed, Grant)
"""

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, TypeVar, overload

import msgspec

from connectors.errors import KeyGone, Unsealable, VaultError
from connectors.vault import payload
from connectors.vault.aead import (
    HEAD_BYTES,
    VERSION,
    Box,
    Guarded,
    SealedBytes,
    as_bytes,
    fields,
    mac,
    text,
)

FINGERPRINT_BYTES: Final = 16
DIGEST_BYTES: Final = 16

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder(decimal_format="string")


@lru_cache(maxsize=256)
def _decoder(into: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(into, strict=True)


class StoreKey(Guarded):
    """Seal and open what belongs to one store in one epoch.

    Built from what was wrapped of it (`connectors.vault.payload`), which it does not keep: only the keys
    derived from it. While a store is re-sealed it opens what was sealed before, too.
    """

    __slots__ = (
        "_box",
        "_digest_key",
        "_fingerprint_key",
        "_others",
        "_places",
        "_renew",
        "epoch",
        "id",
        "previous_id",
        "store",
    )
    store: str
    epoch: int
    #: The key's public id, 16 hexadecimal digits: names the key in receipts, opens nothing.
    id: str
    #: The public id of what sealed before, while a re-seal is under way; else empty.
    previous_id: str
    _box: Box
    _others: dict[bytes, Box]
    _renew: Callable[[], bytes] | None
    _fingerprint_key: bytes
    _digest_key: bytes
    _places: dict[str, bytes]

    def __init__(
        self, secret: bytes, store: str, epoch: int, renew: Callable[[], bytes] | None = None
    ) -> None:
        """`renew` returns what is wrapped now: asked when a value names a key that came after this one."""
        if not store:
            raise VaultError("A store key needs the reference of its store.")
        parts = payload.read(secret, store, epoch)
        self.store = store
        self.epoch = epoch
        self._box = payload.box(parts.sealing, store, epoch)
        self._others = {}
        self.id = _id(self._box)
        self._fingerprint_key = parts.fingerprint
        self._digest_key = parts.digest
        self._places = {}
        self.previous_id = self._learn(parts.previous) if parts.previous else ""
        self._renew = renew

    def __repr__(self) -> str:
        return f"<StoreKey {self.id} of store {self.store}, epoch {self.epoch}>"

    def seal(self, kind: str, name: str | bytes, plain: bytes, /) -> bytes:
        """Return sealed bytes, 37 longer than the plain ones."""
        return self._box.seal(plain, self._place(kind, name))

    def open(self, kind: str, name: str | bytes, sealed: SealedBytes, /) -> bytes:
        """Return the plain bytes.

        Raises `Unsealable`, one sentence without detail, when the bytes were sealed for another place or
        by another key, were changed, or were never sealed.
        """
        try:
            place = self._place(kind, name)
        except (AttributeError, TypeError, ValueError):
            raise Unsealable from None
        if not isinstance(sealed, bytes):
            sealed = as_bytes(sealed)
        box = self._box if sealed.startswith(self._box.head) else self._other(sealed)
        return box.open(sealed, place)

    def keep(self, kind: str, name: str | bytes, value: object, /) -> bytes:
        """Return a typed value, sealed; a dataclass, struct, text, number, time, None or a tree of these."""
        try:
            plain = _encoder.encode(value)
        except Exception as failure:
            # The cause may hold the value: UnicodeEncodeError carries the whole text.
            raise VaultError(f"A value of kind {kind} cannot be kept: {type(failure).__name__}.") from None
        return self.seal(kind, name, plain)

    @overload
    def recall(self, kind: str, name: str | bytes, sealed: SealedBytes, into: type[T], /) -> T: ...
    @overload
    def recall(self, kind: str, name: str | bytes, sealed: SealedBytes, into: Any, /) -> Any: ...
    def recall(self, kind: str, name: str | bytes, sealed: SealedBytes, into: Any, /) -> Any:
        """Return the value that `keep` sealed; raise `Unsealable` when it is not of this type."""
        decoder = _decoder(into)
        try:
            return decoder.decode(self.open(kind, name, sealed))
        except Exception:
            # Whatever a type's own checks raise may hold the value.
            raise Unsealable from None

    def fingerprint(self, kind: str, name: str, /) -> bytes:
        """Return 16 bytes that find a row by a platform's id, different in every store and kind."""
        return mac(self._fingerprint_key, fields(text(kind), text(name)))[:FINGERPRINT_BYTES]

    def digest(self, plain: bytes, /) -> bytes:
        """Return 16 bytes that change when the content changes, and tell nothing else without the key."""
        return blake2b(plain, key=self._digest_key, digest_size=DIGEST_BYTES).digest()

    def _learn(self, sealing: bytes) -> str:
        box = payload.box(sealing, self.store, self.epoch)
        self._others[box.head] = box
        return _id(box)

    def _other(self, sealed: bytes) -> Box:
        """Return what opens a value that this key did not seal; the key itself when nothing does."""
        head = sealed[:HEAD_BYTES]
        if head not in self._others and self._renew is not None and len(head) == HEAD_BYTES:
            try:
                now = payload.read(self._renew(), self.store, self.epoch)
            except KeyGone:
                raise Unsealable from None
            for sealing in filter(None, (now.sealing, now.previous)):
                self._learn(sealing)
        return self._others.get(head, self._box)

    def _place(self, kind: str, name: str | bytes) -> bytes:
        end = text(name) if isinstance(name, str) else name
        if not end:
            raise ValueError("a sealed value needs a name")
        start = self._places.get(kind) or self._start(kind)
        return start + len(end).to_bytes(4, "big") + end

    def _start(self, kind: str) -> bytes:
        """Return all of a place but its name; kinds are few, so it is made once for each."""
        if not kind:
            raise ValueError("a sealed value needs a kind")
        start = fields(b"minta", VERSION, text(self.store), self.epoch.to_bytes(8, "big"), text(kind))
        self._places[kind] = start
        return start


def _id(box: Box) -> str:
    return box.head[len(VERSION) :].hex()
