"""Stores of one platform and of two never meet: a word reaches only the store that it proves."""

import pytest

from connectors.models import Row, StoreState
from connectors.platforms.bigcommerce.webhooks import HOOK_HEADER, hook_secret
from tests.journeys.across.bigcommerce import BigCommerceSide
from tests.journeys.across.conftest import Open
from tests.journeys.across.side import Side
from tests.journeys.across.wix import WixV3
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[BigCommerceSide(), WixV3()], ids=["bigcommerce", "wix-v3"])
def side(request: pytest.FixtureRequest) -> Side:
    found: Side = request.param
    return found


def rows_of(merchant: Merchant) -> list[tuple[object, ...]]:
    """Return what is held of a store, byte by byte."""
    held = Row.objects.filter(store=merchant.store).order_by("pk")
    return [(row.pk, row.change, bytes(row.sealed) if row.sealed is not None else None) for row in held]


def test_a_word_about_another_store_s_things_changes_only_its_own(open_store: Open, side: Side) -> None:
    ours, theirs = (open_store(side, products=2, orders=2).come() for _ in range(2))
    elsewhere = open_store(WixV3() if side.platform == "bigcommerce" else BigCommerceSide(), products=1)
    elsewhere.come()
    before, last = (rows_of(theirs), rows_of(elsewhere)), theirs.last_call
    for product in theirs.products():
        body = side.body_of_product(product)
        ours.sandbox.webhook(ours.shop, side.gone_topic, body=body)
    ours.settle()
    assert (rows_of(theirs), rows_of(elsewhere)) == before
    assert theirs.calls_since(last) == []
    side.assert_as_there(ours)

    ours.leave()
    assert ours.store.state == StoreState.QUARANTINED
    assert (theirs.store.state, elsewhere.store.state) == (StoreState.ACTIVE, StoreState.ACTIVE)
    assert (rows_of(theirs), rows_of(elsewhere)) == before


def test_the_header_of_one_store_s_hooks_speaks_for_no_other(open_store: Open) -> None:
    side = BigCommerceSide()
    ours, theirs = (open_store(side, products=1, orders=1).come() for _ in range(2))
    sent = ours.sandbox.webhook(
        ours.shop,
        "store/app/uninstalled",
        body={"type": "store"},
        producer=f"stores/{theirs.shop}",
        headers={HOOK_HEADER: hook_secret("hush-test-client-secret-0123456789abcdef", ours.shop)},
    )
    assert ours.acknowledged(sent) == [401]
    assert (ours.store.state, theirs.store.state) == (StoreState.ACTIVE, StoreState.ACTIVE)


def test_a_page_s_bearer_opens_its_own_store_and_platform_alone(open_store: Open) -> None:
    ours = open_store(BigCommerceSide(), products=1, orders=1).come()
    theirs = open_store(WixV3(), products=1, orders=1).come()
    page = ours.open().text
    bearer = page.partition('name="minta-bearer" content="')[2].partition('"')[0]
    home = theirs.sandbox.load(theirs.shop)["url"].partition("?")[0]
    assert bearer
    answer = theirs.session.get(home, headers={"Authorization": f"Bearer {bearer}"}, timeout=30)
    assert answer.status_code == 401
    assert theirs.info().name not in page
