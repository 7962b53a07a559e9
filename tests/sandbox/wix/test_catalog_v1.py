"""Catalog V1: strings of JSON, numbers for prices, offsets that end."""

import json
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.control import Sandbox
from connectors.sandbox.wix.permissions import BASIC, MANAGE_PRODUCTS
from tests.sandbox.wix.client import AppOnSite

QUERY = "/stores-reader/v1/products/query"
STOCK = "/stores-reader/v2/inventoryItems/query"
UP = [{"numericId": "asc"}]


def _by_number(old: AppOnSite, size: int) -> list[Any]:
    found: list[Any] = []
    while True:
        after = found[-1]["numericId"] if found else "0"
        page = old.v1(filter={"numericId": {"$gt": after}}, sort=UP, paging={"limit": size})
        if not page["products"]:
            return found
        assert page["totalResults"] == 18 - len(found)
        found += page["products"]


def test_pages_by_number_bring_everything_once(sandbox: Sandbox, old: AppOnSite) -> None:
    found = _by_number(old, 5)
    numbers = [int(one["numericId"]) for one in found]
    assert numbers == sorted(set(numbers))
    visible = {one["id"] for one in sandbox.products(old.key) if one["visible"]}
    assert {one["id"] for one in found} == visible


def test_filter_and_sort_are_strings_and_nothing_else(old: AppOnSite) -> None:
    for query in (
        {"filter": {"id": "x"}},
        {"sort": [{"numericId": "asc"}]},
        {"filter": "{"},
        {"sort": '["x"]'},
        {"filter": '"x"'},
    ):
        answer = old.post(QUERY, {"query": query})
        assert answer.status_code == 400
        assert answer.json()["details"]["validationError"]["fieldViolations"][0]["violatedRule"] == "FORMAT"


def test_an_unknown_field_can_be_neither_filtered_nor_sorted_by(old: AppOnSite) -> None:
    for query in ({"filter": '{"colour":"red"}'}, {"sort": '[{"createdDate":"asc"}]'}):
        assert old.refused(QUERY, {"query": query}) == (400, "INVALID_ARGUMENT")


def test_a_page_has_a_hundred_at_most_and_offsets_end_at_ten_thousand(old: AppOnSite) -> None:
    over = old.post(QUERY, {"query": {"paging": {"limit": 101}}}).json()["details"]["validationError"]
    assert over["fieldViolations"][0]["data"] == {"threshold": 100}
    assert old.post(QUERY, {"query": {"paging": {"offset": 10_000}}}).status_code == 200
    assert old.post(QUERY, {"query": {"paging": {"offset": 10_001}}}).status_code == 400


def test_variants_come_only_when_asked_for(old: AppOnSite) -> None:
    assert all(one["variants"] == [] for one in old.v1()["products"])
    for one in old.v1(includeVariants=True)["products"]:
        assert one["variants"]
        only = one["variants"][0]["id"] == "00000000-0000-0000-0000-000000000000"
        assert only is not one["manageVariants"]


def test_hidden_products_and_costs_are_for_managers(sandbox: Sandbox, old: AppOnSite) -> None:
    names = {one["slug"] for one in old.v1()["products"]}
    assert "winter-blanket" not in names
    assert "itemCost" not in json.dumps(old.v1(includeVariants=True))
    for wish in ("includeHiddenProducts", "includeMerchantSpecificData"):
        assert old.refused(QUERY, {wish: True}) == (403, "PERMISSION_DENIED")
    hidden = next(one["id"] for one in sandbox.products(old.key) if not one["visible"])
    assert old.refused(f"/stores-reader/v1/products/{hidden}") == (404, "NOT_FOUND")
    sandbox.set_scopes(old.key, [BASIC, MANAGE_PRODUCTS])
    told = old.v1(includeHiddenProducts=True, includeMerchantSpecificData=True)
    assert len(told["products"]) == 20
    assert "itemCost" in json.dumps(told)


def test_prices_are_numbers_and_a_reduction_is_the_same_for_all_variants(old: AppOnSite) -> None:
    goods = {one["slug"]: one for one in old.v1(includeVariants=True)["products"]}
    cups = goods["espresso-cup-set"]
    assert (cups["priceData"]["price"], cups["priceData"]["discountedPrice"]) == (45, 39.5)
    assert cups["discount"] == {"type": "AMOUNT", "value": 5.5}
    mug = goods["stoneware-mug"]
    assert mug["discount"] == {"type": "NONE", "value": 0}
    assert {one["variant"]["priceData"]["price"] for one in mug["variants"]} == {24}
    assert mug["priceData"]["formatted"]["price"] == "$24.00"


