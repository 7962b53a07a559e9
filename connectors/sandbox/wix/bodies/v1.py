"""Products, inventory and collections as catalog V1 writes them."""

from decimal import Decimal
from typing import Any

from connectors.sandbox.catalogue.goods import Photo
from connectors.sandbox.pictures import size_of
from connectors.sandbox.wix.ids import number, shown, written
from connectors.sandbox.wix.site import Site
from connectors.sandbox.wix.things import Product, Shelf, Variant

Body = dict[str, Any]
ALL_PRODUCTS = "00000000-000000-000000-000000000001"


def product(site: Site, origin: str, one: Product, *, variants: bool, costs: bool = False) -> Body:
    """Write a product; `origin` is where pictures are, `costs` what only a manager may see."""
    cut = one.reduction
    first = one.variants[0].price + cut
    told = [_variant(site, one, variant, cut, costs) for variant in one.variants] if variants else []
    body = _words(site, one) | _sums(site, one, first, cut)
    body |= {
        "stock": _stock(one),
        "media": media(site, origin, one.photos),
        "productOptions": _options(one),
        "collectionIds": [ALL_PRODUCTS, *_collections(site, one)],
        "variants": told,
    }
    return body | (_cost(site, one.variants[0], first) if costs else {})


def _words(site: Site, one: Product) -> Body:
    return {
        "id": one.id,
        "name": one.name,
        "slug": one.slug,
        "visible": one.visible,
        "productType": "digital" if one.digital else "physical",
        "description": one.html,
        "sku": one.variants[0].sku or "",
        "additionalInfoSections": [],
        "ribbons": [{"text": one.ribbon}] if one.ribbon else [],
        "ribbon": one.ribbon,
        "customTextFields": [],
        "manageVariants": bool(one.options),
        "productPageUrl": {"base": site.address, "path": f"/product-page/{one.slug}"},
        "numericId": one.numeric_id,
        "inventoryItemId": one.stock_id,
        "lastUpdated": written(one.updated),
        "createdDate": written(one.created),
        "brand": one.brand or None,
    }


def _sums(site: Site, one: Product, first: Decimal, cut: Decimal) -> Body:
    price = _price(site, first, cut)
    return {
        "weight": one.variants[0].grams / 1000,
        "weightRange": _range([Decimal(variant.grams) / 1000 for variant in one.variants]),
        "price": price,
        "priceData": price,
        "convertedPriceData": price,
        "priceRange": _range([variant.price + cut for variant in one.variants]),
        "discount": _discount(one, first, cut),
    }


def _price(site: Site, full: Decimal, reduction: Decimal) -> Body:
    currency = site.properties.currency
    return {
        "currency": currency,
        "price": number(full),
        "discountedPrice": number(full - reduction),
        "formatted": {"price": shown(full, currency), "discountedPrice": shown(full - reduction, currency)},
    }


def _range(amounts: list[Decimal]) -> Body:
    return {"minValue": number(min(amounts)), "maxValue": number(max(amounts))}


def _discount(one: Product, first: Decimal, cut: Decimal) -> Body:
    """A whole percentage is written as one, if all variants cost the same."""
    if not cut:
        return {"type": "NONE", "value": 0}
    share = cut * 100 / first
    if share == share.to_integral_value() and len({variant.price for variant in one.variants}) == 1:
        return {"type": "PERCENT", "value": number(share)}
    return {"type": "AMOUNT", "value": number(cut)}


def _stock(one: Product) -> Body:
    body: Body = {
        "trackInventory": one.tracked,
        "inStock": one.availability != "OUT_OF_STOCK",
        "inventoryStatus": one.availability,
    }
    return body | ({"quantity": sum(variant.quantity for variant in one.variants)} if one.tracked else {})


def _options(one: Product) -> list[Body]:
    options = []
    for place, name in enumerate(one.options):
        holders: dict[str, list[Variant]] = {}
        for variant in one.variants:
            holders.setdefault(variant.values[place], []).append(variant)
        choices = [
            {
                "value": value,
                "description": value,
                "media": {"items": []},
                "inStock": any(one.in_stock(variant) for variant in variants),
                "visible": True,
            }
            for value, variants in holders.items()
        ]
        options.append({"optionType": "drop_down", "name": name, "choices": choices})
    return options


