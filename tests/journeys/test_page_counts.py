"""What is read by pages is held to the platform's own count before anything is believed to be gone."""

import json

import pytest

from connectors import sync
from connectors.models import Run, RunMode, RunState
from tests.journeys.conftest import Arrive

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_full_run_by_pages_is_held_to_the_platform_s_count(arrive: Arrive) -> None:
    merchant = arrive(products=None, orders=1).come()
    run = merchant.runs()["offer"]
    assert (run.announced, run.parsed, run.kept) == (10, 10, 10)
    assert merchant.calls(operation="MintaOfferCount")


def test_pages_that_end_early_take_nothing_away(arrive: Arrive) -> None:
    merchant = arrive(products=None, orders=1).come()
    nothing = {"discountNodes": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}
    merchant.sandbox.fault("status", status=200, body=json.dumps({"data": nothing}), operation="MintaOffers(")
    sync.begin(merchant.store, RunMode.FULL, ("offer",))
    merchant.settle()
    run = merchant.runs()["offer"]
    assert (run.state, run.gone) == (RunState.FAILED, 0)
    assert run.error == "CountsDisagree: the platform has 10, its pages held 0"
    assert len(merchant.offers()) == 10


def test_an_increment_announces_nothing(arrive: Arrive) -> None:
    merchant = arrive(products=None, orders=1).come()
    sync.begin(merchant.store, RunMode.SINCE, ("offer",))
    merchant.settle()
    run = Run.objects.filter(kind="offer").latest("pk")
    assert (run.mode, run.state, run.announced) == (RunMode.SINCE, RunState.DONE, None)
