"""Of a destroyed key no byte is left: in no file, log, table, dump or file of the database's server."""

import base64
import logging
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from connectors import configured, grants, rotation
from connectors.errors import KeyGone, Unsealable
from connectors.models import FeedCopy, Receipt, Row, Store, StoreState
from connectors.platforms.opening import Grant
from connectors.vault import aead, payload, wrapping
from tests.exports.reading import made
from tests.vault.bytes_found import Log, database, files, found, var_folders
from tests.vault.onlooker import rows
from tests.verbs.conftest import _own_var_dir
from tests.verbs.holders import leave, rest
from tests.videos.cast import announced, kept, stocked

__all__ = ["_own_var_dir"]
pytestmark = pytest.mark.django_db(transaction=True)


class Witness:
    """Remembers every secret that was ever drawn, and every form in which one was wrapped."""

    def __init__(self) -> None:
        self.store: dict[str, bytes] = {}
        self.wrapping: list[bytes] = []
        self.wrapped: dict[str, bytes] = {}

    def watch(self, ref: str, moment: str) -> None:
        """Take down what stands in the key store about a store."""
        path = configured.keystore()._file.path
        for (blob,) in rows(path, "SELECT wrapped FROM store_keys WHERE store = ?", ref):
            assert isinstance(blob, bytes)
            self.wrapped[f"wrapped {moment}"] = blob
        secret = payload.read(configured.keystore()._secret(ref, 1), ref, 1)
        self.store |= {f"{name} {moment}": each for name, each in secret._asdict().items() if each}

    def needles(self, ref: str) -> dict[str, bytes]:
        """Return all that may be nowhere: secrets, what is derived of them, and what they were wrapped as."""
        whose = aead.text(ref), (1).to_bytes(8, "big")
        derived = {
            f"seal of {name}": aead.derive(secret, "seal", *whose)
            for name, secret in self.store.items()
            if not name.startswith(("fingerprint", "digest"))
        }
        # The newest wraps what lives.
        old = {f"wrapping key {n}": secret for n, secret in enumerate(self.wrapping[:-1])}
        boxes = {
            f"{state} box of {name}": aead.derive(secret, "wrap", aead.text(state))
            for name, secret in old.items()
            for state in ("live", "quarantined")
        }
        return {**self.store, **derived, **old, **boxes, **self.wrapped}


@pytest.fixture
def witness(monkeypatch: pytest.MonkeyPatch) -> Witness:
    seen = Witness()
    draw = secrets.token_bytes

    def drawn(count: int) -> bytes:
        secret = draw(count)
        if count == aead.SECRET_BYTES:
            seen.wrapping.append(secret)
        return secret

    monkeypatch.setattr(wrapping, "token_bytes", drawn)
    return seen


@pytest.fixture
def log() -> Iterator[Log]:
    """Everything that this process says, down to each statement."""
    told, root = Log(), logging.getLogger()
    before = root.level
    root.addHandler(told)
    root.setLevel(logging.DEBUG)
    yield told
    root.removeHandler(told)
    root.setLevel(before)


def whole_life(witness: Witness) -> Store:
    """Install, fill, re-seal, turn over (one of them killed), put aside, take back; returns the store."""
    store, key = stocked()
    keys = configured.keystore()
    witness.watch(store.ref, "when new")
    grants.put(store, key, Grant("cedar.myshopify.com", "token"), timezone.now())
    kept(announced(store))
    made(store)
    keys.turn(store.ref, 1, key.id)
    witness.watch(store.ref, "while turning")
    rotation.reseal(store.pk, key.id)
    witness.watch(store.ref, "when re-sealed")
    with pytest.raises(KeyboardInterrupt):
        keys.turn_over(interrupted)
    witness.watch(store.ref, "when killed")
    keys.quarantine(store.ref, 1)
    keys.turn_over(resume=True)
    keys.revive(store.ref, 1)
    witness.watch(store.ref, "when revived")
    return store


def interrupted(looked: int, total: int) -> None:
    """Stand for the end of a process."""
    raise KeyboardInterrupt


def everything(log: Log) -> Iterator[tuple[str, bytes]]:
    yield "the log", "\n".join(log.lines).encode()
    yield from files(*var_folders())
    yield from database()


def wrapped_places(path: Path) -> list[bytes]:
    """Return whatever in the files of the keys could be a wrapped key: it begins with the version."""
    content = b"".join(each for _, each in files(path.parent))
    starts = [at for at in range(len(content)) if content[at : at + 1] == aead.VERSION]
    lengths = [aead.OVERHEAD_BYTES + size for size in (32, 96, 128)]
    return [content[at : at + length] for at in starts for length in lengths]


def test_no_byte_of_a_destroyed_key_is_left_anywhere(witness: Witness, log: Log) -> None:
    store = whole_life(witness)
    other, _ = stocked("maple.myshopify.com")
    needles = witness.needles(store.ref)
    assert len(needles) > 20
    # The search finds what is there: the last wrapping of the key that still lives.
    assert any(hit.endswith("wrapped when revived") for hit in found(everything(log), needles))

    FeedCopy.objects.all().delete()  # what the pipeline holds is another matter
    leave(store)
    rest()

    store.refresh_from_db()
    assert store.state == StoreState.ERASED
    assert Receipt.objects.filter(store_ref=store.ref).exists()
    assert found(everything(log), witness.needles(store.ref)) == set()
    assert configured.keystore().state(other.ref, 1) == "live"


def test_nothing_in_the_key_files_can_be_unwrapped_for_a_store_that_is_erased(
    witness: Witness, settings: Any
) -> None:
    store = whole_life(witness)
    other, _ = stocked("maple.myshopify.com")
    leave(store)
    rest()
    blobs = wrapped_places(settings.KEYSTORE_PATH)
    keys = configured.keystore()._wraps.read()

    def opened(ref: str) -> int:
        count = 0
        for key in keys:
            for blob in blobs:
                for state in ("live", "quarantined"):
                    try:
                        key.unwrap(blob, ref, 1, state)
                    except Unsealable:
                        continue
                    count += 1
        return count

    assert len(keys) == 1
    assert opened(other.ref) == 1
    assert opened(store.ref) == 0
    with pytest.raises(KeyGone):
        configured.keystore().get(store.ref, 1)


@pytest.mark.parametrize("written", [bytes.hex, repr, base64.b64encode, lambda secret: {"k": [secret]}])
def test_a_secret_that_is_said_is_found(log: Log, written: Any) -> None:
    secret = bytes(range(100, 132))
    logging.getLogger("connectors").debug("leaked %s", written(secret))
    assert found([("the log", "\n".join(log.lines).encode())], {"planted": secret}) == {"the log: planted"}


def test_a_secret_that_is_written_to_the_database_is_found() -> None:
    stocked()
    secret = bytes(range(100, 132))
    row = Row.objects.exclude(sealed=None)[0]
    Row.objects.filter(pk=row.pk).update(sealed=b"x" + secret)
    assert found(database(), {"planted": secret})
