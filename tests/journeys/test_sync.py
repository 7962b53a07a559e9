"""The first sync and what follows: everything that the platform has, in whatever order it comes."""

from typing import Any

import pytest

from connectors import sync
from connectors.models import Row, RunMode, RunState
from tests.journeys import truth
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_sync_holds_exactly_what_the_platform_has(arrive: Arrive) -> None:
    merchant = arrive(products=None, orders=60).come()
    assert truth.held_products(merchant) == truth.products(merchant)
    assert truth.held_sales(merchant) == truth.sales(merchant)
    assert truth.held_offers(merchant) == truth.offers(merchant)
    there = merchant.sandbox.store(merchant.shop)
    assert (len(merchant.products()), len(merchant.sales())) == (20, 60)
    info = merchant.info()
    assert (info.store_id, info.name, info.domain) == (there["number"], there["name"], merchant.shop)


def test_the_counts_of_every_run_agree(arrive: Arrive) -> None:
    merchant = arrive(products=None, orders=60).come()
    runs = merchant.runs()
    assert {kind: run.state for kind, run in runs.items()} == dict.fromkeys(sync.KINDS, RunState.DONE)
    counted = {kind: (run.announced, run.parsed, run.kept, run.refused) for kind, run in runs.items()}
    assert counted == {
        "store": (1, 1, 1, 0),
        "offer": (10, 10, 10, 0),
        "product": (20, 20, 20, 0),
        "sale": (60, 60, 60, 0),
    }


@pytest.mark.parametrize("order", ["grouped", "breadth_first", "shuffled"])
@pytest.mark.parametrize("parent", ["node", "nearest"])
def test_the_order_of_an_export_s_lines_makes_no_difference(arrive: Arrive, order: str, parent: str) -> None:
    merchant = arrive(products=12, orders=12)
    merchant.sandbox.bulk(order=order, parent=parent)
    merchant.come()
    assert truth.held_products(merchant) == truth.products(merchant)
    assert truth.held_sales(merchant) == truth.sales(merchant)


def test_a_second_full_sync_changes_nothing(merchant: Merchant) -> None:
    merchant.come()
    before = _changes(merchant)
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert _changes(merchant) == before
    assert {run.state for run in merchant.runs(mode=RunMode.FULL).values()} == {RunState.DONE}


def _changes(merchant: Merchant) -> Any:
    return sorted(Row.objects.filter(store=merchant.store).values_list("kind", "change", "fingerprint"))
