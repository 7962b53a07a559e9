"""Ranking: the first reason decides, strength within it, and what cannot be shown is not there."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors import ranking
from connectors.errors import KeyGone
from connectors.models import Row, Store, StoreState
from connectors.policy.records import Product, Record, SaleLine
from connectors.ranking import Best, Ranked
from tests import cast
from tests.cast import NOON, found
from tests.feed.cast import LONG_AGO, feed_id, key_of, picture, product, sale, variant

pytestmark = pytest.mark.django_db


def best(*records: Record, limit: int = 50, now: datetime = NOON) -> list[Ranked]:
    store, key = cast.store()
    cast.keep(store, key, *records)
    return ranking.best(store, key, now, limit, on_the_web, faultless).products


def best_and_unfit(*records: Record) -> Best:
    store, key = cast.store()
    cast.keep(store, key, *records)
    return ranking.best(store, key, NOON, 50, on_the_web, faultless)


def on_the_web(url: str) -> bool:
    return url.startswith("https://")


def faultless(_: Ranked) -> tuple[str, ...]:
    return ()


def shown(ranked: Iterable[Ranked]) -> list[str]:
    return [each.product.product_id for each in ranked]


def on_offer(number: int, price: str, before: str, **changed: Any) -> Product:
    return product(number, variants=(variant(1, price, compare_at_price=Decimal(before)),), **changed)


def sold_out(number: int) -> Product:
    return product(number, variants=(variant(number, available_for_sale=False),))


def test_the_reasons_come_in_their_order() -> None:
    nearly_gone = product(5, total_stock=3)
    new = product(4, published_at=NOON - timedelta(days=2))
    out, back = sold_out(3), product(3, updated_at=NOON - timedelta(days=1))
    reduced = on_offer(2, "15.00", "20.00")
    sold = product(1)
    ranked = best(product(6), nearly_gone, new, out, back, reduced, sold, sale(1, sold))
    assert [(each.product.product_id, *each.reasons) for each in ranked] == [
        ("1", "best_seller"),
        ("2", "on_offer"),
        ("3", "back_in_stock"),
        ("4", "new"),
        ("5", "low_stock"),
        ("6", "in_catalogue"),
    ]


def test_a_product_has_all_its_reasons() -> None:
    everything = on_offer(1, "15.00", "20.00", total_stock=1, published_at=NOON - timedelta(days=1))
    (only,) = best(everything, sale(1, everything))
    assert only.reasons == ("best_seller", "on_offer", "new", "low_stock")


def test_best_sellers_stand_by_units_sold() -> None:
    few, many, none = product(1), product(2), product(3)
    ranked = best(few, many, none, sale(1, few, 2), sale(2, many, 2), sale(3, many, 3))
    assert [(each.product.product_id, each.sold) for each in ranked] == [("2", 5), ("1", 2), ("3", 0)]


def test_offers_stand_by_their_reduction_new_ones_by_date_low_stock_by_what_is_left() -> None:
    assert shown(best(on_offer(1, "90.00", "100.00"), on_offer(2, "5.00", "10.00"))) == ["2", "1"]
    days = {1: 20, 2: 3, 3: 9}
    new = [product(number, published_at=NOON - timedelta(days=ago)) for number, ago in days.items()]
    store, key = cast.store("new.myshopify.com")
    cast.keep(store, key, *new)
    assert shown(ranking.best(store, key, NOON, 50, on_the_web, faultless).products) == ["2", "3", "1"]
    store, key = cast.store("low.myshopify.com")
    cast.keep(store, key, product(1, total_stock=4), product(2, total_stock=1), product(3, total_stock=5))
    assert shown(ranking.best(store, key, NOON, 50, on_the_web, faultless).products) == ["2", "1", "3"]


def test_what_is_back_stands_by_when_it_came_and_not_for_longer_than_two_weeks() -> None:
    days = {1: 5, 2: 1, 3: 14, 4: 15}
    returns = [product(number, updated_at=NOON - timedelta(days=ago)) for number, ago in days.items()]
    ranked = best(*[sold_out(number) for number in days], *returns)
    assert [(each.product.product_id, each.reasons[0]) for each in ranked] == [
        ("2", "back_in_stock"),
        ("1", "back_in_stock"),
        ("3", "back_in_stock"),
        ("4", "in_catalogue"),
    ]


def test_what_is_sold_out_again_is_not_back() -> None:
    returned, gone = product(1, updated_at=NOON - timedelta(days=2)), sold_out(1)
    assert best(gone, returned, replace(gone, updated_at=NOON - timedelta(days=1))) == []


def test_equals_stand_by_their_last_change() -> None:
    assert shown(best(*[product(number) for number in (1, 3, 2)])) == ["3", "2", "1"]


@pytest.mark.parametrize(
    "changed",
    [
        {"test": True},
        {"cancelled_at": NOON - timedelta(hours=1)},
        {"created_at": NOON - ranking.SOLD_WITHIN - timedelta(seconds=1)},
        {"created_at": NOON + timedelta(days=1)},
        {"lines": ()},
        {"lines": (SaleLine(None, None, 9, 9, Decimal(1), Decimal(9), Decimal(0)),)},
        {"lines": (SaleLine("1", "v1", 9, 0, Decimal(1), Decimal(9), Decimal(0)),)},
        {"lines": (SaleLine("1", "v1", 9, -2, Decimal(1), Decimal(9), Decimal(0)),)},
    ],
    ids=["test", "cancelled", "old", "to come", "empty", "of no product", "all returned", "negative"],
)
def test_what_was_not_sold_of_late_makes_no_best_seller(changed: dict[str, Any]) -> None:
    (only,) = best(product(1), replace(sale(1, product(1)), **changed))
    assert (only.sold, only.reasons) == (0, ("in_catalogue",))


def test_a_sale_of_the_first_day_of_the_span_counts() -> None:
    (only,) = best(product(1), sale(1, product(1), created_at=NOON - ranking.SOLD_WITHIN))
    assert only.sold == 1


def test_a_sale_of_a_product_that_is_no_more_brings_nothing_back() -> None:
    assert best(sale(1, product(1))) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "draft"},
        {"status": "archived"},
        {"status": "unlisted"},
        {"gift_card": True},
        {"published_at": NOON + timedelta(seconds=1)},
        {"pictures": ()},
        {"pictures": (picture(1, url="javascript:alert(1)"), picture(2, url="data:image/png;base64,AA"))},
        {"variants": ()},
        {"variants": (variant(1, available_for_sale=False),)},
        {"variants": (variant(1, "0.00"),)},
    ],
    ids=[
        "draft",
        "archived",
        "unlisted",
        "gift card",
        "published later",
        "no picture",
        "no picture on the web",
        "no variant",
        "sold out",
        "no price",
    ],
)
def test_what_cannot_be_shown_or_bought_is_not_ranked(changed: dict[str, Any]) -> None:
    hidden = product(1, **changed)
    assert shown(best(hidden, product(2), sale(1, hidden, 99))) == ["2"]


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"pictures": ()}, ("no_picture",)),
        ({"pictures": (picture(1, url="http://elsewhere.example/1.jpg"),)}, ("picture_elsewhere",)),
        ({"variants": (variant(1, "0.00"),)}, ("no_price",)),
        ({"variants": (variant(1, "0.00"),), "pictures": ()}, ("no_picture", "no_price")),
    ],
)
def test_what_is_sold_and_cannot_be_shown_is_refused_with_why(
    changed: dict[str, Any], codes: tuple[str, ...]
) -> None:
    made = best_and_unfit(product(1, **changed), product(2))
    assert shown(made.products) == ["2"]
    assert [each.codes for each in made.unfit] == [codes]


@pytest.mark.parametrize(
    "changed",
    [{"status": "draft"}, {"gift_card": True}, {"variants": ()}, {"published_at": NOON + timedelta(1)}],
)
def test_what_the_merchant_does_not_sell_is_not_refused_but_left_out(changed: dict[str, Any]) -> None:
    made = best_and_unfit(product(1, pictures=(), **changed))
    assert (made.products, made.unfit) == ([], [])


def test_of_the_unfit_the_best_selling_are_named_and_no_more_than_the_limit() -> None:
    store, key = cast.store()
    unfit = [product(number, pictures=()) for number in range(20)]
    cast.keep(store, key, *unfit, sale(1, unfit[7], 2), sale(2, unfit[4], 5))
    made = ranking.best(store, key, NOON, 3, on_the_web, faultless)
    assert [each.id for each in made.unfit] == [feed_id(store, found(unfit[number])) for number in (4, 7, 19)]


def odd(each: Ranked) -> tuple[str, ...]:
    return ("odd",) if int(each.product.product_id) % 2 else ()


def test_what_has_faults_takes_no_place_from_what_has_none() -> None:
    store, key = cast.store()
    cast.keep(store, key, *[product(number) for number in range(60)], product(61, pictures=()))
    made = ranking.best(store, key, NOON, 3, on_the_web, odd)
    assert shown(made.products) == ["58", "56", "54"]
    # Only what would have been among the best is named, best first, and before what nobody could show.
    assert [each.id for each in made.unfit] == [
        feed_id(store, found(product(number))) for number in (59, 57, 55, 61)
    ]
    assert [each.codes for each in made.unfit] == [("odd",)] * 3 + [("no_picture",)]


def test_faults_are_asked_of_few() -> None:
    asked: list[str] = []

    def noted(each: Ranked) -> tuple[str, ...]:
        asked.append(each.id)
        return ()

    store, key = cast.store()
    cast.keep(store, key, *[product(number) for number in range(200)])
    assert shown(ranking.best(store, key, NOON, 3, on_the_web, noted).products) == ["199", "198", "197"]
    assert len(asked) == 3


def test_a_platforms_own_spelling_of_active_will_do() -> None:
    assert shown(best(product(1, status="ACTIVE"))) == ["1"]


def test_the_price_shown_is_the_lowest_that_can_be_paid() -> None:
    variants = (
        variant(1, "30.00"),
        variant(2, "10.00", available_for_sale=False),
        variant(3, "0.00"),
        variant(4, "25.00"),
    )
    (only,) = best(product(1, variants=variants))
    assert only.variant.price == Decimal("25.00")


@pytest.mark.parametrize("before", [None, Decimal("20.00"), Decimal("19.99"), Decimal("0.00")])
def test_a_compare_at_price_that_is_not_higher_is_no_offer(before: Decimal | None) -> None:
    (only,) = best(product(1, variants=(variant(1, "20.00", compare_at_price=before),)))
    assert only.reasons == ("in_catalogue",)


@pytest.mark.parametrize(("units", "tracked"), [(0, True), (-3, True), (6, True), (None, True), (2, False)])
def test_only_a_few_counted_units_are_low_stock(units: int | None, tracked: bool) -> None:
    (only,) = best(product(1, total_stock=units, variants=(variant(1, tracked=tracked),)))
    assert only.reasons == ("in_catalogue",)


def test_new_is_by_publication_and_without_one_by_creation() -> None:
    just_now = NOON - timedelta(days=1)
    republished = product(1, created_at=LONG_AGO, published_at=just_now)
    unpublished = product(2, created_at=just_now, published_at=None)
    old = product(3, created_at=just_now, published_at=LONG_AGO)
    ranked = {each.product.product_id: each.reasons[0] for each in best(republished, unpublished, old)}
    assert ranked == {"1": "new", "2": "new", "3": "in_catalogue"}


def test_no_more_than_the_limit_are_held_and_they_are_the_best() -> None:
    store, key = cast.store()
    cast.keep(store, key, *[product(number) for number in range(40)], sale(1, product(7)))
    assert shown(ranking.best(store, key, NOON, 3, on_the_web, faultless).products) == ["7", "39", "38"]
    assert shown(ranking.best(store, key, NOON, 1, on_the_web, faultless).products) == ["7"]


def test_other_stores_and_older_epochs_lend_nothing() -> None:
    (mine, my_key), (other, other_key) = cast.store("mine.myshopify.com"), cast.store("other.myshopify.com")
    cast.keep(mine, my_key, product(1))
    cast.keep(other, other_key, product(2), sale(1, product(1), 9))
    (only,) = ranking.best(mine, my_key, NOON, 50, on_the_web, faultless).products
    assert (only.product.product_id, only.sold) == ("1", 0)
    Store.objects.filter(pk=mine.pk).update(epoch=2)
    mine.refresh_from_db()
    assert ranking.best(mine, my_key, NOON, 50, on_the_web, faultless).products == []


def test_a_store_that_is_not_open_is_not_ranked() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    store.state = StoreState.QUARANTINED
    with pytest.raises(KeyGone):
        ranking.best(store, key, NOON, 50, on_the_web, faultless)


def test_rows_that_do_not_open_are_left_out_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1), product(2))
    Row.objects.filter(change=1).update(sealed=Row.objects.get(change=2).sealed)
    assert shown(ranking.best(store, key_of(store), NOON, 50, on_the_web, faultless).products) == ["2"]
    assert caplog.messages == [f"1 rows of store {store.ref} do not open"]
