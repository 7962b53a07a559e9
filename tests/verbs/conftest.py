"""Each test of a verb has a key store and a spool of its own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_var_dir(settings: Any, tmp_path: Path) -> None:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.SPOOL_DIR = tmp_path / "spool"
