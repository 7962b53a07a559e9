"""The app served for real, a sandbox for real, and a merchant between them, new for each test."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox
from tests.cast import PREVIOUS_SECRET, SECRET
from tests.journeys.merchant import Merchant
from tests.journeys.served import served

CLIENT_ID = "minta-test-client-id"
_handles = itertools.count(1)


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    """Run one sandbox for all tests of this process; each has a store of its own."""
    secrets = f"{SECRET},{PREVIOUS_SECRET}"
    with running_sandbox(stores="nobodys-store", client_id=CLIENT_ID, client_secret=secrets) as sandbox:
        yield sandbox


def rest_apart(settings: Any, folder: Path) -> None:
    """Give a test a key store and spools of its own."""
    settings.KEYSTORE_PATH = folder / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = folder / "ledger" / "erasures.sqlite3"
    settings.SPOOL_DIR = folder / "spool"


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """Serve the app for all tests of this process."""
    with served() as url:
        yield url


@pytest.fixture
def sandbox(
    running: Sandbox, app_url: str, transactional_db: None, settings: Any, tmp_path: Path
) -> Iterator[Sandbox]:
    """Wire the app and the sandbox to each other."""
    rest_apart(settings, tmp_path)
    settings.PUBLIC_URL = app_url
    settings.PLATFORMS = {
        "shopify": settings.PLATFORMS["shopify"] | {"origin": running.shopify_origin, "client_id": CLIENT_ID}
    }
    running.app(url=app_url)
    running.retries(0)
    yield running
    running.clear_faults()
    running.bulk(**_PLAN)
    # What comes after the test's end would find no database.
    running.flush()


_PLAN = {
    "delay_seconds": 0.0,
    "order": "grouped",
    "parent": "node",
    "outcome": "COMPLETED",
    "partial": False,
    "counts_off_by": 0,
    "webhook": True,
}


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """Return a browser."""
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


Arrive = Callable[..., Merchant]


@pytest.fixture
def arrive(sandbox: Sandbox, session: requests.Session) -> Arrive:
    """Return a function that opens one more store at the platform, without the app."""

    def begin(*, products: int | None = 4, orders: int = 6) -> Merchant:
        handle = f"test-store-{next(_handles)}"
        known = sandbox.create_store(handle, orders=orders, products=products)
        seen = max((int(each["number"]) for each in sandbox.requests()), default=0)
        return Merchant(sandbox, str(known["domain"]), session, seen)

    return begin


@pytest.fixture
def merchant(arrive: Arrive) -> Merchant:
    """Return a merchant who has not installed the app."""
    return arrive()
