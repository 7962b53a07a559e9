"""QueryRoot: single things by id, and `node`."""

from typing import Any

from connectors.sandbox.shopify.api.ask import Ask, number_of
from connectors.sandbox.shopify.api.registry import resolves

KINDS = {
    "product": ("Product",),
    "productVariant": ("ProductVariant",),
    "inventoryItem": ("InventoryItem",),
    "collection": ("Collection",),
    "order": ("Order",),
    "customer": ("Customer",),
    "discountNode": ("DiscountCodeNode", "DiscountAutomaticNode", "DiscountNode"),
}


def _by_id(name: str) -> None:
    kinds = KINDS[name]

    @resolves(f"QueryRoot.{name}")
    def one(source: Any, ask: Ask, args: dict[str, Any]) -> Any:
        found = ask.shop.find(kinds[0], number_of(args["id"], *kinds))
        return found if name != "order" or found in ask.shop.visible_orders(ask.stamp) else None


for _name in KINDS:
    _by_id(_name)


@resolves("QueryRoot.location")
def location(source: Any, ask: Ask, args: dict[str, Any]) -> Any:
    """Give the location, or without an id the primary one."""
    if args.get("id") is None:
        return ask.shop.primary_location
    return ask.shop.find("Location", number_of(args["id"], "Location"))


@resolves("QueryRoot.inventoryLevel")
def inventory_level(source: Any, ask: Ask, args: dict[str, Any]) -> Any:
    number_of(args["id"], "InventoryLevel")
    return ask.shop.level(args["id"])


@resolves("QueryRoot.productByIdentifier")
def product_by_identifier(source: Any, ask: Ask, args: dict[str, Any]) -> Any:
    wanted = args["identifier"]
    if wanted.get("id"):
        return ask.shop.find("Product", number_of(wanted["id"], "Product"))
    return next((one for one in ask.shop.products.values() if one.handle == wanted.get("handle")), None)


@resolves("QueryRoot.node")
def node(source: Any, ask: Ask, args: dict[str, Any]) -> Any:
    return _anything(ask, args["id"])


@resolves("QueryRoot.nodes")
def nodes(source: Any, ask: Ask, args: dict[str, Any]) -> list[Any]:
    return [_anything(ask, gid) for gid in args["ids"]]


def _anything(ask: Ask, gid: str) -> Any:
    number = number_of(gid)
    kind = gid.removeprefix("gid://shopify/").partition("/")[0]
    if kind == "Shop":
        return ask.shop if number == ask.shop.number else None
    if kind == "InventoryLevel":
        return ask.shop.level(gid)
    if kind == "BulkOperation":
        return ask.shopify.bulk.find(ask.shop, number)
    found = ask.shop.find(kind, number)
    return found if kind != "Order" or found in ask.shop.visible_orders(ask.stamp) else None
