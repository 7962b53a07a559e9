"""One rule for ids."""

import pytest

from connectors.errors import Malformed
from connectors.platforms.shopify import ids


@pytest.mark.parametrize(
    ("kind", "gid", "ours"),
    [
        ("product", "gid://shopify/Product/788032119674292922", "788032119674292922"),
        ("sale", "gid://shopify/Order/5", "5"),
        ("stock", "gid://shopify/InventoryItem/9007199254740993", "9007199254740993"),
        ("export", "gid://shopify/BulkOperation/8001977286962", "8001977286962"),
        ("offer", "gid://shopify/DiscountCodeNode/123", "DiscountCodeNode/123"),
        ("offer", "gid://shopify/DiscountAutomaticNode/123", "DiscountAutomaticNode/123"),
    ],
)
def test_an_id_goes_to_ours_and_back(kind: str, gid: str, ours: str) -> None:
    assert ids.record_id(kind, gid) == ours
    assert ids.gid(kind, ours) == gid


def test_a_number_is_an_id_whole_past_what_a_float_holds() -> None:
    assert ids.number(9007199254740993) == "9007199254740993"
    assert ids.number("18446744073709551615") == "18446744073709551615"


def test_the_query_part_of_a_stock_level_is_left_out() -> None:
    assert ids.number("gid://shopify/InventoryLevel/24826418?inventory_item_id=27187") == "24826418"


@pytest.mark.parametrize(
    "claimed",
    [
        "",
        "x",
        "1\n",
        "-1",
        "1.0",
        "\u00b2",
        "\u0661",
        "1" * 21,
        "gid://shopify/Product/",
        "gid://shopify/Product/x",
        "gid://other/Product/1",
        "gid://shopify/Product/1/2",
        "https://www.example.com/",
        True,
        None,
        1.5,
        ["1"],
    ],
)
def test_what_is_no_id_is_malformed_and_not_repeated(claimed: object) -> None:
    with pytest.raises(Malformed) as failed:
        ids.number(claimed)
    assert str(failed.value) == "not a Shopify id"


@pytest.mark.parametrize(
    "claimed", ["1", "Product/1", "gid://shopify/Product/1", "DiscountCodeNode/1x", None, 1]
)
def test_an_offer_is_named_with_its_type(claimed: object) -> None:
    with pytest.raises(Malformed):
        ids.record_id("offer", claimed)


@pytest.mark.parametrize("ours", ["", 'x") { shop { id } }', "1/2", "DiscountCodeNode/1", "1 OR 1"])
def test_what_is_none_of_our_ids_makes_no_global_id(ours: str) -> None:
    with pytest.raises(Malformed):
        ids.gid("product", ours)


def test_a_tail_is_of_the_type_expected() -> None:
    assert ids.tail(ids.PRODUCT, "gid://shopify/Product/12") == "12"
    for claimed in (
        "gid://shopify/ProductVariant/12",
        "12",
        "gid://shopify/Product/",
        "gid://shopify/Product/\u00b2",
    ):
        with pytest.raises(Malformed):
            ids.tail(ids.PRODUCT, claimed)
