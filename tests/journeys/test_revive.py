"""Coming back in time: who keeps the time before gets what the platform shows no more, and the videos."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors import configured, erase, revive
from connectors.errors import KeyGone
from connectors.models import Duty, Receipt, Row, StoreState, Video
from connectors.policy.retention import SALE
from connectors.videos import reach
from tests import cast
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant
from tests.videos.cast import scope
from tests.videos.watching import got, links_of, made_of

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timezone.now() - timedelta(days=75)


@pytest.fixture
def merchant(arrive: Arrive) -> Merchant:
    """A merchant whose store holds a sale of long ago beside those that the platform shows."""
    come = arrive(products=None, orders=5).come()
    cast.keep(come.store, come.key, cast.sale(1, created_at=LONG_AGO, updated_at=LONG_AGO))
    return come


def test_a_sale_of_long_ago_comes_along(merchant: Merchant) -> None:
    merchant.leave()
    merchant.come()
    merchant.keep()
    assert merchant.store.epoch == 2
    assert merchant.sales()["1"] == cast.sale(1, created_at=LONG_AGO, updated_at=LONG_AGO)
    assert len(merchant.sales()) == 6


def test_the_old_epoch_is_erased_with_a_receipt(merchant: Merchant) -> None:
    merchant.leave()
    merchant.come()
    merchant.keep()
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
    merchant.keep()
    assert merchant.info().reported == before


def test_without_a_word_nothing_comes_along_and_it_is_erased_on_its_clock(merchant: Merchant) -> None:
    merchant.leave()
    merchant.come()
    waiting = revive.choice(merchant.store)
    assert waiting is not None
    assert "1" not in merchant.sales()
    Duty.objects.update(due_at=timezone.now())
    erase.carry(waiting.pk)
    assert revive.choice(merchant.store) is None
    assert merchant.store.state == StoreState.ACTIVE
    with pytest.raises(KeyGone):
        configured.keystore().get(merchant.store.ref, 1)


def test_who_starts_clean_gets_nothing_and_a_receipt(merchant: Merchant) -> None:
    merchant.leave()
    merchant.come()
    merchant.start_clean()
    assert "1" not in merchant.sales()
    receipt = Receipt.objects.get()
    assert (receipt.duty.cause, "moved" in receipt.duty.counts) == ("clean", False)


def test_a_sale_that_is_over_its_time_does_not_come_along(merchant: Merchant) -> None:
    long_ago = timezone.now() - SALE.time
    Row.objects.filter(dated_at=LONG_AGO).update(dated_at=long_ago)
    merchant.leave()
    merchant.come()
    merchant.keep()
    assert "1" not in merchant.sales()


def test_the_receipt_says_how_many_were_moved(merchant: Merchant) -> None:
    merchant.leave()
    merchant.come()
    merchant.keep()
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
    merchant.keep()
    assert "1" not in merchant.sales()


def test_a_video_comes_along_to_the_page_and_the_feed(merchant: Merchant) -> None:
    content, made = made_of(merchant.store), Video.objects.get()
    ref, reasons = made.ref, made.stale_reasons
    merchant.leave()
    merchant.come()
    assert ref not in merchant.open().text
    merchant.keep()
    moved = Video.objects.get()
    assert (moved.ref, moved.epoch, moved.stale_reasons) == (ref, 2, reasons)
    _, player, _ = links_of(merchant.open())
    assert got(player).content == content
    assert [each.ref for each in reach.listed(scope(), merchant.store.ref, "", 10)] == [ref]
    shown = next(iter(merchant.sandbox.products(merchant.shop)))
    merchant.sandbox.change_product(merchant.shop, shown["id"], price="3.33")
    merchant.settle()
    assert set(Video.objects.get().stale_reasons) == {"price", *reasons}


def test_who_comes_back_too_late_starts_clean(merchant: Merchant) -> None:
    merchant.leave()
    merchant.sandbox.advance(hours=49)
    merchant.settle()
    assert merchant.store.state == StoreState.ERASED
    merchant.come()
    assert len(merchant.sales()) == 5
