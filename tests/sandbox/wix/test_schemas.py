"""Every answer has the shape that Wix's own packages declare, and no key more."""

from typing import Any

import pytest

from connectors.sandbox.control import Sandbox
from connectors.sandbox.wix.app import ORDER_TOPICS, TOPICS
from connectors.sandbox.wix.bodies.v3 import EVERY_FIELD
from connectors.sandbox.wix.permissions import HELD
from tests.sandbox.client import Receiver
from tests.sandbox.wix.client import AppOnSite, heard
from tests.sandbox.wix.schemas import faults
from tests.shared import needs_shared

pytestmark = needs_shared
V1_TEXT = {"query": {"filter": "{}"}, "includeVariants": True, "includeMerchantSpecificData": True}
ANSWERS: dict[str, tuple[tuple[str, str, str, Any], ...]] = {
    "either": (
        ("app_instance", "GetAppInstanceResponse", "/apps/v1/instance", None),
        ("site_properties", "PropertiesReadResponse", "/site-properties/v4/properties", None),
        ("locations", "ListLocationsResponse", "/locations/v1/locations?includeArchived=true", None),
        ("locations", "QueryLocationsResponse", "/locations/v1/locations/query", {"query": {}}),
        ("stores_catalog_version", "GetCatalogVersionResponse", "/stores/v3/provision/version", None),
        ("ecom_orders", "SearchOrdersResponse", "/ecom/v1/orders/search", {"search": {}}),
        (
            "ecom_discount_rules",
            "QueryDiscountRulesResponse",
            "/ecom/v1/discount-rules/query",
            {"query": {}},
        ),
        ("coupons_v2", "QueryCouponsResponse", "/stores/v2/coupons/query", {"query": {}}),
    ),
    "v1": (
        ("stores_v1_products", "QueryProductsResponse", "/stores-reader/v1/products/query", V1_TEXT),
        (
            "stores_v2_inventory",
            "QueryInventoryResponse",
            "/stores-reader/v2/inventoryItems/query",
            {"query": {}},
        ),
        (
            "stores_v1_collections",
            "QueryCollectionsResponse",
            "/stores/v1/collections/query",
            {"query": {}},
        ),
    ),
    "v3": (
        (
            "stores_v3_products",
            "V3QueryProductsResponse",
            "/stores/v3/products/query",
            {"fields": EVERY_FIELD},
        ),
        ("stores_v3_products", "V3QueryProductsResponse", "/stores/v3/products/query", {"query": {}}),
        ("stores_v3_products", "V3CountProductsResponse", "/stores/v3/products/count", {"filter": {}}),
        (
            "stores_v3_read_only_variants",
            "QueryVariantsResponse",
            "/stores/v3/products/query-variants",
            {"query": {}},
        ),
        (
            "stores_v3_inventory_items",
            "QueryInventoryItemsResponse",
            "/stores/v3/inventory-items/query",
            {"query": {}},
        ),
        (
            "stores_v3_locations",
            "QueryStoresLocationsResponse",
            "/stores/v3/locations/query",
            {"query": {}},
        ),
    ),
}


@pytest.fixture
def allowed(sandbox: Sandbox, app: AppOnSite, old: AppOnSite) -> dict[str, AppOnSite]:
    """Both catalogs, with every scope there is."""
    for one in (app, old):
        sandbox.set_scopes(one.key, list(HELD))
    return {"v1": old, "v3": app, "either": app}


@pytest.mark.parametrize("catalog", ANSWERS)
def test_answers_have_the_declared_shape(allowed: dict[str, AppOnSite], catalog: str) -> None:
    for file, root, path, body in ANSWERS[catalog]:
        assert faults(file, root, allowed[catalog].good(path, body)) == [], path


