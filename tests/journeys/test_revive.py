"""Coming back in time: what the platform shows no more is kept, and the old epoch ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors import configured
from connectors.errors import KeyGone
from connectors.models import Receipt, Row, StoreState
from tests import cast
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timezone.now() - timedelta(days=200)


@pytest.fixture
def merchant(arrive: Arrive) -> Merchant:
    """A merchant whose store holds a sale of long ago beside those that the platform shows."""
    come = arrive(products=None, orders=5).come()
    cast.keep(come.store, come.key, cast.sale(1, created_at=LONG_AGO, updated_at=LONG_AGO))
    return come


def test_a_sale_of_long_ago_comes_along(merchant: Merchant) -> None:
    merchant.leave()
    merchant.come()
    assert merchant.store.epoch == 2
    assert merchant.sales()["1"] == cast.sale(1, created_at=LONG_AGO, updated_at=LONG_AGO)
    assert len(merchant.sales()) == 6


def test_the_old_epoch_is_erased_with_a_receipt(merchant: Merchant) -> None:
    merchant.leave()
    merchant.come()
    assert not Row.objects.filter(epoch=1).exclude(kind="gone").exists()
    receipt = Receipt.objects.get()
    assert (receipt.duty.epoch, receipt.duty.cause) == (1, "reinstalled")
    with pytest.raises(KeyGone):
        configured.keystore().get(merchant.store.ref, 1)
    assert merchant.store.state == StoreState.ACTIVE


def test_what_the_platform_only_reports_comes_along(merchant: Merchant) -> None:
    merchant.sandbox.change_shop(merchant.shop, google_apps_domain="mail.cedar.example")
    merchant.settle()
    before = merchant.info().reported
    assert before is not None
    assert before.google_apps_domain == "mail.cedar.example"
    merchant.leave()
    merchant.come()
    assert merchant.info().reported == before


def test_the_receipt_says_how_many_were_moved(merchant: Merchant) -> None:
    merchant.leave()
    merchant.come()
    assert Receipt.objects.get().duty.counts["moved"] == 1


def test_a_sale_that_was_redacted_does_not_come_along(merchant: Merchant) -> None:
    body = {
        "shop_id": int(merchant.info().store_id),
        "shop_domain": merchant.shop,
        "customer": {"id": 1},
        "orders_to_redact": [1],
    }
    merchant.sandbox.webhook(merchant.shop, "customers/redact", body=body)
    merchant.settle()
    merchant.leave()
    merchant.come()
    assert "1" not in merchant.sales()


def test_who_comes_back_too_late_starts_clean(merchant: Merchant) -> None:
    merchant.leave()
    merchant.sandbox.advance(hours=49)
    merchant.settle()
    assert merchant.store.state == StoreState.ERASED
    merchant.come()
    assert len(merchant.sales()) == 5
