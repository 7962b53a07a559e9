"""Everything at once: several stores and workers, a busy platform; at the end all is as it is there.

`MINTA_CROWD_SECONDS=600` lets it go on for longer; a failure names the seed of what happened.
"""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connections

from connectors import revive, sync, work
from connectors.models import Bar, Delivery, Duty, Grant, Job, Receipt, RunMode, StoreState
from tests.journeys import truth
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = float(os.environ.get("MINTA_CROWD_SECONDS", "4"))


@contextmanager
def at_work(threads: int) -> Iterator[None]:
    """Let a worker work meanwhile."""
    stop = threading.Event()

    def run() -> None:
        try:
            work.engine().work(threads=threads, stop=stop)
        finally:
            connections.close_all()

    worker = threading.Thread(target=run)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(300)
        assert not worker.is_alive()


def change(merchant: Merchant, chance: random.Random) -> None:
    price = f"{chance.randrange(1, 90)}.00"
    merchant.sandbox.change_product(merchant.shop, some_product(merchant, chance), price=price, stock=3)


def make(merchant: Merchant, chance: random.Random) -> None:
    merchant.sandbox.create_product(merchant.shop, title=f"Made in a crowd {chance.random()}")


def delete(merchant: Merchant, chance: random.Random) -> None:
    if len(merchant.sandbox.products(merchant.shop)) > 3:
        merchant.sandbox.delete_product(merchant.shop, some_product(merchant, chance))


def order(merchant: Merchant, chance: random.Random) -> None:
    merchant.sandbox.create_order(merchant.shop)


def rename(merchant: Merchant, chance: random.Random) -> None:
    merchant.sandbox.change_shop(merchant.shop, name=f"Crowd {chance.random()}")


def look(merchant: Merchant, chance: random.Random) -> None:
    merchant.open()


def age(merchant: Merchant, chance: random.Random) -> None:
    Grant.objects.filter(store=merchant.store).update(expires_at=datetime.now(UTC))


def break_down(merchant: Merchant, chance: random.Random) -> None:
    merchant.sandbox.fault("status", kind="graphql", store=merchant.shop, status=502, times=2)


def redact(merchant: Merchant, chance: random.Random) -> None:
    known = sorted({each["customer"] for each in merchant.sandbox.orders(merchant.shop) if each["customer"]})
    if known:
        merchant.sandbox.redact_customer(merchant.shop, chance.choice(known))


def leave_and_come_back(merchant: Merchant, chance: random.Random) -> None:
    if chance.random() < 0.5:
        merchant.sandbox.uninstall(merchant.shop)
        merchant.open()  # while the word of it is on its way


def choose(merchant: Merchant, chance: random.Random) -> None:
    """Let a merchant who came back say what becomes of the time before."""
    if revive.choice(merchant.store) is not None:
        chance.choice([revive.keep, revive.clean])(merchant.store, datetime.now(UTC))


def read(merchant: Merchant, chance: random.Random) -> None:
    sync.begin_all(chance.choice([RunMode.SINCE, RunMode.FULL]))


def some_product(merchant: Merchant, chance: random.Random) -> str:
    return str(chance.choice(merchant.sandbox.products(merchant.shop))["id"])


EVENTS = [
    *(change, change, make, delete, order, rename),
    *(look, age, break_down, redact, leave_and_come_back, choose, read),
]


def test_a_crowd_leaves_everything_as_it_is_at_the_platform(arrive: Arrive) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    merchants = [arrive(products=5, orders=6) for _ in range(4)]
    with at_work(threads=3):
        for merchant in merchants:
            merchant.open()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            chance.choice(EVENTS)(chance.choice(merchants), chance)
    sandbox = merchants[0].sandbox
    sandbox.clear_faults()
    merchants[0].settle()
    for merchant in merchants:
        merchant.open()  # who came back before the word of the uninstall did must open the app once more
    merchants[0].settle()
    for merchant in merchants:
        while revive.choice(merchant.store) is not None:
            choose(merchant, chance)
            merchant.settle()
    sync.begin_all(RunMode.FULL)  # an order's lines lose their product without a word
    merchants[0].settle()

    why = f"seed {seed}"
    assert not Job.objects.filter(state="dead").exists(), why
    assert not Delivery.objects.filter(state__in=["waiting", "failed"]).exists(), why
    assert not Duty.objects.exclude(state="done").exists(), why
    assert Receipt.objects.count() == Duty.objects.exclude(kind=Duty.REPORT_SALES).count(), why
    assert Grant.objects.count() == len(merchants), why
    for merchant in merchants:
        assert merchant.store.state == StoreState.ACTIVE, why
        assert truth.held_products(merchant) == truth.products(merchant), why
        assert truth.held_offers(merchant) == truth.offers(merchant), why
        there = truth.sales(merchant)
        assert truth.held_sales(merchant) == {key: there[key] for key in merchant.sales()}, why
        barred = Bar.objects.filter(store=merchant.store).count()
        assert len(there) - barred <= len(merchant.sales()), why
