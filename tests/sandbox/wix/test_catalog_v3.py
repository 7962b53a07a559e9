"""Catalog V3: cursors, enum names, decimal strings, and variants by a query of their own."""

from typing import Any

import pytest

from connectors.sandbox.control import Sandbox
from connectors.sandbox.wix.bodies.v3 import EVERY_FIELD
from connectors.sandbox.wix.permissions import BASIC, MANAGE_STORES, READ_HIDDEN
from tests.sandbox.wix.client import AppOnSite

PRODUCTS = "/stores/v3/products/query"
VARIANTS = "/stores/v3/products/query-variants"
STOCK = "/stores/v3/inventory-items/query"


def test_pages_by_cursor_bring_everything_once(sandbox: Sandbox, app: AppOnSite) -> None:
    pages = list(app.pages(PRODUCTS, "products", 7))
    assert [len(page) for page in pages] == [7, 7, 4]
    found = [one["id"] for page in pages for one in page]
    assert len(set(found)) == 18
    assert set(found) == {one["id"] for one in sandbox.products(app.key) if one["visible"]}
    assert app.good("/stores/v3/products/count", {}) == {"count": 18}


def test_a_cursor_holds_the_filter_and_takes_no_other(app: AppOnSite) -> None:
    wish: dict[str, Any] = {"filter": {"slug": {"$startsWith": "b"}}, "cursorPaging": {"limit": 1}}
    first = app.v3(**wish)
    assert first["pagingMetadata"]["hasNext"]
    cursor = first["pagingMetadata"]["cursors"]["next"]
    second = app.v3(cursorPaging={"cursor": cursor})
    assert second["products"][0]["slug"].startswith("b")
    for more in ({"filter": {"slug": "flask"}}, {"filter": wish["filter"]}):
        assert app.post(PRODUCTS, {"query": {"cursorPaging": {"cursor": cursor}} | more}).status_code == 400


@pytest.mark.parametrize("cursor", ["nonsense", "0.e30="])
def test_a_cursor_that_was_not_given_is_refused(app: AppOnSite, cursor: str) -> None:
    assert app.post(PRODUCTS, {"query": {"cursorPaging": {"cursor": cursor}}}).status_code == 400


def test_a_cursor_is_of_its_own_query(app: AppOnSite) -> None:
    cursor = app.v3(cursorPaging={"limit": 1})["pagingMetadata"]["cursors"]["next"]
    assert app.post(STOCK, {"query": {"cursorPaging": {"cursor": cursor}}}).status_code == 400


def test_a_cursor_survives_what_changes_meanwhile(sandbox: Sandbox, app: AppOnSite) -> None:
    first = app.v3(cursorPaging={"limit": 9})
    kept = {one["id"] for one in app.v3()["products"]} - {one["id"] for one in first["products"]}
    sandbox.delete_product(app.key, first["products"][0]["id"])
    sandbox.change_product(app.key, first["products"][1]["id"], title="Changed")
    cursor = first["pagingMetadata"]["cursors"]["next"]
    rest = app.v3(cursorPaging={"cursor": cursor})["products"]
    assert {one["id"] for one in rest} == kept


@pytest.mark.parametrize("field", ["createdDate", "updatedDate", "slug", "visible", "name"])
def test_products_can_be_sorted_by_nothing(app: AppOnSite, field: str) -> None:
    answer = app.post(PRODUCTS, {"query": {"sort": [{"fieldName": field, "order": "ASC"}]}})
    assert answer.status_code == 400
    assert f"Field '{field}' is not declared as sortable" in answer.text


def test_products_do_not_come_in_the_order_of_their_dates(app: AppOnSite) -> None:
    dates = [one["updatedDate"] for one in app.v3()["products"]]
    assert dates != sorted(dates)
    assert dates != sorted(dates, reverse=True)


