"""Four primitives that all sealed bytes are made of: places, derived keys, MACs, boxes.

    sealed = version 1 | key id 8 | nonce 12 | ciphertext | tag 16

docs/vault.md shows every byte and holds the test vectors.
"""

import hmac
from os import urandom
from typing import Final, Never

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connectors.errors import Unsealable

VERSION: Final = b"\x01"
SECRET_BYTES: Final = 32
KEY_ID_BYTES: Final = 8
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
HEAD_BYTES: Final = len(VERSION) + KEY_ID_BYTES
BODY_AT: Final = HEAD_BYTES + NONCE_BYTES
#: What a sealed value is longer than its plain one.
OVERHEAD_BYTES: Final = BODY_AT + TAG_BYTES

SALT: Final = b"minta vault"

# PostgreSQL's driver returns memoryview, SQLite's bytes.
SealedBytes = bytes | bytearray | memoryview


class Guarded:
    """Hold a secret: set once, shown nowhere, never pickled or copied."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        if hasattr(self, name):
            raise AttributeError(f"{type(self).__name__}.{name} does not change")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} does not change")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError(f"{type(self).__name__} holds a secret and is neither pickled nor copied")


def fields(*parts: bytes) -> bytes:
    """Return the parts, each behind its length in 4 bytes, so that no two lists give the same bytes."""
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])


def text(value: str) -> bytes:
    """Return UTF-8; lone surrogates, which a platform's ids may hold, get bytes of their own."""
    return value.encode("utf-8", "surrogatepass")


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """Return `length` bytes of HKDF-SHA256 (RFC 5869)."""
    return HKDF(SHA256(), length, salt, info).derive(secret)


def derive(secret: bytes, label: str, *context: bytes, length: int = SECRET_BYTES) -> bytes:
    """Return the key that `secret` has for one use and one context."""
    return hkdf(secret, SALT, fields(text(label), *context), length)


def mac(key: bytes, message: bytes) -> bytes:
    """Return the 32 bytes of HMAC-SHA256."""
    return hmac.digest(key, message, "sha256")


class Box(Guarded):
    """Seal and open under one derived key; the cipher is built once."""

    __slots__ = ("_cipher", "head")
    _cipher: AESGCM
    head: bytes

    def __init__(self, key: bytes, key_id: bytes) -> None:
        self._cipher = AESGCM(key)
        self.head = VERSION + key_id

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """Return sealed bytes that open at this place only."""
        nonce = urandom(NONCE_BYTES)
        return b"".join((self.head, nonce, self._cipher.encrypt(nonce, plain, place)))

    def open(self, sealed: SealedBytes, place: bytes) -> bytes:
        """Return the plain bytes; raise `Unsealable`, always the same, for everything else."""
        if not isinstance(sealed, bytes):
            sealed = as_bytes(sealed)
        if len(sealed) < OVERHEAD_BYTES or sealed[:HEAD_BYTES] != self.head:
            raise Unsealable
        try:
            return self._cipher.decrypt(sealed[HEAD_BYTES:BODY_AT], sealed[BODY_AT:], place)
        except InvalidTag:
            raise Unsealable from None


def as_bytes(sealed: object) -> bytes:
    """Return what a database driver gave as bytes; raise `Unsealable` for text, None and numbers."""
    if not isinstance(sealed, bytearray | memoryview):
        raise Unsealable
    return bytes(sealed)


def sealed_by(sealed: bytes) -> bytes:
    """Return the public id of the key that sealed these bytes."""
    return sealed[len(VERSION) : HEAD_BYTES]
