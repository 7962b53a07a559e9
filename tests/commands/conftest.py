"""Each test of a command has a key store of its own."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command


class Said(NamedTuple):
    """What a command wrote."""

    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture(autouse=True)
def _own_var_dir(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    tmp_path.chmod(0o700)
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = tmp_path / "ledger" / "erasures.sqlite3"
    settings.SPOOL_DIR = tmp_path / "spool"


@pytest.fixture
def run() -> Run:
    """Run a command and return what it wrote."""

    def run(*words: str) -> Said:
        out, err = StringIO(), StringIO()
        call_command(*words, stdout=out, stderr=err)
        return Said(out.getvalue(), err.getvalue())

    return run
