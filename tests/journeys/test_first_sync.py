"""A first sync that failed is begun again soon, and not for ever."""

import pytest
from django.utils import timezone

from connectors import sync
from connectors.models import Run, RunState
from tests.journeys.conftest import Arrive

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_first_sync_that_failed_is_begun_again(arrive: Arrive) -> None:
    merchant = arrive(products=None, orders=1)
    merchant.sandbox.bulk(outcome="FAILED", error_code="INTERNAL_SERVER_ERROR")
    merchant.come()
    assert merchant.runs()["product"].state == RunState.FAILED
    merchant.sandbox.bulk(outcome="COMPLETED")
    sync.tend(timezone.now())
    merchant.settle()
    assert merchant.runs()["product"].state == RunState.DONE
    assert len(merchant.products()) == 20


def test_a_kind_that_was_read_once_is_not_begun_again_before_its_time(arrive: Arrive) -> None:
    arrive(products=None, orders=1).come()
    sync.tend(timezone.now())
    assert not Run.objects.filter(state__in=Run.OPEN).exists()


def test_a_first_sync_that_always_fails_is_left_to_the_hourly_one(arrive: Arrive) -> None:
    merchant = arrive(products=None, orders=1)
    merchant.sandbox.bulk(outcome="FAILED", error_code="INTERNAL_SERVER_ERROR")
    merchant.come()
    for _ in range(sync.FIRST_TRIES + 3):
        sync.tend(timezone.now())
        merchant.settle()
    assert Run.objects.filter(kind="product").count() == sync.FIRST_TRIES + 1
