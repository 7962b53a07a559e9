"""One sandbox process that plays BigCommerce for all tests of a worker, one store for each test."""

import itertools
import os
from collections.abc import Iterator

import pytest
import requests

from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox
from tests.sandbox.bigcommerce.client import CLIENT_ID, OLD_SECRET, SECRET, AppOnStore
from tests.sandbox.client import Receiver, receiving

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """A place of these tests' own: what another platform still sends is not taken for ours."""
    with receiving() as one:
        yield one


@pytest.fixture(scope="session")
def bigcommerce(receiver: Receiver) -> Iterator[Sandbox]:
    with running_sandbox(
        platform="bigcommerce",
        app_url=receiver.url,
        client_id=CLIENT_ID,
        client_secret=f"{SECRET},{OLD_SECRET}",
        stores="first-store",
    ) as one:
        yield one


@pytest.fixture
def sandbox(bigcommerce: Sandbox, receiver: Receiver) -> Iterator[Sandbox]:
    first = requests.post(f"{bigcommerce.base_url}/_sandbox/app", json={}, timeout=20).json()
    yield bigcommerce
    bigcommerce.clear_faults()
    settings = {"signed": True, "url": receiver.url, "scopes": first["scopes"]}
    requests.post(f"{bigcommerce.base_url}/_sandbox/app", json=settings, timeout=20)
    bigcommerce.retries(gaps=True)
    receiver.answers.clear()
    receiver.gathering, receiver.most_at_once = None, 0


@pytest.fixture
def store(sandbox: Sandbox) -> str:
    """A store of this test's own."""
    return str(sandbox.create_store(f"shop-{os.getpid()}-{next(_numbers)}", orders=40)["key"])


@pytest.fixture
def app(sandbox: Sandbox, store: str) -> Iterator[AppOnStore]:
    """The app, installed on this test's store."""
    one = AppOnStore(sandbox, store).connect()
    yield one
    one.http.close()
