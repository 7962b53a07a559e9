"""Pages of the catalogue lose nothing, and ask for no more than is needed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.errors import BadAnswer
from connectors.platforms.base import Found, Unreadable
from connectors.platforms.bigcommerce import client
from connectors.platforms.http import Limits
from connectors.policy.records import Picture, Product
from tests.platforms.bigcommerce.api import everything, listed, paged, product, serving, variant
from tests.platforms.bigcommerce.goods import PATH, items, read, read_from
from tests.platforms.playing import Asked, Says


def test_what_is_asked_for_is_what_is_decoded() -> None:
    with serving({PATH: paged([product(77)])}) as api:
        everything(api.reader(), "product")
        (asked,) = api.asked(PATH)
    assert asked.query["include"] == "variants,images"
    fields = set(asked.query["include_fields"].split(","))
    assert fields >= {"name", "price", "inventory_level", "custom_url", "date_modified"}
    assert not fields & {"id", "variants", "images", "cost_price", "options", "modifiers", "search_keywords"}
    assert (asked.query["limit"], asked.query["sort"], asked.query["direction"]) == ("250", "id", "asc")


def test_every_product_is_read_once_however_many_pages_there_are() -> None:
    with serving({PATH: paged([product(number) for number in range(1, 601)])}) as api:
        found = everything(api.reader(), "product")
        assert [each.id for each in found if isinstance(each, Found)] == [str(n) for n in range(1, 601)]
        assert [each.query.get("id:greater") for each in api.asked(PATH)] == [None, "250", "500"]


def test_a_short_page_is_not_the_last_while_more_are_announced() -> None:
    rows = [product(number) for number in range(1, 8)]

    def answer(asked: Asked) -> Says:
        after = int(asked.query.get("id:greater", 0))
        left = [row for row in rows if row["id"] > after]
        return Says(listed(left[:3], len(left)))

    with serving({PATH: answer}) as api:
        assert len(everything(api.reader(), "product")) == 7


@pytest.mark.parametrize("total", [0, None, "300"])
def test_what_is_announced_beside_the_items_may_say_nothing(total: Any) -> None:
    rows = [product(number) for number in range(1, 301)]
    pages = paged(rows)

    def answer(asked: Asked) -> Any:
        return {**pages(asked).body, "meta": {"pagination": {"total": total, "count": 0}}}

    with serving({PATH: answer}) as api:
        assert len(everything(api.reader(), "product")) == 300


def test_where_the_fields_take_the_variants_away_all_fields_are_asked_for() -> None:
    def answer(asked: Asked) -> Says:
        wanted = asked.query.get("include_fields", "").split(",")
        kept = [
            {name: value for name, value in row.items() if wanted == [""] or name in {"id", *wanted}}
            for row in rows
            if row["id"] > int(asked.query.get("id:greater", 0))
        ]
        return Says(listed(kept[:2], len(kept)))

    rows = [product(number) for number in range(1, 6)]
    with serving({PATH: answer}) as api:
        assert len(everything(api.reader(), "product")) == 5
        assert ["include_fields" in each.query for each in api.asked(PATH)] == [True, False, False, False]


def test_where_the_fields_take_the_pictures_away_all_fields_are_asked_for() -> None:
    def answer(asked: Asked) -> Says:
        row = product(77, images=[{"url_zoom": "https://cdn/1.jpg"}])
        if "include_fields" in asked.query:
            row.pop("images")
        return Says(listed([row]))

    assert read_from(answer).pictures == (Picture("https://cdn/1.jpg"),)


def test_a_product_that_comes_without_its_pictures_has_none() -> None:
    row = product(77)
    row.pop("images")
    assert read(row).pictures == ()


def test_pages_that_go_round_are_an_error() -> None:
    with serving({PATH: listed([product(77)], total=500)}) as api, pytest.raises(BadAnswer):
        everything(api.reader(), "product")


def test_an_increment_asks_with_the_whole_time() -> None:
    with serving({PATH: paged([])}) as api:
        everything(api.reader(), "product", datetime(2026, 11, 22, 3, 4, 5, 999_999, tzinfo=UTC))
        (asked,) = api.asked(PATH)
    assert asked.query["date_modified:min"] == "2026-11-22T03:04:05Z"


def test_a_page_that_is_too_long_is_asked_for_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [product(number, description="x" * 40_000) for number in range(1, 121)]
    with serving({PATH: paged(rows)}) as api:
        reader = api.reader()
        monkeypatch.setattr(reader._client._transport, "_limits", Limits(5.0, 3_000_000))
        assert len(everything(reader, "product")) == 120
        assert [each.query["limit"] for each in api.asked(PATH)] == ["250", "50", "50", "50"]


def test_the_limit_of_an_answer_is_that_of_a_long_page() -> None:
    assert client._LIMITS.max_bytes == 64 * 1024 * 1024


def test_one_that_cannot_be_read_takes_no_other_along() -> None:
    broken = [
        product(2, name=None),
        product(3, price="canary-price"),
        product(4, date_modified="yesterday"),
        product(5, variants=None),
        product(6, variants=[variant(60, calculated_price="NaN")]),
    ]
    with serving({PATH: paged([product(1), *broken, product(9)])}) as api:
        found = everything(api.reader(), "product")
    assert [each.id for each in found if isinstance(each, Found)] == ["1", "9"]
    reasons = [each.reason for each in found if isinstance(each, Unreadable)]
    assert len(reasons) == 5
    assert "$.name" in reasons[0]
    assert "canary" not in " ".join(reasons)


def test_one_product_is_read_again_or_gone() -> None:
    with serving({f"{PATH}/77": {"data": product(77), "meta": {}}}) as api:
        found = api.reader().one("product", "77")
        assert found is not None
        assert found.version == datetime(2026, 8, 5, 18, 17, 22, tzinfo=UTC)
        assert api.reader().one("product", "78") is None
        assert api.reader().product_of_stock("77") == "77"


def test_stock_is_asked_for_page_by_page_and_for_what_is_counted_alone() -> None:
    rows = [product(1), product(2, inventory_tracking="none"), product(3)]

    def answer(asked: Asked) -> Says:
        at = int(asked.query["page"])
        return Says({**items((1, 10 * at, 1, at)), "meta": {"pagination": {"total": 3}}})

    with serving({PATH: paged(rows), "/v3/inventory/items": answer}) as api:
        everything(api.reader(), "product")
        asked = api.asked("/v3/inventory/items")
    assert [each.query for each in asked] == [
        {"product_id:in": "1,3", "limit": "1000", "page": str(page)} for page in (1, 2, 3)
    ]


def test_each_brand_is_asked_for_once() -> None:
    rows = [product(number, brand_id=35 + number % 2) for number in range(1, 501)]
    brands = {"/v3/catalog/brands": listed([{"id": 35, "name": "A"}])}
    with serving({PATH: paged(rows), **brands}) as api:
        found = [each.record for each in everything(api.reader(), "product") if isinstance(each, Found)]
        (asked,) = api.asked("/v3/catalog/brands")
    assert asked.query["id:in"] == "35,36"
    assert {each.vendor for each in found if isinstance(each, Product)} == {"A", None}
