"""A platform that shows all sales shows old ones: they are counted, told of, and never written."""

import re

import pytest

from connectors.models import Row
from connectors.policy.retention import OLDER
from tests.journeys.across.bigcommerce import BigCommerceSide
from tests.journeys.across.conftest import Open
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def merchant(open_store: Open) -> Merchant:
    """A merchant whose sales the sandbox spreads over 170 days, on purpose: some are older than kept."""
    return open_store(BigCommerceSide(), products=3, orders=14).come()


def test_they_are_refused_for_a_written_reason_and_the_counts_agree(merchant: Merchant) -> None:
    side = BigCommerceSide()
    old, run = side.old_sales(merchant), merchant.runs(kind="sale")["sale"]
    assert old > 0
    assert run.reasons == {OLDER: old}
    assert (run.state, run.refused, run.parsed) == ("done", old, run.kept + old)
    assert set(merchant.sales()) == set(side.sales(merchant))
    assert Row.objects.filter(kind="sale").count() == run.kept


def test_the_page_says_it_in_plain_words(merchant: Merchant) -> None:
    old = BigCommerceSide().old_sales(merchant)
    page = re.sub(r"\s+", " ", merchant.open().text)
    assert f"{old} refused: made more than 90 days ago, and sales are kept for no longer" in page