def test_a_query_gives_no_variants_and_a_single_product_does(app: AppOnSite) -> None:
    for one in app.v3(fields=list(EVERY_FIELD[:3]))["products"]:
        assert "variantsInfo" not in one
        variants = app.good(f"/stores/v3/products/{one['id']}")["product"]["variantsInfo"]["variants"]
        assert len(variants) == one["variantSummary"]["variantCount"]


def test_a_field_comes_only_when_its_enum_is_named(app: AppOnSite) -> None:
    (plain,) = app.v3(filter={"slug": "stoneware-mug"})["products"]
    assert not {"url", "currency", "plainDescription", "description", "discountInfo"} & set(plain)
    assert "itemsInfo" not in plain["media"]
    assert "formattedAmount" not in plain["actualPriceRange"]["minValue"]
    fields = ["URL", "CURRENCY", "PLAIN_DESCRIPTION", "MEDIA_ITEMS_INFO"]
    (full,) = app.v3(filter={"slug": "stoneware-mug"}, fields=fields)["products"]
    assert full["currency"] == "USD"
    assert full["url"]["relativePath"] == "/product-page/stoneware-mug"
    assert len(full["media"]["itemsInfo"]["items"]) == 2
    assert app.post(PRODUCTS, {"fields": ["url"]}).status_code == 400


def test_costs_are_for_those_who_may_see_them(sandbox: Sandbox, app: AppOnSite) -> None:
    assert app.refused(PRODUCTS, {"fields": ["MERCHANT_DATA"]}) == (403, "PERMISSION_DENIED")
    sandbox.set_scopes(app.key, [BASIC, MANAGE_STORES])
    assert "costRange" in app.v3(fields=["MERCHANT_DATA"])["products"][0]


def test_hidden_products_are_for_those_who_may_see_them(sandbox: Sandbox, app: AppOnSite) -> None:
    hidden = next(one["id"] for one in sandbox.products(app.key) if not one["visible"])
    assert app.refused(f"/stores/v3/products/{hidden}") == (404, "NOT_FOUND")
    sandbox.set_scopes(app.key, [BASIC, READ_HIDDEN])
    assert app.good("/stores/v3/products/count", {}) == {"count": 20}
    assert app.good(f"/stores/v3/products/{hidden}")["product"]["visible"] is False


def test_prices_are_decimal_strings(app: AppOnSite) -> None:
    (mug,) = app.v3(filter={"handle": "stoneware-mug"})["products"]
    assert mug["actualPriceRange"] == {"minValue": {"amount": "24.00"}, "maxValue": {"amount": "24.00"}}
    assert mug["compareAtPriceRange"]["minValue"] == {"amount": "28.00"}


def test_variants_are_found_for_many_products_at_once(sandbox: Sandbox, app: AppOnSite) -> None:
    goods = sandbox.products(app.key)[:2]
    wish = {"productData.productId": {"$in": [one["id"] for one in goods]}}
    pages = list(app.pages(VARIANTS, "variants", 2, filter=wish))
    found = [one for page in pages for one in page]
    assert {one["variantId"] for one in found} == {each["id"] for one in goods for each in one["variants"]}
    clay = next(one for one in found if one["price"].get("compareAtPrice", {}).get("amount") == "28.00")
    assert clay["price"]["actualPrice"]["amount"] == "24.00"
    assert clay["optionChoices"][0]["optionChoiceNames"]["optionName"] == "Color"


def test_stock_lies_at_places(sandbox: Sandbox, app: AppOnSite) -> None:
    product = sandbox.products(app.key)[0]
    found = app.v3("inventory-items", filter={"productId": product["id"]})["inventoryItems"]
    places = {one["id"]: one for one in app.v3("locations")["storesLocations"]}
    assert {one["locationId"] for one in found} == set(places)
    sums: dict[str, int] = {}
    for one in found:
        sums[one["variantId"]] = sums.get(one["variantId"], 0) + one["quantity"]
    assert sums == {one["id"]: one["stock"] for one in product["variants"]}
    assert [one["defaultLocation"] for one in places.values()].count(True) == 1


