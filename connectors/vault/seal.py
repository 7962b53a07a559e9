"""One store's key: what it seals opens in the same store, epoch, kind and name, and nowhere else.

key.seal("product", row_name, plain)    -> bytes
key.open("product", row_name, sealed)   -> plain, or `Unsealable`
key.keep("grant", row_name, value)      -> bytes, with the value's type kept apart: "", 0, False, None
key.recall("grant", row_name, sealed, Grant)
"""

from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, TypeVar, overload

import msgspec

from connectors.errors import Unsealable, VaultError
from connectors.vault.aead import (
    KEY_ID_BYTES,
    SECRET_BYTES,
    VERSION,
    Box,
    Guarded,
    SealedBytes,
    derive,
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

    Built from 32 random bytes, which it does not keep: only the keys derived from them.
    """

    __slots__ = ("_box", "_digest_key", "_fingerprint_key", "_places", "epoch", "id", "store")
    store: str
    epoch: int
    #: The key's public id, 16 hexadecimal digits: names the key in receipts, opens nothing.
    id: str
    _box: Box
    _fingerprint_key: bytes
    _digest_key: bytes
    _places: dict[str, bytes]

    def __init__(self, secret: bytes, store: str, epoch: int) -> None:
        if len(secret) != SECRET_BYTES:
            raise VaultError(f"A store key is made of {SECRET_BYTES} bytes.")
        if not store:
            raise VaultError("A store key needs the reference of its store.")
        whose = (text(store), epoch.to_bytes(8, "big"))
        key_id = derive(secret, "id", *whose, length=KEY_ID_BYTES)
        self.store = store
        self.epoch = epoch
        self.id = key_id.hex()
        self._box = Box(derive(secret, "seal", *whose), key_id)
        self._fingerprint_key = derive(secret, "fingerprint", *whose)
        self._digest_key = derive(secret, "digest", *whose)
        self._places = {}

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
        return self._box.open(sealed, place)

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
