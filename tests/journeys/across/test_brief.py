"""Briefs at BigCommerce and Wix: pictures lead to the platform, and a return to the shelf is seen."""

import pytest

from tests.brief.watched import leads_to_pictures_until_leaving, returns_to_the_shelf
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


def test_links_lead_to_pictures_until_the_uninstall(merchant: Merchant, app_url: str) -> None:
    leads_to_pictures_until_leaving(merchant, app_url)


def test_what_is_sold_out_and_comes_back_is_told_so(merchant: Merchant, app_url: str) -> None:
    returns_to_the_shelf(merchant, app_url)
