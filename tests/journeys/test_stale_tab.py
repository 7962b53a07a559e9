"""A page that was open before the uninstall, and is loaded again after it, ends no duty."""

import time
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from connectors.models import Duty, StoreState
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_reload_with_a_proof_of_before_the_uninstall_does_not_undo_it(merchant: Merchant) -> None:
    merchant.come()
    open_tab = merchant.sandbox.load(merchant.shop)["url"]
    time.sleep(1.1)  # a proof says its second, no less
    left_at = timezone.now().isoformat()
    with merchant.silenced():
        merchant.sandbox.uninstall(merchant.shop)
    assert requests.get(open_tab, timeout=30).status_code == 200  # nothing has told us yet
    number = int(merchant.sandbox.store(merchant.shop)["number"])
    merchant.sandbox.webhook(merchant.shop, "app/uninstalled", body={"id": number}, triggered_at=left_at)
    merchant.sandbox.flush()
    assert merchant.store.state == StoreState.QUARANTINED
    assert Duty.objects.get().cause == "uninstalled"


def test_an_uninstall_told_in_whole_seconds_is_believed(merchant: Merchant) -> None:
    merchant.come()
    second = f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}"
    number = int(merchant.sandbox.store(merchant.shop)["number"])
    merchant.sandbox.webhook(merchant.shop, "app/uninstalled", body={"id": number}, triggered_at=second)
    merchant.sandbox.flush()
    assert merchant.store.state == StoreState.QUARANTINED


def test_an_uninstall_of_before_the_newest_proof_ends_nothing(merchant: Merchant) -> None:
    merchant.come()
    before = f"{timezone.now() - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    number = int(merchant.sandbox.store(merchant.shop)["number"])
    merchant.sandbox.webhook(merchant.shop, "app/uninstalled", body={"id": number}, triggered_at=before)
    merchant.settle()
    assert merchant.store.state == StoreState.ACTIVE
    assert not Duty.objects.exists()
