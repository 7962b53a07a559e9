"""What sealing and opening a record costs beside the cipher alone."""

import os
import secrets
import timeit
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.vault import StoreKey

BYTES = 1000
_ROUNDS = 20_000


def run() -> Iterator[str]:
    """Measure 1 kB."""
    key = StoreKey(secrets.token_bytes(32), "st_bench", 1)
    cipher, plain, name = AESGCM(secrets.token_bytes(32)), os.urandom(BYTES), os.urandom(16)
    sealed = key.seal("product", name, plain)
    nonce = os.urandom(12)
    bare = cipher.encrypt(nonce, plain, None)
    yield f"sealing {BYTES} bytes"
    yield _line(
        "seal", lambda: cipher.encrypt(os.urandom(12), plain, None), lambda: key.seal("product", name, plain)
    )
    yield _line("open", lambda: cipher.decrypt(nonce, bare, None), lambda: key.open("product", name, sealed))


def _line(what: str, floor: Callable[[], object], ours: Callable[[], object]) -> str:
    floor_us, ours_us = _microseconds(floor), _microseconds(ours)
    ratio = ours_us / floor_us
    return f"  {what}     cipher alone {floor_us:5.2f} us   product {ours_us:5.2f} us   {ratio:5.2f} x floor"


def _microseconds(verb: Callable[[], object]) -> float:
    return min(timeit.repeat(verb, number=_ROUNDS, repeat=5)) / _ROUNDS * 1e6
