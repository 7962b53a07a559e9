"""Increments and single records: whole, in pages that fit, and never confused with what is gone."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    GrantRevoked,
    Malformed,
    StoreClosed,
    TooCostly,
    Unavailable,
)
from connectors.platforms.base import Found, Page, Unreadable
from connectors.policy.records import Product, Sale
from tests.platforms.shopify import nodes
from tests.platforms.shopify.admin import Admin, Asked, Says, fails, gives
from tests.platforms.shopify.nodes import Json, connection, gid

KINDS = {"product": "products", "sale": "orders", "offer": "discountNodes"}
ONE = {"product": "product", "sale": "order", "offer": "discountNode"}
WHOLE = {"product": nodes.whole_product, "sale": nodes.whole_order}


def node(kind: str, number: int = 12) -> Json:
    return nodes.offer(number=number) if kind == "offer" else WHOLE[kind](number)


def page_of(kind: str, *found: Any, cursor: str | None = None) -> Says:
    return gives(**{KINDS[kind]: connection(list(found), cursor)})


def ids(page: Page) -> list[str]:
    return [each.id if isinstance(each, Found) else each.reason for each in page.items]


def record(found: Found | Unreadable | None) -> Any:
    assert isinstance(found, Found)
    return found.record


# Pages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_holds_records_and_where_to_go_on(kind: str) -> None:
    with Admin(page_of(kind, node(kind, 1), node(kind, 2), cursor="next")) as admin:
        page = admin.reader().page(kind, None, None)
    assert [each.split("/")[-1] for each in ids(page)] == ["1", "2"]
    assert page.cursor == "next"
    assert admin.asked[0].variables["query"] is None
    assert "sortKey: UPDATED_AT" in admin.asked[0].document


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_page_says_so_and_a_cursor_is_sent_back(kind: str) -> None:
    with Admin(page_of(kind)) as admin:
        assert admin.reader().page(kind, None, "after-this") == Page((), None)
    assert admin.asked[0].variables["after"] == "after-this"


@pytest.mark.parametrize("kind", KINDS)
def test_what_changed_since_is_asked_for_in_utc_to_the_second_before(kind: str) -> None:
    since = datetime(2026, 11, 1, 9, 30, 15, 999_999, tzinfo=timezone(timedelta(hours=-5)))
    with Admin(page_of(kind)) as admin:
        admin.reader().page(kind, since, None)
    assert admin.asked[0].variables["query"] == "updated_at:>='2026-11-01T14:30:15Z'"


@pytest.mark.parametrize("kind", KINDS)
def test_one_record_that_cannot_be_read_does_not_take_the_page_with_it(kind: str) -> None:
    spoiled = {**node(kind, 2), "id": 4111111111111111}
    with Admin(page_of(kind, node(kind, 1), spoiled, node(kind, 3))) as admin:
        page = admin.reader().page(kind, None, None)
    assert [type(each) for each in page.items] == [Found, Unreadable, Found]
    assert ids(page)[1].endswith(": Expected `str`, got `int` - at `$.id`")


@pytest.mark.parametrize("spoiled", [None, 5, [], "a merchant's value", {}])
def test_a_node_of_another_shape_is_unreadable_without_its_value(spoiled: object) -> None:
    with Admin(page_of("product", spoiled)) as admin:
        (refused,) = admin.reader().page("product", None, None).items
    assert isinstance(refused, Unreadable)
    assert refused.kind == "product"
    assert "merchant" not in refused.reason


@pytest.mark.parametrize("cursor", ["same", ""])
def test_pages_that_go_round_are_noticed(cursor: str) -> None:
    with Admin(page_of("product", cursor=cursor)) as admin, pytest.raises(BadAnswer, match="round"):
        admin.reader().page("product", None, cursor)


def test_a_page_that_goes_on_nowhere_is_a_bad_answer() -> None:
    endless = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}
    with Admin(gives(products=endless)) as admin, pytest.raises(BadAnswer):
        admin.reader().page("product", None, None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_the_store_refuses_is_denied_not_empty(kind: str) -> None:
    with Admin(fails("ACCESS_DENIED", path=[KINDS[kind]])) as admin, pytest.raises(AccessDenied):
        admin.reader().page(kind, None, None)


# Sizes ----------------------------------------------------------------------------------------------------


def limited(most: int) -> Any:
    """Answer as a store whose limit is this many variants in one answer."""

    def answer(asked: Asked) -> Says:
        size = asked.variables.get("first", 1) * asked.variables["variants"]
        if size > most:
            return fails("MAX_COST_EXCEEDED")
        if "first" in asked.variables:
            return page_of("product", node("product"))
        return gives(product=node("product"))

    return answer


def test_a_page_that_is_too_dear_is_halved_until_it_fits_and_the_next_begins_there() -> None:
    with Admin(limited(100)) as admin:
        reader = admin.reader()
        assert len(reader.page("product", None, None).items) == 1
        sizes = [asked.variables["first"] for asked in admin.asked]
        reader.page("product", None, None)
    assert sizes == [25, 12, 6, 3]
    assert [asked.variables["first"] for asked in admin.asked[len(sizes) :]] == [3]


def test_one_record_that_is_too_dear_is_asked_for_in_smaller_parts() -> None:
    with Admin(limited(10)) as admin:
        assert admin.reader().one("product", "12") is not None
    assert [asked.variables["variants"] for asked in admin.asked] == [100, 50, 25, 12, 6]


def test_what_is_too_dear_at_its_smallest_is_not_asked_for_ever() -> None:
    with Admin(limited(0)) as admin, pytest.raises(TooCostly):
        admin.reader().page("product", None, None)
    assert len(admin.asked) < 15


# The rest of a record -------------------------------------------------------------------------------------


def many_parts(asked: Asked) -> Says:
    """A product of 5 variants, two at a time; each with 3 levels and 3 pictures, one at a time."""
    number = int(asked.variables.get("after") or 0)

    def levels(at: int) -> Json:
        return connection([nodes.level(location=at + 1)], str(at + 1) if at < 2 else None)

    def variants(at: int) -> Json:
        found = [nodes.variant(100 + each, each) for each in range(at + 1, min(at + 2, 5) + 1)]
        for each in found:
            each["inventoryItem"]["inventoryLevels"] = levels(0)
        return connection(found, str(at + 2) if at + 2 < 5 else None)

    def media(at: int) -> Json:
        return connection([nodes.picture(str(at))], str(at + 1) if at < 2 else None)

    match asked.operation:
        case "MintaProductVariants":
            return gives(product={"variants": variants(number)})
        case "MintaProductMedia":
            return gives(product={"media": media(number)})
        case "MintaStockLevels":
            return gives(inventoryItem={"inventoryLevels": levels(number)})
    return gives(product=nodes.whole_product(12, variants=variants(0), media=media(0)))


def test_what_a_page_leaves_out_of_a_product_is_read_on() -> None:
    with Admin(many_parts) as admin:
        product = record(admin.reader().one("product", "12"))
    assert isinstance(product, Product)
    assert [each.variant_id for each in product.variants] == ["101", "102", "103", "104", "105"]
    assert [[stock.location_id for stock in each.stock] for each in product.variants] == [["1", "2", "3"]] * 5
    assert [each.url[-5:] for each in product.pictures] == ["0.png", "1.png", "2.png"]
    assert admin.operations().count("MintaStockLevels") == 10


def test_the_other_lines_of_a_long_order_are_read_on() -> None:
    def answer(asked: Asked) -> Says:
        if asked.operation == "MintaSale":
            return gives(order=nodes.whole_order(lineItems=connection([nodes.line(1)], "1")))
        at = int(asked.variables["after"])
        return gives(order={"lineItems": connection([nodes.line(at + 1)], str(at + 1) if at < 3 else None)})

    with Admin(answer) as admin:
        sale = record(admin.reader().one("sale", "5001"))
    assert isinstance(sale, Sale)
    assert len(sale.lines) == 4
    assert [asked.variables["id"] for asked in admin.asked[1:]] == [gid("Order", 5001)] * 3


def test_parts_that_go_round_spoil_one_record() -> None:
    def answer(asked: Asked) -> Says:
        if asked.operation == "MintaSales":
            round_and_round = nodes.whole_order(2, lineItems=connection([], "again"))
            return page_of("sale", nodes.whole_order(1), round_and_round, nodes.whole_order(3))
        return gives(order={"lineItems": connection([nodes.line(1)], "again")})

    with Admin(answer) as admin:
        assert ids(admin.reader().page("sale", None, None)) == ["1", "Shopify's pages go round", "3"]
    assert len(admin.asked) == 2


def test_a_record_that_goes_away_while_it_is_read_is_read_again_later() -> None:
    first = gives(order=nodes.whole_order(lineItems=connection([], "1")))
    with Admin(first, gives(order=None)) as admin, pytest.raises(Unavailable) as failed:
        admin.reader().one("sale", "5001")
    assert failed.value.retry


@pytest.mark.parametrize(("said", "error"), [(Says({}, 401), GrantRevoked), (Says({}, 402), StoreClosed)])
def test_a_store_that_closes_between_a_record_and_its_rest_is_closed(
    said: Says, error: type[Exception]
) -> None:
    first = page_of("sale", nodes.whole_order(lineItems=connection([], "1")))
    with Admin(first, said) as admin, pytest.raises(error):
        admin.reader().page("sale", None, None)


# One record -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_one_record_is_what_a_page_has(kind: str) -> None:
    with Admin(page_of(kind, node(kind)), gives(**{ONE[kind]: node(kind)})) as admin:
        reader = admin.reader()
        (on_page,) = reader.page(kind, None, None).items
        assert isinstance(on_page, Found)
        alone = reader.one(kind, on_page.id)
    assert record(alone) == on_page.record
    assert isinstance(alone, Found)
    assert (alone.kind, alone.id, alone.version) == (kind, on_page.id, on_page.version)
    assert alone.version.tzinfo is UTC


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_that_is_gone_is_none(kind: str) -> None:
    with Admin(gives(**{ONE[kind]: None})) as admin:
        assert admin.reader().one(kind, "DiscountCodeNode/1" if kind == "offer" else "1") is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_that_is_refused_is_not_gone(kind: str) -> None:
    refused = fails("ACCESS_DENIED", {ONE[kind]: None}, path=[ONE[kind]])
    with Admin(refused) as admin, pytest.raises(AccessDenied):
        admin.reader().one(kind, "DiscountCodeNode/1" if kind == "offer" else "1")


def test_a_record_that_cannot_be_read_is_not_gone() -> None:
    spoiled = {**node("product"), "title": 4111111111}
    with Admin(gives(product=spoiled)) as admin, pytest.raises(BadAnswer) as failed:
        admin.reader().one("product", "12")
    assert str(failed.value) == "product: Product: Expected `str`, got `int` - at `$.title`"


@pytest.mark.parametrize("record_id", ["", "x", '1") { id }', "gid://shopify/Order/1", "DiscountCodeNode/1"])
def test_what_is_no_id_is_not_asked_for(record_id: str) -> None:
    with Admin(gives(product=None)) as admin, pytest.raises(Malformed):
        admin.reader().one("product", record_id)
    assert admin.asked == []


# A field that is refused ----------------------------------------------------------------------------------


def test_one_refused_field_leaves_the_rest_of_the_answer() -> None:
    without = nodes.whole_order(lineItems=connection([nodes.line(1, None)]))
    path: list[str | int] = ["orders", "nodes", 0, "lineItems", "nodes", 0, "product"]
    with Admin(fails("ACCESS_DENIED", {"orders": connection([without])}, path=path)) as admin:
        reader = admin.reader()
        (found,) = reader.page("sale", None, None).items
    assert record(found).lines[0].product_id is None
    assert reader._client.refused == {"orders.nodes.lineItems.nodes.product"}