def test_stock_can_be_sorted_and_read_from_a_date_on(sandbox: Sandbox, app: AppOnSite) -> None:
    up: Any = [{"fieldName": "updatedDate", "order": "ASC"}]
    items = [one for page in app.pages(STOCK, "inventoryItems", 20, sort=up) for one in page]
    dates = [one["updatedDate"] for one in items]
    assert dates == sorted(dates)
    assert len({one["id"] for one in items}) == len(items) == 2 * 45
    product = sandbox.products(app.key)[1]["id"]
    sandbox.change_product(app.key, product, stock=1)
    newer = {"filter": {"updatedDate": {"$gt": dates[-1]}}, "sort": up}
    found = app.v3("inventory-items", **newer)["inventoryItems"]
    assert {one["productId"] for one in found} == {product}
    assert [one["quantity"] for one in found if one["quantity"]] == [1]
    down: Any = [{"fieldName": "updatedDate", "order": "DESC"}]
    back = [one["id"] for page in app.pages(STOCK, "inventoryItems", 20, sort=down) for one in page]
    assert len(set(back)) == len(back) == 90


def test_what_is_not_counted_is_in_stock_without_a_number(app: AppOnSite) -> None:
    items = app.v3("inventory-items", filter={"trackQuantity": False})["inventoryItems"]
    assert items
    assert all(one["inStock"] and "quantity" not in one for one in items)


def test_limits_are_a_hundred_products_and_a_thousand_others(app: AppOnSite) -> None:
    for path, most in ((PRODUCTS, 100), (VARIANTS, 1000), (STOCK, 1000)):
        assert app.post(path, {"query": {"cursorPaging": {"limit": most}}}).status_code == 200
        answer = app.post(path, {"query": {"cursorPaging": {"limit": most + 1}}})
        violation = answer.json()["details"]["validationError"]["fieldViolations"][0]
        assert (violation["violatedRule"], violation["data"]) == ("MAX", {"threshold": most})


def test_what_changed_is_found_by_its_date_and_has_another_revision(sandbox: Sandbox, app: AppOnSite) -> None:
    last = max(one["updatedDate"] for one in app.v3()["products"])
    changed = sandbox.change_product(app.key, title="Newer")["id"]
    (found,) = app.v3(filter={"updatedDate": {"$gt": last}})["products"]
    assert (found["id"], found["name"], found["revision"]) == (changed, "Newer", "2")


def test_pictures_are_there(app: AppOnSite) -> None:
    (one,) = app.v3(filter={"slug": "teapot-fuji"}, fields=["MEDIA_ITEMS_INFO"])["products"]
    for item in one["media"]["itemsInfo"]["items"]:
        answer = app.http.get(item["image"]["url"], timeout=30)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
        assert item["image"]["url"].endswith(item["image"]["id"])


@pytest.mark.parametrize(
    "query",
    [
        {"filter": ["productId"]},
        {"filter": {"productId": {"$near": "flask"}}},
        {"filter": {"productId": {"$in": "flask"}}},
        {"filter": {"productId": ["flask"]}},
        {"filter": {"$and": {"productId": "flask"}}},
        {"filter": {"updatedDate": {"$gt": "yesterday"}}},
        {"filter": {"updatedDate": {"$gt": "2026-11-01T00:00:00"}}},
        {"filter": {"updatedDate": {"$gt": 7}}},
        {"filter": {"shoeSize": 44}},
        {"sort": "updatedDate"},
        {"sort": [{"fieldName": "updatedDate"}, {"fieldName": "productId"}]},
        {"cursorPaging": {"limit": 0}},
        {"cursorPaging": {"limit": "many"}},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(app: AppOnSite, query: Any) -> None:
    assert app.post(STOCK, {"query": query}).status_code == 400
