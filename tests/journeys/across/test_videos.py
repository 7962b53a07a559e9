"""Videos in the frames of BigCommerce and Wix, which live on tickets and bearers instead of proofs."""

import pytest

from tests.journeys.merchant import Merchant
from tests.videos.watching import watches_until_leaving

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_merchant_watches_in_the_frame_until_the_uninstall(merchant: Merchant) -> None:
    merchant.come()
    watches_until_leaving(merchant)
