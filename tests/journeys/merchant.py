"""A merchant with a store at the sandbox, the platform around it, and what Minta holds of it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from django.db import connections

from connectors import configured, customers, grants, install, revive, rows, work
from connectors.models import Delivery, Report, Run, Store, StoreState
from connectors.policy.records import Offer, Product, Record, Sale, StoreInfo
from connectors.sandbox.control import Answer, Sandbox
from connectors.vault import StoreKey

#: What put itself off is due again within this; the erasure's own clock is not.
_SOON = timedelta(minutes=30)
#: Far beyond what it takes: it ends what hangs, and nothing that is slow.
_PATIENCE_SECONDS = 300.0
_HOLD_SECONDS = 60.0


@dataclass
class Merchant:
    """One store at the platform, seen from both sides."""

    sandbox: Sandbox
    shop: str
    session: requests.Session
    first_request: int = 0
    platform: str = "shopify"

    # what the merchant and the platform do

    def open(self, *, embedded: bool = True) -> requests.Response:
        """Open the app in the platform's admin."""
        return self.session.get(self.sandbox.load(self.shop, embedded=embedded)["url"], timeout=60)

    def come(self) -> "Merchant":
        """Install the app and let the first sync end."""
        assert self.open().status_code == 200
        self.settle()
        assert self.store.state == StoreState.ACTIVE
        return self

    def leave(self) -> None:
        """Uninstall, and let Minta hear of it."""
        self.sandbox.uninstall(self.shop)
        self.settle()

    def keep(self) -> None:
        """Say, back in time, that the time before is kept, and let it be moved."""
        assert revive.keep(self.store, datetime.now(UTC)) == 1
        self.settle()

    def start_clean(self) -> None:
        """Say, back in time, that nothing of the time before is kept, and let it be erased."""
        assert revive.clean(self.store, datetime.now(UTC)) == 1
        self.settle()

    def settle(self) -> None:
        """Let webhooks and work come to rest; what failed is tried again at once."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            assert self.sandbox.flush(), "the webhooks do not come to rest"
            if not work.engine().drain(datetime.now(UTC) + _SOON).total:
                return
            assert time.monotonic() < deadline, "the work does not come to rest"

    def work_once(self) -> work.Counts:
        """Do what is due by now, and nothing a second time."""
        return work.engine().drain()

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """Lose every webhook meanwhile."""
        topics = self.sandbox.app()["topics"]
        self.sandbox.app(topics=[])
        try:
            yield
        finally:
            self.sandbox.app(topics=topics)

    @contextmanager
    def holding(self, kind: str) -> Iterator[Callable[[], None]]:
        """Hold the platform's next answer to a kind of request back until the block ends.

        Gives a function that waits until the platform has done what was asked, and only the answer is out.
        """
        self.sandbox.fault("hold", kind=kind, store=self.shop, seconds=_HOLD_SECONDS)
        try:
            yield lambda: wait_for(lambda: any(each["held"] for each in self.sandbox.faults()))
        finally:
            self.sandbox.clear_faults()

    @contextmanager
    def meanwhile(self, kind: str, happens: Callable[[], object]) -> Iterator[None]:
        """Let something happen between what the platform does at the block's first request and its answer."""

        def happen() -> None:
            try:
                held()
                happens()
            finally:
                self.sandbox.clear_faults()
                connections.close_all()

        with ThreadPoolExecutor(1) as pool, self.holding(kind) as held:
            happened = pool.submit(happen)
            yield
            happened.result()

    # what the platform saw

    def calls(self, **match: str) -> list[Answer]:
        """Return the requests of Minta about this store."""
        return self.sandbox.requests(since=self.first_request, store=self.shop, **match)

    def calls_since(self, number: int) -> list[Answer]:
        """Return the requests of Minta about this store after one."""
        return self.sandbox.requests(since=number, store=self.shop)

    @property
    def last_call(self) -> int:
        """The number of the newest request."""
        return max((int(each["number"]) for each in self.calls()), default=self.first_request)

    def acknowledged(self, numbers: list[int]) -> list[int | None]:
        """Return what each of these webhooks was answered, in the last try."""
        self.sandbox.flush()
        sent = {each["number"]: each for each in self.sandbox.deliveries(shop=self.shop)}
        return [sent[number]["attempts"][-1]["status"] for number in numbers]

    # what Minta holds

    @property
    def store(self) -> Store:
        """The store's row as it is now."""
        found = install.find(self.platform, self.shop)
        assert found is not None
        return found

    @property
    def key(self) -> StoreKey:
        """The store's key."""
        return configured.keystore().get(self.store.ref, self.store.epoch)

    def held(self, kind: str) -> list[Record]:
        """Return the records that are held of a kind."""
        return [each.record for each in rows.opened(self.key, rows.of_store(self.store, kind))]

    def products(self) -> dict[str, Product]:
        """Return the products that are held, by id."""
        return {each.product_id: each for each in self.held("product") if isinstance(each, Product)}

    def sales(self) -> dict[str, Sale]:
        """Return the sales that are held, by id."""
        return {each.sale_id: each for each in self.held("sale") if isinstance(each, Sale)}

    def offers(self) -> dict[str, Offer]:
        """Return the offers that are held, by id."""
        return {each.offer_id: each for each in self.held("offer") if isinstance(each, Offer)}

    def info(self) -> StoreInfo:
        """Return the store's own record."""
        (found,) = self.held("store")
        assert isinstance(found, StoreInfo)
        return found

    def runs(self, **fields: Any) -> dict[str, Run]:
        """Return the newest run of each kind."""
        found = Run.objects.filter(store=self.store, **fields).order_by("pk")
        return {run.kind: run for run in found}

    def deliveries(self, **fields: Any) -> list[Delivery]:
        """Return the deliveries that were written down, oldest first."""
        return list(Delivery.objects.filter(store=self.store, **fields).order_by("pk"))

    def report(self, found: Report) -> customers.Answer:
        """Open a report."""
        return self.key.recall("report", str(found.duty_id), found.sealed, customers.Answer)

    def scopes(self) -> set[str]:
        """Return the scopes of the grant."""
        return set(grants.live(self.store).scopes)


def wait_for(fact: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not fact():
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.01)


def number(gid: str) -> str:
    """Return the number that a global id ends with."""
    return gid.rpartition("/")[2]
