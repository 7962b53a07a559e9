"""A store that is open, and keys of its own for each test."""

from typing import Any

import pytest

from connectors.models import Store
from connectors.vault import StoreKey
from tests import cast


@pytest.fixture(autouse=True)
def _own_keys(settings: Any, tmp_path: Any) -> None:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.SPOOL_DIR = tmp_path / "spool"


@pytest.fixture
def cedar() -> tuple[Store, StoreKey]:
    """A store that is open, with a few records."""
    store, key = cast.store()
    cast.keep(store, key, cast.product(), cast.sale(5), cast.sale(6))
    return store, key
