"""Ed25519 (RFC 8032) for receipts: we sign, anybody verifies with the public key alone."""

from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from connectors.errors import Misconfigured, Unverified
from connectors.vault.aead import Guarded
from connectors.vault.keytext import new_key_text, read_key, write_key

SETTING: Final = "MINTA_RECEIPT_KEY"


def new_signing_key() -> str:
    """Return a new signing key as the text that MINTA_RECEIPT_KEY takes."""
    return new_key_text()


class Signer(Guarded):
    """Sign with the key of this installation; from the 32 bytes that RFC 8032 calls the private key."""

    __slots__ = ("_key", "public_key_text")
    _key: Ed25519PrivateKey
    #: The public key, 32 bytes in URL-safe base64.
    public_key_text: str

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key_text = write_key(self._key.public_key().public_bytes_raw())

    @classmethod
    def parse(cls, written: str) -> "Signer":
        """Return the signer of a base64 key; raise `Misconfigured` naming MINTA_RECEIPT_KEY."""
        return cls(read_key(written, SETTING))

    def __repr__(self) -> str:
        return f"<Signer {self.public_key_text}>"

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return self._key.sign(message)


def verify(public_key_text: str, message: bytes, signature: bytes) -> Literal[True]:
    """Return True, or raise `Unverified` when key, message or signature is not what was signed."""
    try:
        key = Ed25519PublicKey.from_public_bytes(read_key(public_key_text, "The public key"))
        key.verify(signature, message)
    except (InvalidSignature, Misconfigured, AttributeError, TypeError, ValueError):
        raise Unverified("The signature does not verify.") from None
    return True
