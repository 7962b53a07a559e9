"""One sandbox process for all tests of a worker, one store for each test."""

import itertools
import os
from collections.abc import Iterator

import pytest

from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox
from tests.sandbox.client import CLIENT_ID, OLD_SECRET, SECRET, AppOnStore, Receiver, receiving

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture(scope="session")
def running(receiver: Receiver) -> Iterator[Sandbox]:
    with running_sandbox(
        app_url=receiver.url,
        client_id=CLIENT_ID,
        client_secret=f"{SECRET},{OLD_SECRET}",
        stores="first-store",
    ) as one:
        yield one


@pytest.fixture
def sandbox(running: Sandbox, receiver: Receiver) -> Iterator[Sandbox]:
    yield running
    running.clear_faults()
    running.bulk(
        delay_seconds=0.0, order="grouped", parent="node", outcome="COMPLETED", error_code="", partial=False,
        counts_off_by=0, webhook=True,
    )  # fmt: skip
    running.retries(8, gaps=True)
    running.app(customer_level=1, old_tokens_allowed=False, url=receiver.url)
    receiver.answers.clear()
    receiver.gathering, receiver.most_at_once = None, 0


@pytest.fixture
def shop(sandbox: Sandbox) -> str:
    """A store of this test's own."""
    return str(sandbox.create_store(f"shop-{os.getpid()}-{next(_numbers)}", orders=30)["domain"])


@pytest.fixture
def app(sandbox: Sandbox, shop: str) -> Iterator[AppOnStore]:
    """The app, installed on this test's store."""
    one = AppOnStore(sandbox, shop).connect()
    yield one
    one.http.close()
