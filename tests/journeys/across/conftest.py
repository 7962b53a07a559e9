"""The app served for real, every platform's sandbox beside it, and merchants with stores there."""

import itertools
from collections.abc import Callable, Iterator
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.platforms import PLATFORMS
from connectors.platforms.wix import budget
from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox
from minta.env import Environment
from tests.journeys.across.bigcommerce import BigCommerceSide
from tests.journeys.across.side import Side
from tests.journeys.across.wix import WixV1, WixV3
from tests.journeys.conftest import rest_apart
from tests.journeys.merchant import Merchant

SIDES: tuple[Side, ...] = (BigCommerceSide(), WixV1(), WixV3())
#: At Wix, tests ask more in a minute than a merchant's site may; both paces have tests of their own.
_OWN = {"bigcommerce": {"quota": "100000"}, "wix": {"per_minute": "100000"}}
_SECRET = "hush-test-client-secret-0123456789abcdef"
_handles = itertools.count(1)
_LONGEST_SECONDS = 30.0


def _running(platform: str) -> Iterator[Sandbox]:
    with running_sandbox(
        platform=platform, stores="nobodys-store", client_secret=_SECRET, own=_OWN[platform], orders=0
    ) as sandbox:
        if platform == "wix":
            # A busy machine is not the fault that a late answer would be.
            sandbox.app(answer_seconds=_LONGEST_SECONDS)
        yield sandbox


@pytest.fixture(scope="session")
def bigcommerce() -> Iterator[Sandbox]:
    """Run BigCommerce for all tests of this process."""
    yield from _running("bigcommerce")


@pytest.fixture(scope="session")
def wix() -> Iterator[Sandbox]:
    """Run Wix for all tests of this process."""
    yield from _running("wix")


@pytest.fixture
def meet(
    app_url: str, transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Sandbox], Sandbox]]:
    """Return what wires the app and a sandbox to each other."""
    rest_apart(settings, tmp_path)
    settings.PUBLIC_URL = app_url
    settings.PLATFORMS = {name: {} for name in settings.PLATFORMS}
    monkeypatch.setattr(budget, "PER_SECOND", 10_000.0)
    met: list[Sandbox] = []

    def wire(sandbox: Sandbox) -> Sandbox:
        given = sandbox.settings()
        name = "wix" if "WIX_APP_ID" in given else "bigcommerce"
        configured = PLATFORMS[name].configure(Environment(given), insecure=True)
        settings.PLATFORMS = settings.PLATFORMS | {name: dict(configured)}
        sandbox.app(url=app_url)
        sandbox.retries(0)
        met.append(sandbox)
        return sandbox

    yield wire
    for sandbox in met:
        sandbox.clear_faults()
        # What comes after the test's end would find no database.
        sandbox.flush()


@pytest.fixture(params=SIDES, ids=[each.name for each in SIDES])
def side(request: pytest.FixtureRequest) -> Side:
    """Return each platform in turn."""
    found: Side = request.param
    return found


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """Return a browser that keeps no cookie, as it is inside of another's frame."""
    with requests.Session() as opened:
        opened.trust_env = False
        opened.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        yield opened


Open = Callable[..., Merchant]


@pytest.fixture
def open_store(request: pytest.FixtureRequest, meet: Callable[[Sandbox], Sandbox]) -> Open:
    """Return a function that opens one more store at a platform, without the app."""
    met: dict[str, Sandbox] = {}

    def begin(side: Side, *, products: int | None = 3, orders: int = 4, handle: str = "") -> Merchant:
        if side.platform not in met:
            met[side.platform] = meet(request.getfixturevalue(side.platform))
        sandbox = met[side.platform]
        name = handle or f"test-store-{next(_handles)}{side.suffix}"
        known = sandbox.create_store(name, orders=orders, products=products)
        seen = max((int(each["number"]) for each in sandbox.requests()), default=0)
        session = request.getfixturevalue("session")
        return Merchant(sandbox, str(known["key"]), session, seen, side.platform)

    return begin


@pytest.fixture
def merchant(open_store: Open, side: Side) -> Merchant:
    """Return a merchant who has not installed the app."""
    return open_store(side)
