"""A vendor in a process of its own, a processor that speaks to it, and a store whose merchant may consent."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.models import Store
from connectors.policy.clauses import Processor as Named
from connectors.processors import PROCESSORS
from connectors.sharing import consents
from connectors.vault import StoreKey
from connectors.work import engine
from tests import cast
from tests.sharing.acme import Acme

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Truth:
    """The vendor, and what it really holds."""

    origin: str

    def mind(self, **manners: Any) -> None:
        """Change its manners."""
        requests.post(f"{self.origin}/control", json=manners, timeout=5).raise_for_status()

    @property
    def copies(self) -> dict[str, str]:
        """Name -> body, of what is there."""
        found: dict[str, str] = self._told()["copies"]
        return found

    @property
    def asked(self) -> list[list[str]]:
        """Method and name of every call, in their order."""
        found: list[list[str]] = self._told()["asked"]
        return found

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = requests.get(f"{self.origin}/truth", timeout=5).json()
        return told


@pytest.fixture(scope="session")
def _vendor() -> Iterator[Truth]:
    command = [sys.executable, "-m", "tests.sharing.vendor"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as ran:
        assert ran.stdout is not None
        yield Truth(f"http://127.0.0.1:{int(ran.stdout.readline())}")
        ran.kill()


@pytest.fixture(autouse=True)
def _own_var_dir(settings: Any, tmp_path: Path) -> None:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.LEDGER_PATH = tmp_path / "ledger" / "erasures.sqlite3"


@pytest.fixture
def vendor(_vendor: Truth, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Truth:
    """The vendor, as good as new, behind the processors `acme` (Intercom's part) and `chest` (AWS's)."""
    _vendor.mind(reset=True)
    parts = {"acme": Named.INTERCOM, "chest": Named.AWS}
    for name in list(PROCESSORS):
        monkeypatch.delitem(PROCESSORS, name)
    for name, title in parts.items():
        monkeypatch.setitem(PROCESSORS, name, Acme(name, title))
    settings.PROCESSORS = {name: {"origin": _vendor.origin, "token": "t0ken-of-acme"} for name in parts}
    return _vendor


@pytest.fixture
def cedar() -> Store:
    """A store with a record of its own."""
    return cedar_and_key()[0]


def cedar_and_key() -> tuple[Store, StoreKey]:
    """Return a store with a record of its own, and its key."""
    store, key = cast.store()
    cast.keep(store, key, cast.store_info())
    return store, key


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def drain(after: timedelta = timedelta()) -> None:
    """Do what is due, or will be by then."""
    engine().drain(now() + after)


def share(store: Store, processor: str = "acme") -> None:
    """Consent, and let it go."""
    consents.give(store, processor, now())
    drain()
