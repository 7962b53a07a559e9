"""Variants, inventory items, levels and quantities."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask, number_of
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import constant, resolves
from connectors.sandbox.shopify.api.search import Filter
from connectors.sandbox.shopify.resolvers.answers import (
    Count,
    counted,
    in_order,
    money,
    searched,
    sorted_listing,
)
from connectors.sandbox.shopify.sales import Money
from connectors.sandbox.shopify.things import InventoryItem, InventoryLevel, MediaImage, Variant

QUANTITIES: dict[str, Callable[[InventoryLevel], int]] = {
    "available": lambda level: level.available,
    "on_hand": lambda level: level.on_hand,
    "committed": lambda level: level.committed,
    "incoming": lambda level: level.incoming,
    "reserved": lambda level: 0,
    "damaged": lambda level: 0,
    "safety_stock": lambda level: 0,
    "quality_control": lambda level: 0,
}
VARIANT_FIELDS = {
    "id": Filter("number", lambda variant: variant.number),
    "sku": Filter("word", lambda variant: variant.sku or ""),
    "barcode": Filter("word", lambda variant: variant.barcode or ""),
    "product_id": Filter("number", lambda variant: variant.product.number),
    "updated_at": Filter("time", lambda variant: variant.updated_at),
}
ITEM_FIELDS = {
    "id": Filter("number", lambda item: item.number),
    "sku": Filter("word", lambda item: item.sku or ""),
    "created_at": Filter("time", lambda item: item.created_at),
    "updated_at": Filter("time", lambda item: item.updated_at),
}
LEVEL_FIELDS = {
    "id": Filter("number", lambda level: level.number),
    "inventory_item_id": Filter("number", lambda level: level.item.number),
    "created_at": Filter("time", lambda level: level.created_at),
    "updated_at": Filter("time", lambda level: level.updated_at),
}

constant("ProductVariant", requiresComponents=False, showUnitPrice=False)
constant("InventoryItem", duplicateSkuCount=0)
constant("InventoryLevel", canDeactivate=True, deactivationAlert=None)


@resolves("QueryRoot.productVariants")
def variants(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    kept = searched(ask, args, list(ask.shop.variants.values()), VARIANT_FIELDS, "productVariants")
    keys = {
        "SKU": lambda one: one.sku or "",
        "TITLE": lambda one: one.title,
        "POSITION": lambda one: one.position,
    }
    return sorted_listing(kept, args, keys)


@resolves("QueryRoot.productVariantsCount")
def variants_count(source: Any, ask: Ask, args: dict[str, Any]) -> Count:
    kept = searched(ask, args, list(ask.shop.variants.values()), VARIANT_FIELDS, "productVariantsCount")
    return counted(len(kept), args)


@resolves("ProductVariant.displayName")
def display_name(variant: Variant, ask: Ask, args: dict[str, Any]) -> str:
    return f"{variant.product.title} - {variant.title}"


@resolves("ProductVariant.sellableOnlineQuantity")
def sellable(variant: Variant, ask: Ask, args: dict[str, Any]) -> int:
    return variant.inventory_quantity


@resolves("ProductVariant.inventoryItem")
def item_of(variant: Variant, ask: Ask, args: dict[str, Any]) -> InventoryItem:
    return variant.item


@resolves("ProductVariant.selectedOptions")
def selected_options(variant: Variant, ask: Ask, args: dict[str, Any]) -> list[SimpleNamespace]:
    values = variant.values or ("Default Title",)
    return [
        SimpleNamespace(name=option.name, value=value, option_value=_value(option, value))
        for option, value in zip(variant.product.options, values, strict=False)
    ]


def _value(option: Any, name: str) -> Any:
    return next((one for one in option.option_values if one.name == name), None)


@resolves("ProductVariant.media")
def media(variant: Variant, ask: Ask, args: dict[str, Any]) -> Listing:
    found = picture_of(variant)
    return in_order([found] if found else [])


@resolves("ProductVariant.image")
def image(variant: Variant, ask: Ask, args: dict[str, Any]) -> MediaImage | None:
    return picture_of(variant)


def picture_of(variant: Variant) -> MediaImage | None:
    """Find the picture that a variant chose among its product's."""
    pictures = (medium for medium in variant.product.media if isinstance(medium, MediaImage))
    return next(
        (one for one in pictures if variant.photo_name and one.photo.name == variant.photo_name), None
    )


@resolves("QueryRoot.inventoryItems")
def items(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    kept = searched(
        ask,
        args,
        list(ask.shop.items.values()),
        ITEM_FIELDS,
        "inventoryItems",
        words=lambda item: item.sku or "",
    )
    return Listing(kept, lambda item: item.number)


@resolves("InventoryItem.unitCost")
def unit_cost(item: InventoryItem, ask: Ask, args: dict[str, Any]) -> Money | None:
    return money(ask, item.cost) if item.cost is not None else None


@resolves("InventoryItem.inventoryLevels")
def levels(item: InventoryItem, ask: Ask, args: dict[str, Any]) -> Listing:
    held = [level for level in item.levels if level.is_active or args.get("includeInactive")]
    return in_order(searched(ask, args, held, LEVEL_FIELDS, "inventoryLevels", words=lambda level: level.id))


@resolves("InventoryItem.variants")
def variants_of(item: InventoryItem, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order([item.variant])


@resolves("InventoryItem.inventoryLevel")
def level(item: InventoryItem, ask: Ask, args: dict[str, Any]) -> InventoryLevel | None:
    number = number_of(args["locationId"], "Location")
    return next((one for one in item.levels if one.location.number == number), None)


@resolves("InventoryItem.locationsCount")
def locations_count(item: InventoryItem, ask: Ask, args: dict[str, Any]) -> Count:
    return Count(sum(level.is_active for level in item.levels))


@resolves("InventoryItem.measurement")
def measurement(item: InventoryItem, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    weight = SimpleNamespace(unit="GRAMS", value=float(item.grams))
    return SimpleNamespace(
        KIND="InventoryItemMeasurement",
        id=f"gid://shopify/InventoryItemMeasurement/{item.number}",
        weight=weight,
    )


@resolves("InventoryItem.inventoryHistoryUrl")
def history(item: InventoryItem, ask: Ask, args: dict[str, Any]) -> str:
    product, variant = item.variant.product.number, item.variant.number
    return f"https://{ask.shop.domain}/admin/products/{product}/variants/{variant}/inventory_history"


@resolves("InventoryLevel.quantities")
def quantities(level: InventoryLevel, ask: Ask, args: dict[str, Any]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            KIND="InventoryQuantity",
            id=f"gid://shopify/InventoryQuantity/{level.item.number}?inventory_level_id={level.number}&name={name}",
            name=name,
            quantity=QUANTITIES[name](level),
            updated_at=level.updated_at if name != "on_hand" else None,
        )
        for name in args["names"]
        if name in QUANTITIES
    ]
