"""What holds a secret shows it nowhere, is not copied, and does not change."""

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from connectors.errors import VaultError
from connectors.vault import Finder, Keeper, MasterKeys, Signer, StoreKey
from connectors.vault.wrapping import WrappingKey

SECRET = bytes(range(32))


@pytest.fixture(params=["store key", "masters", "wrapping key", "finder", "keeper", "signer"])
def secret_holder(request: pytest.FixtureRequest) -> object:
    makers: dict[str, Callable[[], object]] = {
        "store key": lambda: StoreKey(SECRET, "st_ours", 1),
        "masters": lambda: MasterKeys([SECRET]),
        "wrapping key": lambda: WrappingKey(SECRET, datetime(2026, 1, 1, tzinfo=UTC)),
        "finder": lambda: Finder(SECRET),
        "keeper": lambda: Keeper(SECRET),
        "signer": lambda: Signer(SECRET),
    }
    return makers[request.param]()


def test_a_secret_is_not_shown(secret_holder: object) -> None:
    for shown in (repr(secret_holder), str(secret_holder), f"{secret_holder}"):
        assert "\\x" not in shown
        assert SECRET.hex() not in shown
        assert shown.startswith("<")


def test_a_secret_is_neither_pickled_nor_copied(secret_holder: object) -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="holds a secret"):
            attempt(secret_holder)


def test_a_secret_does_not_change(secret_holder: object) -> None:
    for name in type(secret_holder).__slots__:  # type: ignore[attr-defined]
        with pytest.raises(AttributeError, match="does not change"):
            setattr(secret_holder, name, b"other")
        with pytest.raises(AttributeError, match="does not change"):
            delattr(secret_holder, name)


@pytest.mark.parametrize("secret", [b"", b"x" * 31, b"x" * 33])
def test_a_store_key_has_32_bytes(secret: bytes) -> None:
    with pytest.raises(VaultError, match="32 bytes"):
        StoreKey(secret, "st_ours", 1)


def test_a_store_key_belongs_to_a_store() -> None:
    with pytest.raises(VaultError, match="reference of its store"):
        StoreKey(SECRET, "", 1)