def test_single_things_have_the_declared_shape(allowed: dict[str, AppOnSite], sandbox: Sandbox) -> None:
    v1, v3 = allowed["v1"], allowed["v3"]
    for product in sandbox.products(v1.key):
        answer = v1.good(f"/stores-reader/v1/products/{product['id']}")
        assert faults("stores_v1_products", "GetProductResponse", answer) == []
    every = "&".join(f"fields={name}" for name in EVERY_FIELD)
    for product in sandbox.products(v3.key):
        answer = v3.good(f"/stores/v3/products/{product['id']}?{every}")
        assert faults("stores_v3_products", "V3GetProductResponse", answer) == []
    orders = [one["id"] for one in v3.orders()["orders"]]
    answer = v3.good(f"/ecom/v1/orders/{orders[0]}")
    assert faults("ecom_orders", "GetOrderResponse", answer) == []
    paid = v3.good("/ecom/v1/payments/list-by-ids", {"orderIds": orders})
    assert faults("ecom_order_transactions", "ListTransactionsForMultipleOrdersResponse", paid) == []
    assert any(one["refunds"] for one in paid["orderTransactions"])
    info = v3.post("/oauth2/token-info", {"token": v3.token}).json()
    assert faults("oauth2", "TokenInfoResponse", info) == []


def test_events_carry_what_is_declared(
    allowed: dict[str, AppOnSite], sandbox: Sandbox, listener: Receiver
) -> None:
    sandbox.app(topics=[*TOPICS, *ORDER_TOPICS])
    v1, v3 = allowed["v1"], allowed["v3"]
    for one in (v1, v3):
        made = sandbox.create_product(one.key, title="New")["id"]
        sandbox.change_product(one.key, made, price="3.50", stock=1, tracked=False)
        sandbox.delete_product(one.key, made)
    sandbox.create_discount(v3.key, title="Half", percentage="0.5")
    sandbox.create_order(v3.key)
    flat = {one.topic.rpartition(".")[2]: one.payload for one in heard(sandbox, listener, v1.key)}
    for name in ("ProductCreated", "ProductChanged", "ProductDeleted", "VariantsChanged"):
        assert faults("stores_v1_products.events", name, flat[name]) == [], name
    for name in ("InventoryItemChanged", "InventoryVariantsChanged"):
        assert faults("stores_v2_inventory.events", name, flat[name]) == [], name
    told = heard(sandbox, listener, v3.key)
    entities = {one.topic: _entity(one.payload) for one in told}
    shapes = {
        "wix.stores.catalog.v3.product_created": ("stores_v3_products", "V3Product"),
        "wix.stores.catalog.v3.product_updated": ("stores_v3_products", "V3Product"),
        "wix.stores.catalog.v3.inventory_item_created": ("stores_v3_inventory_items", "InventoryItem"),
        "wix.stores.catalog.v3.inventory_item_updated": ("stores_v3_inventory_items", "InventoryItem"),
        "wix.ecom.discounts.v1.discount_rule_created": ("ecom_discount_rules", "DiscountRule"),
        "wix.ecom.v1.order_created": ("ecom_orders", "Order"),
    }
    for topic, (file, root) in shapes.items():
        assert entities[topic], topic
        assert faults(file, root, entities[topic]) == [], topic
    for event in told:
        frame = {name: value for name, value in event.payload.items() if not name.endswith("dEvent")}
        assert faults("oauth2", "DomainEvent", frame) == [], event.topic


def _entity(payload: Any) -> Any:
    return (payload.get("createdEvent") or {}).get("entity") or (payload.get("updatedEvent") or {}).get(
        "currentEntity"
    )


def test_the_check_itself_finds_what_is_wrong() -> None:
    wrong = {"product": {"id": 7, "nme": "x", "productType": "physical", "createdDate": "yesterday"}}
    assert faults("stores_v3_products", "V3GetProductResponse", wrong) == [
        "V3GetProductResponse.product.id: int for ['string', 'null']",
        "V3GetProductResponse.product.nme: unknown",
        "V3GetProductResponse.product.productType: not in the enum",
        "V3GetProductResponse.product.createdDate: no moment in UTC",
    ]
