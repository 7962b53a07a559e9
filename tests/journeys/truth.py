"""What a store has, asked of the platform in words and pages of our own: the measure of what Minta holds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors import grants
from tests.journeys.merchant import Merchant, number

Truth = dict[str, dict[str, Any]]

_PRODUCTS = """
query($after: String) { products(first: 5, after: $after, sortKey: ID) {
  pageInfo { hasNextPage endCursor }
  nodes { id title handle status vendor tags description(truncateAt: 4000)
    media(first: 20) { nodes { mediaContentType status } }
    variants(first: 30) { nodes { id title price compareAtPrice sku inventoryQuantity
      inventoryItem { inventoryLevels(first: 5) { nodes {
        location { id } quantities(names: ["available", "on_hand"]) { name quantity } } } } } } } } }
"""
_ORDERS = """
query($after: String) { orders(first: 10, after: $after, sortKey: ID) {
  pageInfo { hasNextPage endCursor }
  nodes { id currencyCode cancelledAt displayFinancialStatus
    totalPriceSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
    lineItems(first: 20) { nodes { id quantity currentQuantity product { id } variant { id }
      originalUnitPriceSet { shopMoney { amount } }
      discountedTotalSet(withCodeDiscounts: true) { shopMoney { amount } } } } } } }
"""
_DISCOUNTS = """
query($after: String) { discountNodes(first: 10, after: $after) {
  pageInfo { hasNextPage endCursor }
  nodes { id discount { __typename
    ... on DiscountCodeBasic { title status } ... on DiscountCodeBxgy { title status }
    ... on DiscountCodeFreeShipping { title status } ... on DiscountCodeApp { title status }
    ... on DiscountAutomaticBasic { title status } ... on DiscountAutomaticBxgy { title status }
    ... on DiscountAutomaticFreeShipping { title status } ... on DiscountAutomaticApp { title status } } } } }
"""


def products(merchant: Merchant) -> Truth:
    """Return the store's products as the platform tells them."""
    return {number(node["id"]): _product(node) for node in _all(merchant, "products", _PRODUCTS)}


def held_products(merchant: Merchant) -> Truth:
    """Return the products that Minta holds, in the same words."""
    return {
        key: {
            "title": held.title,
            "handle": held.handle,
            "status": held.status,
            "vendor": held.vendor,
            "tags": held.tags,
            "description": held.description,
            "pictures": len(held.pictures),
            "variants": [
                {
                    "id": each.variant_id,
                    "title": each.title,
                    "price": each.price,
                    "was": each.compare_at_price,
                    "sku": each.sku,
                    "quantity": each.quantity,
                    "stock": {place.location_id: (place.available, place.on_hand) for place in each.stock},
                }
                for each in held.variants
            ],
        }
        for key, held in merchant.products().items()
    }


def sales(merchant: Merchant) -> Truth:
    """Return the store's orders as the platform tells them, without their customers."""
    return {number(node["id"]): _sale(node) for node in _all(merchant, "orders", _ORDERS)}


def is_kept(made_at: datetime) -> bool:
    """Tell whether a sale of this time is held: for ninety days, as the policy says."""
    return made_at >= datetime.now(UTC) - timedelta(days=90)


def held_sales(merchant: Merchant) -> Truth:
    """Return the sales that Minta holds, in the same words."""
    return {
        key: {
            "currency": held.currency,
            "cancelled": held.cancelled_at is not None,
            "paid": held.financial_status,
            "total": held.total,
            "refunded": held.refunded,
            "lines": [
                (
                    each.product_id,
                    each.variant_id,
                    each.quantity,
                    each.current_quantity,
                    each.unit_price,
                    each.total,
                )
                for each in held.lines
            ],
        }
        for key, held in merchant.sales().items()
    }


def offers(merchant: Merchant) -> Truth:
    """Return the store's discounts as the platform tells them."""
    return {
        node["id"].removeprefix("gid://shopify/"): {
            "title": node["discount"]["title"],
            "status": node["discount"]["status"].lower(),
        }
        for node in _all(merchant, "discountNodes", _DISCOUNTS)
    }


def held_offers(merchant: Merchant) -> Truth:
    """Return the offers that Minta holds, in the same words."""
    return {
        key: {"title": held.title, "status": held.status} for key, held in sorted(merchant.offers().items())
    }


def _product(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": node["title"],
        "handle": node["handle"],
        "status": node["status"].lower(),
        "vendor": node["vendor"] or None,
        "tags": tuple(node["tags"]),
        "description": node["description"],
        "pictures": node["media"]["nodes"].count({"mediaContentType": "IMAGE", "status": "READY"}),
        "variants": [_variant(each) for each in node["variants"]["nodes"]],
    }


def _variant(node: dict[str, Any]) -> dict[str, Any]:
    was = node["compareAtPrice"]
    levels = node["inventoryItem"]["inventoryLevels"]["nodes"]
    return {
        "id": number(node["id"]),
        "title": node["title"],
        "price": Decimal(node["price"]),
        "was": None if was is None else Decimal(was),
        "sku": node["sku"] or None,
        "quantity": node["inventoryQuantity"],
        "stock": {number(each["location"]["id"]): _quantities(each) for each in levels},
    }


def _quantities(level: dict[str, Any]) -> tuple[int, int]:
    named = {each["name"]: each["quantity"] for each in level["quantities"]}
    return named["available"], named["on_hand"]


def _sale(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "currency": node["currencyCode"],
        "cancelled": node["cancelledAt"] is not None,
        "paid": node["displayFinancialStatus"].lower(),
        "total": _money(node["totalPriceSet"]),
        "refunded": _money(node["totalRefundedSet"]),
        "lines": [_line(each) for each in node["lineItems"]["nodes"]],
    }


def _line(node: dict[str, Any]) -> tuple[Any, ...]:
    return (
        node["product"] and number(node["product"]["id"]),
        node["variant"] and number(node["variant"]["id"]),
        node["quantity"],
        node["currentQuantity"],
        _money(node["originalUnitPriceSet"]),
        _money(node["discountedTotalSet"]),
    )


def _money(bag: dict[str, Any]) -> Decimal:
    return Decimal(bag["shopMoney"]["amount"])


def _all(merchant: Merchant, name: str, query: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        page = _ask(merchant, query, {"after": after})[name]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


def _ask(merchant: Merchant, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    answer = merchant.session.post(
        f"{merchant.sandbox.base_url}/{merchant.shop}/admin/api/2026-10/graphql.json",
        json={"query": query, "variables": variables},
        headers={"X-Shopify-Access-Token": grants.live(merchant.store).access_token},
        timeout=30,
    ).json()
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]
    return found
