"""Products, variants, inventory and stores locations as catalog V3 writes them."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from connectors.sandbox.catalogue.goods import Photo, text_of
from connectors.sandbox.pictures import size_of
from connectors.sandbox.wix.ids import guid, shown, written
from connectors.sandbox.wix.site import Site
from connectors.sandbox.wix.things import Place, Product, Variant

Body = dict[str, Any]
Fields = Collection[str]
EVERY_FIELD = (
    "URL", "CURRENCY", "INFO_SECTION", "MERCHANT_DATA", "PLAIN_DESCRIPTION", "INFO_SECTION_PLAIN_DESCRIPTION",
    "SUBSCRIPTION_PRICES_INFO", "BREADCRUMBS_INFO", "WEIGHT_MEASUREMENT_UNIT_INFO",
    "VARIANT_OPTION_CHOICE_NAMES", "MEDIA_ITEMS_INFO", "DESCRIPTION", "DIRECT_CATEGORIES_INFO",
    "ALL_CATEGORIES_INFO", "INFO_SECTION_DESCRIPTION", "THUMBNAIL", "PRODUCT_CHOICES_MEDIA_REFERENCES",
    "PRODUCT_CHOICES_DISPLAY_IMAGE", "MIN_PRICE_VARIANT", "DISCOUNT_INFO",
)  # fmt: skip


def product(site: Site, origin: str, one: Product, fields: Fields, *, variants: bool) -> Body:
    """Write a product: what is always there, and what `fields` names."""
    body: Body = {
        "id": one.id,
        "revision": str(one.revision),
        "createdDate": written(one.created),
        "updatedDate": written(one.updated),
        "name": one.name,
        "slug": one.slug,
        "visible": one.visible,
        "visibleInPos": one.visible,
        "media": _media(site, origin, one, fields),
        "options": _options(one),
        "modifiers": [],
        "productType": "DIGITAL" if one.digital else "PHYSICAL",
        "handle": one.slug,
        "inventory": _inventory(one),
        "actualPriceRange": _range(site, [variant.price for variant in one.variants], fields),
        "variantSummary": {"variantCount": len(one.variants)},
    }
    if variants:
        body["variantsInfo"] = {"variants": [_variant(site, one, each, fields) for each in one.variants]}
    return body | _if_there(site, one, fields) | _asked(site, one, fields)


def _if_there(site: Site, one: Product, fields: Fields) -> Body:
    """Write what not every product has."""
    body: Body = {}
    was = [variant.was for variant in one.variants if variant.was]
    if was:
        body["compareAtPriceRange"] = _range(site, was, fields)
    if not one.digital:
        body["physicalProperties"] = _weights(one)
    if one.brand:
        body["brand"] = {"id": guid(site.site_id, "brand", one.brand), "name": one.brand}
    if one.ribbon:
        body["ribbon"] = {"id": guid(site.site_id, "ribbon", one.ribbon), "name": one.ribbon}
    return body


def _asked(site: Site, one: Product, fields: Fields) -> Body:
    """Write what comes only when it is asked for."""
    path = f"/product-page/{one.slug}"
    shelves = [{"id": shelf.id} for shelf in site.shelves.values() if one.id in shelf.product_ids]
    able: dict[str, Body] = {
        "URL": {"url": {"relativePath": path, "url": site.address + path if site.published else None}},
        "CURRENCY": {"currency": site.properties.currency},
        "PLAIN_DESCRIPTION": {"plainDescription": one.html},
        "DESCRIPTION": {"description": {"nodes": [{"type": "PARAGRAPH", "text": text_of(one.html)}]}},
        "INFO_SECTION": {"infoSections": []},
        "DIRECT_CATEGORIES_INFO": {"directCategoriesInfo": {"categories": shelves}},
        "ALL_CATEGORIES_INFO": {"allCategoriesInfo": {"categories": shelves}},
        "BREADCRUMBS_INFO": {"breadcrumbsInfo": {"breadcrumbs": []}},
        "DISCOUNT_INFO": {"discountInfo": {"discountRuleNames": _rule_names(site, one)}},
        "MERCHANT_DATA": {"costRange": _range(site, _costs(one), fields)},
    }
    return {name: value for field in fields for name, value in able.get(field, {}).items()}


def _costs(one: Product) -> list[Decimal]:
    return [variant.cost for variant in one.variants if variant.cost] or [Decimal("0.00")]


def _rule_names(site: Site, one: Product) -> list[str]:
    return [rule.name for rule in site.rules.values() if rule.active and one.id in rule.product_ids]


def _amount(site: Site, amount: Decimal, fields: Fields) -> Body:
    body = {"amount": f"{amount:.2f}"}
    return body | (
        {"formattedAmount": shown(amount, site.properties.currency)} if "CURRENCY" in fields else {}
    )


def _range(site: Site, amounts: list[Decimal], fields: Fields) -> Body:
    return {
        "minValue": _amount(site, min(amounts), fields),
        "maxValue": _amount(site, max(amounts), fields),
    }


def _weights(one: Product) -> Body:
    kilos = [variant.grams / 1000 for variant in one.variants]
    return {"shippingWeightRange": {"minValue": min(kilos), "maxValue": max(kilos)}}


def _inventory(one: Product) -> Body:
    return {
        "availabilityStatus": one.availability,
        "preorderStatus": "DISABLED",
        "preorderAvailability": "NO_VARIANTS",
    }


def _options(one: Product) -> list[Body]:
    options = []
    for place, name in enumerate(one.options):
        values = dict.fromkeys(variant.values[place] for variant in one.variants)
        choices = [
            {
                "choiceId": one.choice_ids(name, value)[1],
                "choiceType": "CHOICE_TEXT",
                "key": value,
                "name": value,
                "inStock": any(
                    one.in_stock(variant) for variant in one.variants if variant.values[place] == value
                ),
                "visible": True,
            }
            for value in values
        ]
        options.append(
            {
                "id": one.choice_ids(name, "")[0],
                "name": name,
                "optionRenderType": "TEXT_CHOICES",
                "key": name,
                "choicesSettings": {"choices": choices},
            }
        )
    return options


def _media(site: Site, origin: str, one: Product, fields: Fields) -> Body:
    if not one.photos:
        return {}
    body: Body = {"main": _picture(site, origin, one.photos[0], fields)}
    if "MEDIA_ITEMS_INFO" in fields:
        items = [_picture(site, origin, photo, fields) for photo in one.photos]
        body["itemsInfo"] = {"items": items}
    return body


def _picture(site: Site, origin: str, photo: Photo, fields: Fields) -> Body:
    name = site.media_id(photo)
    width, height = size_of(photo)
    image = {"id": name, "url": f"{origin}/media/{name}", "height": height, "width": width}
    body: Body = {
        "id": name,
        "image": image | {"altText": photo.alt, "filename": photo.name},
        "mediaType": "IMAGE",
        "altText": photo.alt,
        "displayName": photo.name,
    }
    small = {"url": f"{origin}/media/{name}/v1/fit/w_50,h_50/file.jpg", "height": 50, "width": 50}
    return body | ({"thumbnail": small} if "THUMBNAIL" in fields else {})


def _choices(one: Product, variant: Variant, *, named: bool) -> list[Body]:
    choices = []
    for option, value in one.choices(variant).items():
        ids = dict(zip(("optionId", "choiceId"), one.choice_ids(option, value), strict=True))
        names = {"optionName": option, "choiceName": value, "renderType": "TEXT_CHOICES"}
        choices.append({"optionChoiceIds": ids} | ({"optionChoiceNames": names} if named else {}))
    return choices


def _prices(site: Site, variant: Variant, fields: Fields) -> Body:
    prices = {"actualPrice": _amount(site, variant.price, fields)}
    return prices | ({"compareAtPrice": _amount(site, variant.was, fields)} if variant.was else {})


def _variant(site: Site, one: Product, variant: Variant, fields: Fields) -> Body:
    body: Body = {
        "id": variant.id,
        "visible": True,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "choices": _choices(one, variant, named="VARIANT_OPTION_CHOICE_NAMES" in fields),
        "price": _prices(site, variant, fields),
        "inventoryStatus": {"inStock": one.in_stock(variant), "preorderEnabled": False},
    }
    if not one.digital:
        body["physicalProperties"] = {"weight": variant.grams / 1000}
    if "MERCHANT_DATA" in fields and variant.cost:
        profit = variant.price - variant.cost
        body["revenueDetails"] = {
            "cost": _amount(site, variant.cost, fields),
            "profit": _amount(site, profit, fields),
            "profitMargin": round(float(profit / variant.price), 4) if variant.price else 0,
        }
    return body


def read_only_variant(site: Site, one: Product, variant: Variant) -> Body:
    """Write a variant as the variants' own query does, with the names of its choices."""
    return {
        "id": guid("read-only", variant.id),
        "variantId": variant.id,
        "visible": True,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "optionChoices": _choices(one, variant, named=True),
        "price": _prices(site, variant, ("CURRENCY",)),
        "inventoryStatus": {"inStock": one.in_stock(variant), "preorderEnabled": False},
        "productData": {
            "productId": one.id,
            "name": one.name,
            "productType": "DIGITAL" if one.digital else "PHYSICAL",
            "slug": one.slug,
            "visible": one.visible,
            "currency": site.properties.currency,
            "revision": str(one.revision),
            "handle": one.slug,
            "updatedDate": written(one.updated),
        },
    }


