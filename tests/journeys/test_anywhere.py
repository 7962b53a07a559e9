"""The same wherever the server stands, however little a store has, and whatever its words are."""

import json
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors import sync
from connectors.models import RunMode
from tests.journeys import truth
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant, number
from tests.shared import SHARED, needs_shared

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["Pacific/Auckland", "America/St_Johns"])
def _elsewhere(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = settings.TIME_ZONE = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("_elsewhere")
def test_the_server_s_time_zone_makes_no_difference(merchant: Merchant, settings: Any) -> None:
    merchant.come()
    first = merchant.sandbox.products(merchant.shop)[0]["id"]
    with merchant.silenced():
        merchant.sandbox.change_product(merchant.shop, first, title="Elsewhere")
        merchant.settle()
    sync.begin_all(RunMode.SINCE)
    merchant.settle()
    assert {run.mode for run in merchant.runs().values()} == {"since"}
    assert truth.held_products(merchant) == truth.products(merchant)
    assert truth.held_sales(merchant) == truth.sales(merchant)
    assert {each.created_at.utcoffset() for each in merchant.sales().values()} == {timedelta(0)}
    settings.QUARANTINE_HOURS = 0
    merchant.leave()
    assert merchant.store.state == "erased"


def test_an_empty_store_is_whole(arrive: Arrive) -> None:
    merchant = arrive(products=1, orders=0)
    merchant.sandbox.delete_product(merchant.shop)
    for each in merchant.sandbox.discounts(merchant.shop):
        merchant.sandbox.delete_discount(merchant.shop, each["id"])
    merchant.come()
    assert {kind: (run.state, run.announced, run.kept) for kind, run in merchant.runs().items()} == {
        "store": ("done", 1, 1),
        "offer": ("done", 0, 0),
        "product": ("done", 0, 0),
        "sale": ("done", 0, 0),
    }
    assert (merchant.products(), merchant.sales(), merchant.offers()) == ({}, {}, {})
    assert merchant.open().status_code == 200
    made = merchant.sandbox.create_product(merchant.shop, title="The first")
    merchant.settle()
    assert merchant.products()[number(made["id"])].title == "The first"


@needs_shared
def test_naughty_titles_come_back_as_they_are(merchant: Merchant) -> None:
    naughty = [each for each in _naughty() if each.strip()]
    with merchant.silenced():
        made = {
            number(merchant.sandbox.create_product(merchant.shop, title=title)["id"]): title
            for title in naughty
        }
        merchant.come()
    held = merchant.products()
    assert {key: held[key].title for key in made} == made
    assert merchant.open().status_code == 200


@needs_shared
def test_naughty_store_names_come_back_as_they_are_and_in_a_safe_page(merchant: Merchant) -> None:
    merchant.come()
    for name in [each for each in _naughty() if each.strip()][::40]:
        with merchant.silenced():
            merchant.sandbox.change_shop(merchant.shop, name=name)
            sync.begin(merchant.store, RunMode.SINCE, ("store",))
            merchant.settle()
        assert merchant.info().name == name
        page = merchant.open()
        assert page.status_code == 200
        for markup in ("<script>alert", "<img src=x", "<svg", "<iframe", 'javascript:alert(1)"'):
            assert markup not in page.text


def _naughty() -> list[str]:
    found: list[str] = json.loads((SHARED / "specs/security/strings/blns.json").read_text(encoding="utf-8"))
    return found