def test_stock_is_counted_over_all_places_where_it_is_counted(sandbox: Sandbox, old: AppOnSite) -> None:
    goods = {one["slug"]: one for one in old.v1(includeVariants=True)["products"]}
    assert goods["stoneware-mug"]["stock"] == {
        "trackInventory": True,
        "inStock": True,
        "inventoryStatus": "PARTIALLY_OUT_OF_STOCK",
        "quantity": 59,
    }
    assert "quantity" not in goods["gift-card"]["stock"]
    items = {one["productId"]: one for one in old.good(STOCK, {"query": {}})["inventoryItems"]}
    mug = items[goods["stoneware-mug"]["id"]]
    assert [one["quantity"] for one in mug["variants"]] == [42, 17, 0]
    assert [one["variantId"] for one in mug["variants"]] == [
        one["id"] for one in goods["stoneware-mug"]["variants"]
    ]
    assert len(items) == 20


def test_what_changed_is_found_by_its_date(sandbox: Sandbox, old: AppOnSite) -> None:
    last = max(one["lastUpdated"] for one in old.v1()["products"])
    newer = {"filter": {"lastUpdated": {"$gt": last}}, "sort": [{"lastUpdated": "asc"}]}
    assert old.v1(**newer)["totalResults"] == 0
    changed = sandbox.change_product(old.key, price="1.25")["id"]
    assert [one["id"] for one in old.v1(**newer)["products"]] == [changed]


def test_stock_alone_leaves_the_products_date(sandbox: Sandbox, old: AppOnSite) -> None:
    product = sandbox.products(old.key)[0]["id"]
    before = old.good(f"/stores-reader/v1/products/{product}")["product"]
    items = old.good(STOCK, {"query": {}})["inventoryItems"]
    last = max(one["lastUpdated"] for one in items)
    sandbox.change_product(old.key, product, stock=3)
    after = old.good(f"/stores-reader/v1/products/{product}")["product"]
    assert after["lastUpdated"] == before["lastUpdated"]
    assert after["stock"]["quantity"] == 9
    newer = {"query": {"filter": json.dumps({"lastUpdated": {"$gt": last}})}}
    assert [one["productId"] for one in old.good(STOCK, newer)["inventoryItems"]] == [product]


def test_collections_hold_products(old: AppOnSite) -> None:
    told = old.good("/stores/v1/collections/query", {"query": {"filter": '{"name":"Mugs"}'}})
    (mugs,) = told["collections"]
    held = [one for one in old.v1()["products"] if mugs["id"] in one["collectionIds"]]
    assert len(held) == mugs["numberOfProducts"] == 2


def test_a_products_pictures_are_there(old: AppOnSite) -> None:
    product = next(one for one in old.v1()["products"] if one["slug"] == "stoneware-mug")
    for item in product["media"]["items"]:
        for kind in ("image", "thumbnail"):
            answer = old.http.get(item[kind]["url"], timeout=30)
            assert answer.headers["Content-Type"] == "image/jpeg"
            assert answer.content.startswith(b"\xff\xd8")
    assert product["media"]["mainMedia"] == product["media"]["items"][0]
    missing = product["media"]["mainMedia"]["image"]["url"].replace("stoneware", "porcelain")
    assert old.http.get(missing, timeout=30).status_code == 404


@pytest.mark.parametrize(
    ("wish", "slugs"),
    [
        ({"slug": "flask"}, {"flask"}),
        ({"slug": {"$in": ["flask", "oak-board", "winter-blanket"]}}, {"flask", "oak-board"}),
        ({"$or": [{"slug": "flask"}, {"name": {"$startsWith": "Oak"}}]}, {"flask", "oak-board"}),
        ({"$not": {"productType": "physical"}}, {"gift-card"}),
        ({"price": {"$gte": 145, "$lt": 149}}, {"brass-lantern"}),
        ({"priceData.price": {"$gt": 200}}, {"paper-lamp"}),
    ],
)
def test_filters_do_what_they_say(old: AppOnSite, wish: Any, slugs: set[str]) -> None:
    assert {one["slug"] for one in old.v1(filter=wish)["products"]} == slugs


def test_a_new_product_is_told_as_it_was_made(sandbox: Sandbox, old: AppOnSite) -> None:
    made = sandbox.create_product(old.key, title="Bread «Ñ»", price="4.05", sku="B-1", pictures=["b.jpg"])
    told = old.good(f"/stores-reader/v1/products/{made['id']}")["product"]
    assert (told["name"], told["sku"]) == ("Bread «Ñ»", "B-1")
    assert Decimal(str(told["priceData"]["price"])) == Decimal("4.05")
