"""Grants: refreshed once by whoever needs it first, kept when an answer is lost, and honestly dead."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from connectors import grants, sync, work
from connectors.models import Grant, RunMode, StoreState
from tests.journeys import truth
from tests.journeys.merchant import Merchant, number

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _installed(merchant: Merchant) -> None:
    merchant.come()


def run_out(merchant: Merchant) -> None:
    """Let the access token be past its time, as both sides see it."""
    merchant.sandbox.expire_tokens(merchant.shop)
    Grant.objects.filter(store=merchant.store).update(expires_at=datetime.now(UTC) - timedelta(minutes=1))


def tokens_asked(merchant: Merchant, since: int) -> int:
    return sum(each["kind"] == "token" for each in merchant.calls_since(since))


def test_a_token_past_its_time_is_refreshed_before_it_is_used(merchant: Merchant) -> None:
    run_out(merchant)
    last = merchant.last_call
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert {run.state for run in merchant.runs().values()} == {"done"}
    assert tokens_asked(merchant, last) == 1
    assert {each["status"] for each in merchant.calls_since(last)} == {200}


def test_many_workers_make_one_refresh_call(merchant: Merchant) -> None:
    run_out(merchant)
    last, store = merchant.last_call, merchant.store

    def token(_: int) -> str:
        try:
            return grants.live(store).access_token
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(token, range(4)))) == 1
    assert tokens_asked(merchant, last) == 1


def test_a_token_that_ended_before_its_time_is_refreshed_by_a_sync(merchant: Merchant) -> None:
    merchant.sandbox.expire_tokens(merchant.shop)
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert merchant.store.state == StoreState.ACTIVE
    assert {run.state for run in merchant.runs().values()} == {"done"}


def test_a_token_that_ended_before_its_time_is_refreshed_by_a_webhook(merchant: Merchant) -> None:
    first = merchant.sandbox.products(merchant.shop)[0]["id"]
    merchant.sandbox.expire_tokens(merchant.shop)
    merchant.sandbox.change_product(merchant.shop, first, title="Changed behind a dead token")
    merchant.settle()
    assert merchant.store.state == StoreState.ACTIVE
    assert merchant.products()[number(first)].title == "Changed behind a dead token"


def test_a_lost_answer_to_a_refresh_is_asked_for_once_more(merchant: Merchant) -> None:
    run_out(merchant)
    merchant.sandbox.fault("cut", kind="token", store=merchant.shop)
    last = merchant.last_call
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert tokens_asked(merchant, last) == 2
    assert {run.state for run in merchant.runs().values()} == {"done"}
    assert merchant.store.state == StoreState.ACTIVE


def test_a_refresh_without_any_answer_is_tried_again_later(merchant: Merchant) -> None:
    run_out(merchant)
    merchant.sandbox.fault("status", kind="token", store=merchant.shop, status=503, times=4)
    sync.begin_all(RunMode.FULL)
    assert merchant.work_once().again > 0
    assert merchant.store.state == StoreState.ACTIVE
    merchant.sandbox.clear_faults()
    merchant.settle()
    assert {run.state for run in merchant.runs().values()} == {"done"}


def test_a_dead_refresh_token_stops_all_calls_until_the_merchant_opens_the_app(merchant: Merchant) -> None:
    run_out(merchant)
    merchant.sandbox.expire_tokens(merchant.shop, refresh=True)
    first = merchant.sandbox.products(merchant.shop)[0]["id"]
    merchant.sandbox.change_product(merchant.shop, first, title="Changed meanwhile")
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert merchant.store.state == StoreState.REAUTH
    failed = merchant.runs()["product"]
    assert (failed.state, failed.error.partition(":")[0]) == ("failed", "GrantRevoked")
    last = merchant.last_call
    work.engine().drain(ticks=True)
    merchant.settle()
    assert merchant.calls_since(last) == []

    merchant.come()
    assert merchant.store.epoch == 1
    assert truth.held_products(merchant) == truth.products(merchant)
    assert merchant.products()[number(first)].title == "Changed meanwhile"


def test_a_platform_that_refuses_every_new_token_is_not_asked_for_ever(merchant: Merchant) -> None:
    merchant.sandbox.fault("status", kind="graphql", store=merchant.shop, status=401, times=1000)
    last = merchant.last_call
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert merchant.store.state == StoreState.REAUTH
    assert tokens_asked(merchant, last) <= 4
    assert len(merchant.calls_since(last)) < 30
    merchant.sandbox.clear_faults()
    merchant.come()


def test_an_idle_store_s_grant_is_turned_before_it_would_end(merchant: Merchant) -> None:
    last = merchant.last_call
    grants.turn_idle(datetime.now(UTC))
    assert tokens_asked(merchant, last) == 0
    grants.turn_idle(datetime.now(UTC) + timedelta(days=61))
    assert tokens_asked(merchant, last) == 1
    assert grants.live(merchant.store).access_token


def test_one_closed_store_does_not_keep_the_others_from_being_turned(merchant: Merchant) -> None:
    merchant.sandbox.fault("status", kind="token", store=merchant.shop, status=404, times=10)
    assert grants.turn_idle(datetime.now(UTC) + timedelta(days=61)) == 1
