"""Products: prices, stock, brands, texts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.policy.records import Option, Picture, Stock
from tests.platforms.bigcommerce.api import listed, product, variant
from tests.platforms.bigcommerce.goods import items, read
from tests.platforms.playing import Says


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
