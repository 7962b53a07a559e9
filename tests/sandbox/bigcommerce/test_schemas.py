"""Every endpoint's answer is what the platform's own files say."""

import json

import pytest

from tests.sandbox.bigcommerce.client import AppOnStore, control
from tests.sandbox.bigcommerce.schemas import faults, parameters
from tests.shared import SHARED, needs_shared

RECORDED = SHARED / "specs" / "bigcommerce" / "samples" / "recorded-2026-06-18"
STORE, SETTINGS, CHANNELS, SITES = (
    "store_information.v2.yml",
    "settings.v3.yml",
    "channels.v3.yml",
    "sites.v3.yml",
)
PRODUCTS = "catalog/products_catalog.v3.yml"
VARIANTS = "catalog/product-variants_catalog.v3.yml"
BRANDS, TREES = "catalog/brands_catalog.v3.yml", "catalog/category-trees_catalog.v3.yml"
ORDERS, ORDERS_V3, MARKETING = "orders.v2.oas2.yml", "orders.v3.yml", "marketing.v2.yml"
PROMOTIONS, LISTS, HOOKS = "promotions.v3.yml", "price_lists.v3.yml", "webhooks.v3.yml"
ENDPOINTS = [
    ("v2", STORE, "/store"), ("v2", STORE, "/time"), ("v2", "currencies.v2.yml", "/currencies"),
    ("v2", "payments/methods_payments.v2.yml", "/payments/methods"),
    ("v3", SETTINGS, "/settings/store/profile"), ("v3", SETTINGS, "/settings/logo"),
    ("v3", SETTINGS, "/settings/store/locale"), ("v3", SETTINGS, "/settings/store/units-of-measurement"),
    ("v3", SETTINGS, "/settings/catalog"), ("v3", SETTINGS, "/settings/inventory"),
    ("v3", SETTINGS, "/settings/storefront/status"), ("v3", CHANNELS, "/channels"),
    ("v3", CHANNELS, "/channels/{channel_id}"), ("v3", "locations.v3.yml", "/inventory/locations"),
    ("v3", "inventory.v3.yml", "/inventory/items"),
    ("v3", "inventory.v3.yml", "/inventory/locations/{location_id}/items"),
    ("v3", PRODUCTS, "/catalog/products"), ("v3", PRODUCTS, "/catalog/products/{product_id}"),
    ("v3", PRODUCTS, "/catalog/products/{product_id}/images"),
    ("v3", PRODUCTS, "/catalog/products/{product_id}/videos"), ("v3", PRODUCTS, "/catalog/summary"),
    ("v3", VARIANTS, "/catalog/variants"), ("v3", VARIANTS, "/catalog/products/{product_id}/variants"),
    ("v3", BRANDS, "/catalog/brands"), ("v3", BRANDS, "/catalog/brands/{brand_id}"),
    ("v3", TREES, "/catalog/trees"), ("v3", TREES, "/catalog/trees/categories"),
    ("v2", ORDERS, "/orders"), ("v2", ORDERS, "/orders/count"), ("v2", ORDERS, "/orders/{order_id}"),
    ("v2", ORDERS, "/orders/{order_id}/products"), ("v2", ORDERS, "/orders/{order_id}/coupons"),
    ("v2", ORDERS, "/order_statuses"), ("v3", ORDERS_V3, "/orders/payment_actions/refunds"),
    ("v2", MARKETING, "/coupons"), ("v2", MARKETING, "/coupons/count"), ("v2", MARKETING, "/banners"),
    ("v3", PROMOTIONS, "/promotions"), ("v3", PROMOTIONS, "/promotions/{id}"),
    ("v3", PROMOTIONS, "/promotions/{promotion_id}/codes"),
    ("v3", "promotion_settings.v3.yml", "/promotions/settings"), ("v3", LISTS, "/pricelists"),
    ("v3", LISTS, "/pricelists/{price_list_id}/records"), ("v3", LISTS, "/pricelists/assignments"),
    ("v3", HOOKS, "/hooks"), ("v3", HOOKS, "/hooks/{webhook_id}"), ("v3", HOOKS, "/hooks/admin"),
]  # fmt: skip
ROOM = {"limit": "250"}
ALL_INCLUDES = {"include": "variants,images,videos,primary_image,bulk_pricing_rules,channels,custom_fields"}


@needs_shared
def test_every_answer_is_what_the_files_say(app: AppOnStore) -> None:
    control(app.sandbox, app.store, "quota/spend", limit=10_000)
    hook = app.hook("store/product/*", "https://minta.example/webhooks/bigcommerce/", **{"X-Minta-Hook": "x"})
    numbers = {
        "channel_id": 1, "location_id": 1, "product_id": 77, "brand_id": 23, "order_id": 105, "id": 3,
        "promotion_id": 3, "price_list_id": 1, "webhook_id": hook["id"],
    }  # fmt: skip
    wrong: dict[str, list[str]] = {}
    for version, name, path in ENDPOINTS:
        body = app.good(
            f"/{version}{path.format(**numbers)}", **(ROOM if "limit" in _known(name, path) else {})
        )
        if found := faults(name, path, body):
            wrong[path] = found
    assert wrong == {}, "\n".join(f"{path}: {found}" for path, found in wrong.items())


@needs_shared
def test_products_with_all_that_can_be_included_are_what_the_files_say(app: AppOnStore) -> None:
    assert (
        faults(PRODUCTS, "/catalog/products", app.good("/v3/catalog/products", **ROOM, **ALL_INCLUDES)) == []
    )
    heavy = app.good("/v3/catalog/products", include="options,modifiers")
    assert heavy["data"][0]["options"]
    assert faults(PRODUCTS, "/catalog/products", heavy) == []


@needs_shared
def test_sites_are_what_the_file_says_but_for_the_paging(app: AppOnStore) -> None:
    found = faults(SITES, "/sites", app.good("/v3/sites"))
    assert [one for one in found if ".meta.pagination" not in one] == []


@needs_shared
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("v2_orders__list", "/v2/orders"),
        ("v2_orders_100_products", "/v2/orders/105/products"),
        ("v2_coupons__list", "/v2/coupons"),
        ("v2_order_statuses", "/v2/order_statuses"),
        ("v3_catalog_products__list_limit2", "/v3/catalog/products"),
        ("v3_catalog_products_77_variants", "/v3/catalog/products/77/variants"),
        ("v3_catalog_brands__list", "/v3/catalog/brands"),
        ("v3_channels__list", "/v3/channels"),
    ],
)
def test_things_have_the_keys_and_types_of_recorded_answers(app: AppOnStore, name: str, path: str) -> None:
    recorded = json.loads((RECORDED / f"{name}.json").read_text())
    body, ours = recorded["body"], app.good(path)
    theirs = (body if isinstance(body, list) else body["data"])[0]
    mine = (ours if isinstance(ours, list) else ours["data"])[0]
    assert set(theirs) <= set(mine)
    for key, value in theirs.items():
        if value is not None and mine[key] is not None:
            assert _kind(mine[key]) == _kind(value), key


@needs_shared
def test_the_headers_of_recorded_answers_are_there(app: AppOnStore) -> None:
    recorded = json.loads((RECORDED / "v2_orders_100_products.json").read_text())
    wanted = {name for name in recorded["headers"] if name.startswith(("x-rate", "x-bc"))}
    assert wanted <= {name.lower() for name in app.get("/v2/orders/105/products").headers}


def _known(name: str, path: str) -> set[str]:
    return parameters(name, path)


def _kind(value: object) -> str:
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )
