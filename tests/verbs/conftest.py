"""Each test of a verb has a key store and a spool of its own."""

from pathlib import Path
from typing import Any

import pytest

from connectors.platforms import PLATFORMS
from tests.pages.acme import SETTINGS
from tests.verbs.birch import Birch


@pytest.fixture(autouse=True)
def _own_var_dir(settings: Any, tmp_path: Path) -> None:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.LEDGER_PATH = tmp_path / "ledger" / "erasures.sqlite3"


@pytest.fixture
def birch(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Birch:
    """A platform that does what the test says."""
    platform = Birch()
    settings.PLATFORMS = {**settings.PLATFORMS, "birch": SETTINGS}
    monkeypatch.setitem(PLATFORMS, "birch", platform)
    return platform
