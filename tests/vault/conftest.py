"""The cast: two stores that must never meet, and a key store of the test's own."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from connectors.vault import KeyStore, MasterKeys, StoreKey, new_master_key


@pytest.fixture
def ours() -> StoreKey:
    return StoreKey(bytes(range(32)), "st_ours", 1)


@pytest.fixture
def theirs() -> StoreKey:
    return StoreKey(bytes(range(32, 64)), "st_theirs", 1)


@pytest.fixture
def masters() -> MasterKeys:
    return MasterKeys.parse(new_master_key())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power loss, does not see the difference."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with TemporaryDirectory(dir=in_memory if os.access(in_memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


@pytest.fixture
def keys_path(folder: Path) -> Path:
    return folder / "keys" / "keys.sqlite3"


@pytest.fixture
def keystore(keys_path: Path, masters: MasterKeys) -> KeyStore:
    return KeyStore(keys_path, masters)
