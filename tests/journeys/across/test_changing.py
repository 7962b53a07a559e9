"""What changes at the platform reaches Minta: by its word, in whatever order, or by the next look."""

from decimal import Decimal

import pytest

from connectors import sync
from connectors.models import Row, RunMode
from tests.journeys.across.side import Side
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def merchant(merchant: Merchant) -> Merchant:
    """Return a merchant whose store is held."""
    return merchant.come()


def test_words_in_any_order_and_twice_end_with_what_is_there(merchant: Merchant, side: Side) -> None:
    sandbox, shop = merchant.sandbox, merchant.shop
    first, second = (str(each["id"]) for each in sandbox.products(shop)[:2])
    with sandbox.held(release="shuffled"):
        for title in ("One", "Two", "Three"):
            sandbox.change_product(shop, first, title=title, price="12.34", stock=3)
        made = sandbox.create_product(shop, title="Short-lived")
        kept = sandbox.create_product(shop, title="Here to stay")
        sandbox.delete_product(shop, str(made["id"]))
        sandbox.delete_product(shop, second)
        order = str(sandbox.create_order(shop)["id"])
        sandbox.change_order(shop, order, cancelled=True)
    sandbox.flush()
    for each in sandbox.deliveries(shop=shop):
        sandbox.deliver_again(each["number"])
    merchant.settle()
    held = merchant.products()
    assert held[first].title == "Three"
    assert Decimal("12.34") in {each.price for each in held[first].variants}
    assert str(kept["id"]) in held
    assert not {second, str(made["id"])} & held.keys()
    assert {each.state for each in merchant.deliveries()} <= {"done", "ignored"}
    sync.begin_all(RunMode.SINCE)  # Wix tells of no order
    merchant.settle()
    assert {run.mode for run in merchant.runs().values()} == {RunMode.SINCE}
    assert merchant.sales()[order].cancelled_at is not None
    side.assert_as_there(merchant)


def test_a_late_word_brings_back_nothing(merchant: Merchant, side: Side) -> None:
    sandbox, shop = merchant.sandbox, merchant.shop
    first = str(sandbox.products(shop)[0]["id"])
    sent = sandbox.change_product(shop, first, title="Before the end")["deliveries"]
    merchant.settle()
    sandbox.delete_product(shop, first)
    merchant.settle()
    for number in sent:
        sandbox.deliver_again(number)
    merchant.settle()
    assert first not in merchant.products()
    side.assert_as_there(merchant)


def test_what_no_word_told_is_found_by_the_next_looks(merchant: Merchant, side: Side) -> None:
    sandbox, shop = merchant.sandbox, merchant.shop
    first, gone = (str(each["id"]) for each in sandbox.products(shop)[:2])
    with sandbox.held():  # and what is held comes late: it must change nothing
        sandbox.change_product(shop, first, title="Told by nobody")
        order = str(sandbox.create_order(shop)["id"])
        made = str(sandbox.create_discount(shop, title="Quiet tenth")["id"])
        sandbox.change_shop(shop, name="Quiet & Sons")
        sync.begin_all(RunMode.SINCE)
        _work(merchant)
        assert merchant.products()[first].title == "Told by nobody"
        assert order in merchant.sales()
        assert side.offer_id(made) in merchant.offers()
        assert merchant.info().name == "Quiet & Sons"
        sandbox.delete_product(shop, gone)
        sandbox.delete_discount(shop, made)
        sync.begin_all(RunMode.SINCE)
        _work(merchant)
        assert gone in merchant.products()  # an increment sees no end of a product
        sync.begin_all(RunMode.FULL)
        _work(merchant)
        side.assert_as_there(merchant)
        assert merchant.runs()["product"].gone == 1
        assert Row.objects.filter(store=merchant.store, sealed__isnull=True).count() == 2
    merchant.settle()
    side.assert_as_there(merchant)


def _work(merchant: Merchant) -> None:
    """Let the work come to rest while the platform's words are held back."""
    while merchant.work_once().total:
        pass


def test_an_order_that_is_archived_or_gone_is_no_sale(merchant: Merchant, side: Side) -> None:
    sandbox, shop = merchant.sandbox, merchant.shop
    order = next(str(each["id"]) for each in sandbox.orders(shop) if each["visible"])
    sandbox.delete_order(shop, order)
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert order not in merchant.sales()
    side.assert_as_there(merchant)