def stock_item(site: Site, one: Product, variant: Variant, place: int) -> Body:
    """Write the inventory item of a variant at a place: a quantity, or without tracking `inStock`."""
    there = variant.stock[place]
    amount: Body = {"quantity": there} if one.tracked else {"inStock": True}
    return amount | {
        "id": site.stock_item_id(variant, place),
        "revision": str(one.stock_revision),
        "createdDate": written(one.created),
        "updatedDate": written(variant.stock_changed),
        "variantId": variant.id,
        "locationId": site.places[place].stores_id,
        "productId": one.id,
        "trackQuantity": one.tracked,
        "availabilityStatus": "IN_STOCK" if there > 0 or not one.tracked else "OUT_OF_STOCK",
        "preorderInfo": {"enabled": False},
        "product": {
            "name": one.name,
            "variantName": " | ".join(variant.values),
            "variantSku": variant.sku,
            "variantBarcode": variant.barcode,
            "variantVisible": True,
        },
    }


def stores_location(site: Site, place: Place) -> Body:
    """Write a location as Wix Stores knows it."""
    return {
        "id": place.stores_id,
        "revision": "1",
        "createdDate": written(site.created),
        "updatedDate": written(site.created),
        "wixLocationId": place.id,
        "locationType": "PHYSICAL",
        "name": place.name,
        "defaultLocation": place.default,
    }
