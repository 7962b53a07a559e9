"""One sandbox that plays Wix for all tests of a worker, one site of either catalog for each test."""

import itertools
import os
from collections.abc import Iterator

import pytest

from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox
from connectors.sandbox.wix.app import TOPICS
from tests.sandbox.client import Receiver, receiving
from tests.sandbox.wix.client import APP_ID, OLD_SECRET, SECRET, AppOnSite

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def listener() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture(scope="session")
def playing(listener: Receiver) -> Iterator[Sandbox]:
    with running_sandbox(
        platform="wix",
        app_url=listener.url,
        client_id=APP_ID,
        client_secret=f"{SECRET},{OLD_SECRET}",
        stores="first-site",
    ) as one:
        yield one


@pytest.fixture
def sandbox(playing: Sandbox, listener: Receiver) -> Iterator[Sandbox]:
    _as_new(playing, listener)
    yield playing
    playing.flush()
    listener.received.clear()


def _as_new(playing: Sandbox, listener: Receiver) -> None:
    playing.clear_faults()
    playing.retries(12, gaps=True)
    playing.app(
        url=listener.url, topics=TOPICS, content_type="text/plain; charset=utf-8", mask="paths", claims=False,
        whole_as="entity", answer_seconds=20,
    )  # fmt: skip
    listener.answers.clear()
    listener.gathering = None


def _site(sandbox: Sandbox, ending: str) -> str:
    return str(sandbox.create_store(f"site-{os.getpid()}-{next(_numbers)}{ending}", orders=30)["key"])


@pytest.fixture
def site(sandbox: Sandbox) -> str:
    """A site that has not got the app, with catalog V3."""
    return _site(sandbox, "-v3")


def _connected(sandbox: Sandbox, ending: str, listener: Receiver) -> Iterator[AppOnSite]:
    one = AppOnSite(sandbox, _site(sandbox, ending))
    sandbox.install(one.key)
    assert sandbox.flush()
    listener.received.clear()
    yield one.connect()
    one.http.close()


@pytest.fixture
def app(sandbox: Sandbox, listener: Receiver) -> Iterator[AppOnSite]:
    """The app, installed on a site with catalog V3; what came of that is forgotten."""
    yield from _connected(sandbox, "-v3", listener)


@pytest.fixture
def old(sandbox: Sandbox, listener: Receiver) -> Iterator[AppOnSite]:
    """The app, installed on a site with catalog V1."""
    yield from _connected(sandbox, "-v1", listener)