def _variant(site: Site, one: Product, variant: Variant, cut: Decimal, costs: bool) -> Body:
    price = _price(site, variant.price + cut, cut)
    words: Body = {
        "priceData": price,
        "convertedPriceData": price,
        "weight": variant.grams / 1000,
        "sku": variant.sku or "",
        "visible": True,
    }
    stock: Body = {"trackQuantity": one.tracked, "inStock": one.in_stock(variant)}
    return {
        "id": one.v1_id(variant),
        "choices": one.choices(variant),
        "variant": words | (_cost(site, variant, variant.price) if costs else {}),
        "stock": stock | ({"quantity": variant.quantity} if one.tracked else {}),
    }


def _cost(site: Site, variant: Variant, price: Decimal) -> Body:
    if variant.cost is None:
        return {}
    currency, profit = site.properties.currency, price - variant.cost
    return {
        "costAndProfitData": {
            "itemCost": number(variant.cost),
            "formattedItemCost": shown(variant.cost, currency),
            "profit": number(profit),
            "formattedProfit": shown(profit, currency),
            "profitMargin": round(float(profit / price), 4) if price else 0,
        }
    }


def _collections(site: Site, one: Product) -> list[str]:
    return [shelf.id for shelf in site.shelves.values() if one.id in shelf.product_ids]


def media(site: Site, origin: str, photos: tuple[Photo, ...]) -> Body:
    """Write a product's pictures."""
    items = [_picture(site, origin, photo) for photo in photos]
    return {"mainMedia": items[0], "items": items} if items else {"items": []}


def _picture(site: Site, origin: str, photo: Photo) -> Body:
    name = site.media_id(photo)
    width, height = size_of(photo)
    small = f"{origin}/media/{name}/v1/fit/w_50,h_50,q_90/file.jpg"
    large = f"{origin}/media/{name}/v1/fit/w_{width},h_{height},q_90/file.jpg"
    return {
        "thumbnail": {"url": small, "width": 50, "height": 50},
        "mediaType": "image",
        "title": photo.alt or "",
        "image": {"url": large, "width": width, "height": height, "altText": photo.alt},
        "id": name,
    }


def stock_item(one: Product) -> Body:
    """Write a product's inventory item."""
    return {
        "id": one.stock_id,
        "externalId": one.id,
        "productId": one.id,
        "trackQuantity": one.tracked,
        "variants": [
            {"variantId": one.v1_id(variant), "inStock": one.in_stock(variant), "availableForPreorder": False}
            | ({"quantity": variant.quantity} if one.tracked else {})
            for variant in one.variants
        ],
        "lastUpdated": written(one.stock_changed),
        "numericId": one.numeric_id,
        "preorderInfo": {"enabled": False},
    }


def collection(site: Site, shelf: Shelf) -> Body:
    """Write a collection."""
    return {
        "id": shelf.id,
        "name": shelf.name,
        "slug": shelf.slug,
        "visible": True,
        "description": f"What we have: {shelf.name}.",
        "media": {"items": []},
        "numberOfProducts": len(site.products) if shelf.id == ALL_PRODUCTS else len(shelf.product_ids),
    }


def created(site: Site, origin: str, one: Product) -> Body:
    """Write the event of a product that was made: most of the product, at its top level."""
    return {
        "productId": one.id,
        "name": one.name,
        "price": _price(site, one.variants[0].price + one.reduction, one.reduction),
        "visible": one.visible,
        "media": media(site, origin, one.photos),
        "sku": one.variants[0].sku or "",
        "productPageUrl": {"base": site.address, "path": f"/product-page/{one.slug}"},
        "brand": one.brand or None,
        "slug": one.slug,
        "originatedFromVersion": "V1_CATALOG",
    }


def variants_changed(one: Product, variants: list[Variant], fields: list[str]) -> Body:
    """Write the event of variants that changed in some fields."""
    told = [
        {"variantId": one.v1_id(variant), "choices": one.choices(variant), "changedFields": fields}
        for variant in variants
    ]
    return {"productId": one.id, "variants": told, "originatedFromVersion": "V1_CATALOG"}


def stock_changed(one: Product, before: dict[str, int], reason: str) -> Body:
    """Write the event of variants whose quantity was another before."""
    changed = [variant for variant in one.variants if variant.id in before]
    told = [
        {
            "id": one.v1_id(variant),
            "oldValue": {"quantity": before[variant.id], "inStock": before[variant.id] > 0},
            "newValue": {"quantity": variant.quantity, "inStock": one.in_stock(variant)},
        }
        for variant in changed
    ]
    return {
        "inventoryItemId": one.stock_id,
        "externalId": one.id,
        "productId": one.id,
        "variants": told,
        "reason": reason,
        "updatedDate": written(one.stock_changed),
    }
