"""What happens while an install waits for the platform's answer: nothing of it is lost, nothing undone."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from connectors.models import Grant, Run, Store, StoreState
from tests.journeys import truth
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def exchanging(merchant: Merchant) -> Iterator[Future[requests.Response]]:
    """Open the app; the block runs between what the platform did and its answer."""
    with ThreadPoolExecutor(1) as pool, merchant.holding("token") as held:
        opening = pool.submit(merchant.open)
        held()
        yield opening


def other_browser(merchant: Merchant) -> Merchant:
    session = requests.Session()
    session.trust_env = False
    return Merchant(merchant.sandbox, merchant.shop, session)


def came_before(merchant: Merchant, state: StoreState) -> None:
    """Bring the store into a state in which an opening of the app exchanges."""
    if state == StoreState.INSTALLING:
        return
    merchant.come()
    if state == StoreState.REAUTH:
        Store.objects.update(state=StoreState.REAUTH, stopped_at=timezone.now())
        return
    merchant.leave()
    assert merchant.store.state == state


@pytest.mark.parametrize("state", [StoreState.INSTALLING, StoreState.QUARANTINED, StoreState.REAUTH])
def test_an_uninstall_that_comes_meanwhile_is_not_lost(merchant: Merchant, state: StoreState) -> None:
    came_before(merchant, state)
    with exchanging(merchant) as opening:
        sent = merchant.sandbox.uninstall(merchant.shop)
        assert merchant.acknowledged(sent[:1]) == [200]
    assert opening.result().status_code >= 400
    store = merchant.store
    assert store.state == (StoreState.QUARANTINED if state == StoreState.REAUTH else state)
    assert store.installing_until is None
    assert not Grant.objects.exists()
    assert not Run.objects.filter(state__in=Run.OPEN).exists()
    merchant.settle()
    merchant.come()
    assert truth.held_products(merchant) == truth.products(merchant)


def test_an_exchange_that_took_too_long_changes_nothing_of_the_one_that_began_anew(
    merchant: Merchant,
) -> None:
    with exchanging(merchant) as opening:
        Store.objects.update(installing_until=timezone.now() - timedelta(seconds=1))
        second = other_browser(merchant)
        assert second.open().status_code == 200
        newer = Grant.objects.get()
    assert opening.result().status_code >= 500
    now = Grant.objects.get()
    assert (bytes(now.sealed), now.turn, now.rotated_at) == (bytes(newer.sealed), 1, newer.rotated_at)
    assert (merchant.store.state, merchant.store.epoch) == (StoreState.ACTIVE, 1)
    assert Run.objects.count() == 4
    merchant.settle()
    assert truth.held_products(merchant) == truth.products(merchant)


def test_an_exchange_that_took_too_long_does_not_free_the_lease_of_another(merchant: Merchant) -> None:
    theirs = timezone.now() + timedelta(seconds=600)
    with exchanging(merchant) as opening:
        Store.objects.update(installing_until=theirs)
    assert opening.result().status_code >= 500
    assert merchant.store.installing_until == theirs
    assert merchant.store.state == StoreState.INSTALLING
    assert not Grant.objects.exists()
    assert not Run.objects.exists()
    Store.objects.update(installing_until=None)
    merchant.come()
