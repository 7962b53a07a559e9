"""What is wrapped of a store's key: one secret, or, once it was re-sealed, what the use of it has become.

    32 bytes    secret: everything is derived from it
    96 bytes    sealing secret | fingerprint key | digest key
    128 bytes   the same | the sealing secret before it: a re-seal is under way

So a re-seal changes what seals, and no fingerprint and no digest: rows are found as before.
"""

from typing import Final, NamedTuple

from connectors.errors import VaultError
from connectors.vault.aead import KEY_ID_BYTES, SECRET_BYTES, Box, derive, text

SETTLED_BYTES: Final = 3 * SECRET_BYTES
TURNING_BYTES: Final = 4 * SECRET_BYTES


class Payload(NamedTuple):
    """The parts; `previous` is empty but while a re-seal is under way."""

    sealing: bytes
    fingerprint: bytes
    digest: bytes
    previous: bytes


def read(secret: bytes, store: str, epoch: int) -> Payload:
    """Return the parts of what was wrapped; raise `VaultError` when it has another length."""
    if len(secret) == SECRET_BYTES:
        whose = _whose(store, epoch)
        return Payload(secret, derive(secret, "fingerprint", *whose), derive(secret, "digest", *whose), b"")
    if len(secret) not in (SETTLED_BYTES, TURNING_BYTES):
        raise VaultError(f"A store key is made of {SECRET_BYTES} bytes.")
    return Payload(*(secret[at : at + SECRET_BYTES] for at in range(0, TURNING_BYTES, SECRET_BYTES)))


def turned(secret: bytes, fresh: bytes, store: str, epoch: int) -> bytes:
    """Return what is wrapped while `fresh` seals and what sealed before still opens."""
    before = read(secret, store, epoch)
    if before.previous:
        raise VaultError("A re-seal is under way: it must end before the next begins.")
    return fresh + before.fingerprint + before.digest + before.sealing


def settled(secret: bytes) -> bytes:
    """Return what is wrapped when nothing is sealed any more by the secret before."""
    return secret[:SETTLED_BYTES]


def box(sealing: bytes, store: str, epoch: int) -> Box:
    """Return what seals and opens with a sealing secret; its head names the key's public id."""
    whose = _whose(store, epoch)
    return Box(derive(sealing, "seal", *whose), derive(sealing, "id", *whose, length=KEY_ID_BYTES))


def _whose(store: str, epoch: int) -> tuple[bytes, bytes]:
    return text(store), epoch.to_bytes(8, "big")
