"""Videos from end to end at Shopify: watched in the frame, out of date by a webhook, gone with the store."""

import re

import pytest
from django.utils import timezone

from connectors.models import Duty, Video, VideoPart
from connectors.videos import stale
from tests.journeys.merchant import Merchant
from tests.videos.watching import made_of, watches_until_leaving

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_merchant_watches_in_the_frame_until_the_uninstall(merchant: Merchant) -> None:
    merchant.come()
    watches_until_leaving(merchant)


def test_a_changed_price_makes_a_video_out_of_date_and_a_title_does_not(merchant: Merchant) -> None:
    merchant.come()
    made_of(merchant.store)
    shown = next(iter(merchant.sandbox.products(merchant.shop)))
    merchant.sandbox.change_product(merchant.shop, shown["id"], title="Another title")
    merchant.settle()
    assert Video.objects.get().stale_reasons == []
    assert "Another title" in merchant.open().text
    merchant.sandbox.change_product(merchant.shop, shown["id"], price="3.33")
    merchant.settle()
    video = Video.objects.get()
    assert (video.stale_reasons, video.stale_told_at is not None) == (["price"], True)
    assert "a price in it has changed" in re.sub(r"\s+", " ", merchant.open().text)
    assert stale.check(merchant.store.pk, timezone.now()) == []


def test_the_videos_go_with_the_store(merchant: Merchant) -> None:
    merchant.come()
    made_of(merchant.store)
    merchant.leave()
    assert VideoPart.objects.exists()  # sealed away, until the merchant is back or the erasure is due
    merchant.sandbox.advance(hours=49)
    merchant.settle()
    assert not Video.objects.exists()
    assert not VideoPart.objects.exists()
    assert Duty.objects.get().counts["videos"] == 1
