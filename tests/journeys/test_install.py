"""Install: one store, one exchange, one first sync, however a merchant opens the app."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors import configured
from connectors.errors import KeyGone
from connectors.models import Duty, Grant, Receipt, Row, Run, Store, StoreState
from tests.journeys import truth
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_load_installs_and_the_next_exchanges_nothing(merchant: Merchant) -> None:
    assert merchant.open().status_code == 200
    store = merchant.store
    assert (store.state, store.epoch) == (StoreState.ACTIVE, 1)
    assert {run.kind for run in Run.objects.filter(store=store)} == {"store", "offer", "product", "sale"}
    assert merchant.open().status_code == 200
    assert len(merchant.calls(kind="token")) == 1


def test_parallel_first_loads_make_one_store_and_one_exchange(merchant: Merchant) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: merchant.open(), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert Store.objects.count() == 1
    assert Grant.objects.count() == 1
    assert Run.objects.count() == 4
    assert len(merchant.calls(kind="token")) == 1


def test_a_lost_answer_to_the_exchange_is_asked_for_once_more(merchant: Merchant) -> None:
    merchant.sandbox.fault("cut", kind="token", store=merchant.shop)
    assert merchant.open().status_code == 200
    assert merchant.store.state == StoreState.ACTIVE
    assert len(merchant.calls(kind="token")) == 2


def test_an_exchange_that_fails_leaves_no_grant_and_the_next_load_installs(merchant: Merchant) -> None:
    merchant.sandbox.fault("status", kind="token", store=merchant.shop, status=503, times=4)
    assert merchant.open().status_code >= 500
    assert merchant.store.state == StoreState.INSTALLING
    assert not Grant.objects.exists()
    assert not Run.objects.exists()
    merchant.sandbox.clear_faults()
    merchant.come()
    assert truth.held_products(merchant) == truth.products(merchant)


def test_a_store_that_is_not_embedded_installs_by_code(merchant: Merchant, settings: Any) -> None:
    settings.PLATFORMS = {"shopify": settings.PLATFORMS["shopify"] | {"embedded": False}}
    url = merchant.sandbox.load(merchant.shop, embedded=False)["url"]
    consent = merchant.session.get(url, allow_redirects=False).headers["Location"]
    assert consent.startswith(merchant.sandbox.base_url)
    page = merchant.session.get(f"{consent}&auto=1", timeout=60)
    assert page.status_code == 200
    # Away from the address that held the code and the signature.
    assert (urlsplit(page.url).path, urlsplit(page.url).query) == ("/shopify/", "")
    assert merchant.store.state == StoreState.ACTIVE
    merchant.settle()
    assert truth.held_products(merchant) == truth.products(merchant)


def test_a_code_of_another_browser_installs_nothing(merchant: Merchant, settings: Any) -> None:
    settings.PLATFORMS = {"shopify": settings.PLATFORMS["shopify"] | {"embedded": False}}
    url = merchant.sandbox.load(merchant.shop, embedded=False)["url"]
    consent = merchant.session.get(url, allow_redirects=False).headers["Location"]
    merchant.session.cookies.clear()
    assert merchant.session.get(f"{consent}&auto=1", timeout=60).status_code == 401
    assert not Grant.objects.exists()
    assert not merchant.calls(kind="token")


def test_an_install_after_an_uninstall_is_a_new_epoch_and_opens_nothing_of_the_old(
    merchant: Merchant,
) -> None:
    merchant.come()
    merchant.leave()
    assert merchant.store.state == StoreState.QUARANTINED
    merchant.come()
    assert merchant.store.epoch == 2
    assert truth.held_products(merchant) == truth.products(merchant)
    assert configured.keystore().state(merchant.store.ref, 1) == "quarantined"
    duty = Duty.objects.get(kind=Duty.ERASE_STORE)
    assert (duty.epoch, duty.state, duty.cause) == (1, "asked", "uninstalled")


def test_who_starts_clean_has_the_old_epoch_erased_at_once(merchant: Merchant) -> None:
    merchant.come()
    merchant.leave()
    merchant.come()
    merchant.start_clean()
    store = merchant.store
    assert store.epoch == 2
    assert truth.held_products(merchant) == truth.products(merchant)
    assert not Row.objects.filter(store=store, epoch=1, sealed__isnull=False).exists()
    with pytest.raises(KeyGone):
        configured.keystore().get(store.ref, 1)
    duty = Duty.objects.get(kind=Duty.ERASE_STORE)
    assert (duty.epoch, duty.state, duty.cause) == (1, "done", "clean")
    assert Receipt.objects.get().duty == duty


def test_an_install_before_anybody_worked_is_whole_too(merchant: Merchant) -> None:
    merchant.open()
    merchant.sandbox.uninstall(merchant.shop)
    merchant.sandbox.flush()
    merchant.open()
    merchant.settle()
    assert (merchant.store.state, merchant.store.epoch) == (StoreState.ACTIVE, 2)
    assert truth.held_sales(merchant) == truth.sales(merchant)
    assert Duty.objects.get(kind=Duty.ERASE_STORE).state == "asked"
