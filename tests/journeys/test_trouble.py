"""Trouble at the platform: a run waits, or fails and says why; nothing half-written, and the next heals."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured_settings

from connectors import sync
from connectors.models import Row, RunMode, RunState, StoreState
from tests.journeys import truth
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


def assert_heals(merchant: Merchant) -> None:
    """The next run brings what is missing, and nothing of the failed one is left on disk."""
    merchant.sandbox.clear_faults()
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert merchant.store.state == StoreState.ACTIVE
    assert {run.state for run in merchant.runs().values()} == {RunState.DONE}
    assert truth.held_products(merchant) == truth.products(merchant)
    assert truth.held_sales(merchant) == truth.sales(merchant)
    assert not [path for path in configured_settings.SPOOL_DIR.rglob("*") if path.is_file()]


PASSING: dict[str, dict[str, Any]] = {
    "throttled": {"effect": "throttled", "kind": "graphql", "times": 3},
    "too many requests": {
        "effect": "status",
        "kind": "graphql",
        "status": 429,
        "times": 2,
        "headers": {"Retry-After": "1"},
    },
    "a fault of its own": {"effect": "status", "kind": "graphql", "status": 502, "times": 4},
    "half an answer": {"effect": "cut", "kind": "graphql", "times": 4},
    "half a bulk file": {"effect": "cut", "kind": "file", "times": 2},
    "half a gzip stream": {"effect": "cut_gzip", "kind": "file", "times": 2},
    "a storage that is away": {"effect": "status", "kind": "file", "status": 503, "times": 2},
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_passes_is_tried_again(merchant: Merchant, fault: dict[str, Any]) -> None:
    merchant.sandbox.fault(store=merchant.shop if fault["kind"] != "file" else None, **fault)
    merchant.come()
    assert {run.state for run in merchant.runs().values()} == {RunState.DONE}
    assert_heals(merchant)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no data": ({"effect": "data_null", "kind": "graphql"}, "BadAnswer"),
    "broken JSON": ({"effect": "broken_json", "kind": "graphql"}, "BadAnswer"),
    "a page instead": ({"effect": "not_json", "kind": "graphql"}, "BadAnswer"),
    "brackets without end": ({"effect": "nested", "kind": "graphql"}, "BadAnswer"),
    "a redirect": ({"effect": "redirect", "kind": "graphql"}, "BadAnswer"),
    "a bulk file cut at a line": ({"effect": "cut_line", "kind": "file"}, "CountsDisagree"),
    "a bulk file that is a page": ({"effect": "not_json", "kind": "file"}, "BadAnswer"),
    "a bulk file that is elsewhere": ({"effect": "redirect", "kind": "file"}, "BadAnswer"),
}


@pytest.mark.parametrize(("fault", "error"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_fails_the_run_which_says_why(
    merchant: Merchant, fault: dict[str, Any], error: str
) -> None:
    merchant.sandbox.fault(store=merchant.shop if fault["kind"] == "graphql" else None, times=1000, **fault)
    merchant.open()
    merchant.settle()
    run = merchant.runs()["product"]
    assert (run.state, run.error.partition(":")[0]) == (RunState.FAILED, error)
    assert run.finished_at is not None
    assert not Row.objects.filter(kind="product").exists()
    assert_heals(merchant)


EXPORTS: dict[str, dict[str, Any]] = {
    "failed": {"outcome": "FAILED", "error_code": "TIMEOUT"},
    "failed with a part": {"outcome": "FAILED", "error_code": "INTERNAL_SERVER_ERROR", "partial": True},
    "canceled": {"outcome": "CANCELED"},
    "expired": {"outcome": "EXPIRED"},
    "a line too many announced": {"counts_off_by": 1},
    "a line too few announced": {"counts_off_by": -1},
}


@pytest.mark.parametrize("plan", EXPORTS.values(), ids=EXPORTS)
def test_an_export_that_is_not_whole_fails_the_run(merchant: Merchant, plan: dict[str, Any]) -> None:
    merchant.sandbox.bulk(**plan)
    merchant.open()
    merchant.settle()
    for kind in ("product", "sale"):
        run = merchant.runs()[kind]
        assert run.state == RunState.FAILED
        assert run.error.startswith("CountsDisagree" if "counts_off_by" in plan else "BadAnswer")
        assert not Row.objects.filter(kind=kind).exists()
    merchant.sandbox.bulk(outcome="COMPLETED", partial=False, counts_off_by=0)
    assert_heals(merchant)


def test_a_failed_run_takes_nothing_from_what_is_held(merchant: Merchant) -> None:
    merchant.come()
    before = truth.held_products(merchant)
    merchant.sandbox.fault("cut_line", kind="file", times=10)
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert merchant.runs()["product"].state == RunState.FAILED
    assert truth.held_products(merchant) == before
    assert_heals(merchant)


@pytest.mark.parametrize("status", [402, 403, 404, 423])
def test_a_frozen_shop_is_left_alone_until_it_is_open_again(merchant: Merchant, status: int) -> None:
    merchant.come()
    merchant.sandbox.fault("status", kind="graphql", store=merchant.shop, status=status, times=1000)
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert merchant.store.state == StoreState.CLOSED
    assert {run.error.partition(":")[0] for run in merchant.runs().values()} == {"StoreClosed"}
    last = merchant.last_call
    sync.begin_all(RunMode.SINCE)
    merchant.settle()
    assert merchant.calls_since(last) == []
    assert len(merchant.products()) == 4
    assert_heals(merchant)


def test_a_kind_that_the_store_refuses_fails_alone(arrive: Arrive) -> None:
    merchant = arrive()
    merchant.sandbox.install(
        merchant.shop, ["read_products", "read_inventory", "read_locations", "read_discounts"]
    )
    merchant.come()
    runs = merchant.runs()
    assert {kind: run.state for kind, run in runs.items()} == {
        "store": "done",
        "offer": "done",
        "product": "done",
        "sale": "failed",
    }
    assert runs["sale"].error
    assert truth.held_products(merchant) == truth.products(merchant)
    merchant.sandbox.set_scopes(
        merchant.shop,
        ["read_products", "read_inventory", "read_locations", "read_discounts", "read_orders"],
    )
    merchant.settle()
    assert truth.held_sales(merchant) == truth.sales(merchant)


def test_scopes_that_come_in_disorder_end_as_the_newest(merchant: Merchant) -> None:
    merchant.come()
    required = ["read_products", "read_inventory", "read_locations", "read_discounts", "read_orders"]
    with merchant.sandbox.held(release="reversed"):
        merchant.sandbox.set_scopes(merchant.shop, [*required, "read_publications"])
        merchant.sandbox.set_scopes(merchant.shop, [*required, "read_shopify_payments_accounts"])
    merchant.settle()
    assert merchant.scopes() == {*required, "read_shopify_payments_accounts"}
    assert merchant.info().payments_account is not None
    merchant.sandbox.webhook(
        merchant.shop,
        "app/scopes_update",
        body={"shop_id": merchant.sandbox.store(merchant.shop)["number"], "current": required},
        triggered_at=(datetime.now(UTC) - timedelta(minutes=5)).isoformat(),
    )
    merchant.settle()
    assert merchant.scopes() == {*required, "read_shopify_payments_accounts"}


def test_a_short_budget_is_waited_for(merchant: Merchant) -> None:
    merchant.sandbox.change_shop(merchant.shop, restore_rate=400)
    merchant.sandbox.drain_bucket(merchant.shop)
    merchant.come()
    assert {run.state for run in merchant.runs().values()} == {RunState.DONE}
