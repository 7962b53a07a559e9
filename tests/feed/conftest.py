"""Each test of the feed has a key store of its own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_keystore(settings: Any, tmp_path: Path) -> None:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = tmp_path / "ledger" / "erasures.sqlite3"
