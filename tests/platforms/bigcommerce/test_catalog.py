"""Products: pages that lose nothing, prices, stock, brands, texts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import BadAnswer
from connectors.platforms.base import Found, Unreadable
from connectors.platforms.bigcommerce import client
from connectors.platforms.http import Limits
from connectors.policy.records import Option, Picture, Product, Stock
from tests.platforms.bigcommerce.api import everything, listed, paged, product, serving, variant
from tests.platforms.playing import Asked, Says

PATH = "/v3/catalog/products"


def read(fields: dict[str, Any], **answers: Any) -> Product:
    """Read one product."""
    return read_from(paged([fields]), **answers)


def read_from(pages: Any, **answers: Any) -> Product:
    """Read the one product of these pages."""
    with serving({PATH: pages}, **answers) as api:
        (found,) = everything(api.reader(), "product")
    assert isinstance(found, Found), found
    assert isinstance(found.record, Product)
    return found.record


def items(*levels: tuple[int, int, int, int]) -> dict[str, Any]:
    """Answer with stock: product, variant, location, how many."""
    return listed(
        [
            {
                "identity": {"sku": "x", "variant_id": of, "product_id": product_id, "sku_id": 1},
                "locations": [
                    {
                        "location_id": place,
                        "location_name": "canary-location",
                        "available_to_sell": many,
                        "total_inventory_onhand": many + 1,
                        "location_enabled": True,
                        "settings": {"bin_picking_number": "canary-bin"},
                    }
                ],
            }
            for product_id, of, place, many in levels
        ]
    )


def test_a_product_is_read_with_what_belongs_to_it() -> None:
    found = read(
        product(
            77,
            brand_id=35,
            inventory_tracking="variant",
            variants=[
                variant(
                    2,
                    option_values=[{"id": 1, "option_id": 2, "label": "M", "option_display_name": "Size"}],
                    gtin="4000",
                ),
                variant(1, option_values=[{"label": "S", "option_display_name": "Size"}]),
            ],
            images=[
                {"id": 5, "url_zoom": "https://cdn/2.jpg", "description": "Back", "sort_order": 2},
                {"id": 6, "url_zoom": "", "url_standard": "https://cdn/1.jpg", "sort_order": 1},
                {"id": 7, "url_zoom": "", "description": "nothing"},
            ],
        ),
        **{
            "/v3/catalog/brands": listed([{"id": 35, "name": "Sagaform"}]),
            "/v3/inventory/items": items((77, 1, 1, 4), (77, 2, 1, 0)),
        },
    )
    assert (found.product_id, found.title, found.handle) == ("77", "Towel 77", "towel-77")
    assert (found.status, found.vendor, found.product_type) == ("active", "Sagaform", "physical")
    assert found.description == "Thin & light"
    assert found.url == "https://ember.example/towel-77/"
    assert found.created_at == datetime(2026, 7, 3, 17, 57, 10, tzinfo=UTC)
    assert found.total_stock == 4
    assert found.pictures == (Picture("https://cdn/1.jpg"), Picture("https://cdn/2.jpg", alt="Back"))
    small, medium = found.variants
    assert (small.variant_id, small.title, small.position) == ("1", "S", 1)
    assert (small.options, small.quantity, small.available_for_sale) == ((Option("Size", "S"),), 4, True)
    assert small.stock == (Stock("1", available=4, on_hand=5),)
    assert (medium.quantity, medium.available_for_sale, medium.barcode) == (0, False, "4000")


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


@pytest.mark.parametrize(
    ("owner", "of_variant", "price", "before"),
    [
        ({}, {}, "49", None),
        ({"sale_price": 39}, {"calculated_price": 39}, "39", "49"),
        ({"retail_price": 60}, {}, "49", "60"),
        ({"retail_price": 40}, {}, "49", None),
        ({}, {"price": 30, "calculated_price": 30}, "30", None),
        ({"sale_price": 39}, {"price": 45, "calculated_price": 45}, "45", None),
        ({}, {"price": 45, "sale_price": 44, "calculated_price": 44}, "44", "45"),
        # without the platform's own word
        ({"sale_price": 39}, {"calculated_price": None}, "39", "49"),
        ({"sale_price": 39}, {"calculated_price": None, "price": 45}, "45", None),
        ({}, {"calculated_price": None, "price": 45, "sale_price": 44}, "44", "45"),
        ({"price": 0}, {"calculated_price": 0}, "0", None),
    ],
)
def test_a_price_is_what_a_shopper_pays(
    owner: dict[str, Any], of_variant: dict[str, Any], price: str, before: str | None
) -> None:
    (found,) = read(product(77, **owner, variants=[variant(1, **of_variant)])).variants
    assert found.price == Decimal(price)
    assert found.compare_at_price == (None if before is None else Decimal(before))


def test_what_is_not_counted_has_no_stock() -> None:
    found = read(product(77, inventory_tracking="none", inventory_level=0))
    (only,) = found.variants
    assert (found.total_stock, only.quantity, only.tracked, only.stock) == (None, None, False, ())
    assert only.available_for_sale


def test_a_product_that_is_counted_as_a_whole_has_one_number() -> None:
    several = read(product(77, inventory_level=5, variants=[variant(1), variant(2)]))
    assert several.total_stock == 5
    assert [each.quantity for each in several.variants] == [None, None]
    (only,) = read(product(77, inventory_level=5)).variants
    assert only.quantity == 5


@pytest.mark.parametrize("status", [403, 404])
def test_a_store_without_locations_has_the_catalogues_numbers(status: int) -> None:
    refused = {"/v3/inventory/items": Says({}, status)}
    found = read(product(77, inventory_tracking="variant", variants=[variant(1)]), **refused)
    assert (found.total_stock, found.variants[0].quantity) == (3, 3)


@pytest.mark.parametrize(
    "level", [{"location_id": 1, "available_to_sell": ["canary"]}, {"available_to_sell": 4}, "canary"]
)
def test_stock_that_cannot_be_read_leaves_the_catalogues_number(
    level: Any, caplog: pytest.LogCaptureFixture
) -> None:
    said = listed([{"identity": {"variant_id": 1}, "locations": [level]}])
    found = read(
        product(77, inventory_tracking="variant", variants=[variant(1)]), **{"/v3/inventory/items": said}
    )
    assert found.variants[0].quantity == 3
    assert "InventoryItem" in caplog.text
    assert "canary" not in caplog.text


def test_a_location_that_says_little_has_nothing_to_sell() -> None:
    level = {"location_id": 1, "available_to_sell": None, "location_enabled": None}
    said = listed([{"identity": {"variant_id": 1}, "locations": [level]}])
    found = read(
        product(77, inventory_tracking="variant", variants=[variant(1)]), **{"/v3/inventory/items": said}
    )
    assert found.variants[0].stock == (Stock("1", available=0, on_hand=0),)


@pytest.mark.parametrize("answer", [Says({}, 403), Says({}, 422), {"data": [{"id": 35, "name": None}]}])
def test_brands_that_cannot_be_read_leave_the_products(answer: Any) -> None:
    assert read(product(77, brand_id=35), **{"/v3/catalog/brands": answer}).vendor is None


@pytest.mark.parametrize(
    ("fields", "level", "is_for_sale"),
    [({}, 0, False), ({}, -2, False), ({}, 1, True), ({"availability": "disabled"}, 1, False)],
)
def test_what_is_counted_as_a_whole_is_sold_out_as_a_whole(
    fields: dict[str, Any], level: int, is_for_sale: bool
) -> None:
    found = read(product(77, inventory_level=level, variants=[variant(1), variant(2)], **fields))
    assert [each.available_for_sale for each in found.variants] == [is_for_sale, is_for_sale]
    (only,) = read(product(77, inventory_level=level, **fields)).variants
    assert only.available_for_sale is is_for_sale


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


def test_a_product_whose_brand_is_not_there_has_no_vendor() -> None:
    assert read(product(77, brand_id=35)).vendor is None


def test_a_product_that_does_not_say_so_is_not_hidden() -> None:
    assert read(product(77, is_visible=None)).status == "active"


def test_a_path_without_its_slash_is_still_a_path() -> None:
    assert read(product(77, custom_url={"url": "towel"})).url == "https://ember.example/towel"


def test_a_hidden_product_has_no_address() -> None:
    found = read(product(77, is_visible=False))
    assert (found.status, found.url) == ("hidden", None)


@pytest.mark.parametrize("custom_url", [None, [], {}, {"url": ""}])
def test_a_product_without_an_address_has_no_handle(custom_url: Any) -> None:
    found = read(product(77, custom_url=custom_url))
    assert (found.handle, found.url) == ("", None)


@pytest.mark.parametrize(
    "fields",
    [{"availability": "disabled"}, {"variants": [variant(1, purchasing_disabled=True)]}],
)
def test_what_cannot_be_bought_is_not_for_sale(fields: dict[str, Any]) -> None:
    assert not read(product(77, **fields)).variants[0].available_for_sale


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (None, ""),
        ("", ""),
        ("plain", "plain"),
        ("<h1>A</h1><p>B&nbsp;&euro;&#8364;</p>", "A B €€"),
        ("a<style>p{color:red}</style>b<script>alert('<p>')</script>c", "a b c"),
        ("a<script>never closed", "a"),
        ("<![CDATA[x]]> 1 < 2", "1 < 2"),
        ("<" * 40_000, "<" * 4000),
        ("<script" * 6000, "<script" * 571 + "<sc"),
        ("x" * 9000, "x" * 4000),
    ],
)
def test_a_description_is_its_text(markup: str | None, text: str) -> None:
    assert read(product(77, description=markup)).description == text
