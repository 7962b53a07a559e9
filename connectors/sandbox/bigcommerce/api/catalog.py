"""`/v3/catalog/...`: products, variants, pictures, films, brands, categories, the summary."""

from decimal import Decimal

from werkzeug import Response

from connectors.sandbox.bigcommerce.api.ask import Ask, RefusedError, nothing_there, one
from connectors.sandbox.bigcommerce.api.goods_bodies import (
    brand_body,
    category_body,
    image_body,
    number,
    product_body,
    variant_body,
    video_bodies,
)
from connectors.sandbox.bigcommerce.api.listing import (
    AMONG,
    EQUAL,
    NUMBER,
    RANGE,
    SHAPING,
    Column,
    found,
    moment,
    money,
    page,
    paged,
    trimmed,
    truth,
    variants_asked,
    whole,
)
from connectors.sandbox.bigcommerce.goods import Product

INCLUDES = frozenset(
    (
        "bulk_pricing_rules",
        "channels",
        "custom_fields",
        "images",
        "modifiers",
        "options",
        "parent_relations",
        "primary_image",
        "reviews",
        "variants",
        "videos",
    )
)
HEAVY = frozenset({"options", "modifiers"})
HEAVY_PAGE = 10

PRODUCTS = {
    "id": Column(lambda one: one.number, int, NUMBER),
    "name": Column(lambda one: one.name),
    "sku": Column(lambda one: [variant.sku for variant in one.variants], str, AMONG),
    "price": Column(lambda one: one.price, money, NUMBER),
    "calculated_price": Column(lambda one: one.calculated_price),
    "brand_id": Column(lambda one: one.brand.number if one.brand else 0, int),
    "categories": Column(lambda one: one.categories, int, AMONG),
    "channel_id": Column(lambda one: [1], int, frozenset({"in"})),
    "date_modified": Column(lambda one: one.changed_at, moment, RANGE),
    "is_visible": Column(lambda one: one.is_visible, truth),
    "inventory_level": Column(lambda one: one.inventory_level, int, NUMBER),
    "total_sold": Column(lambda one: one.total_sold, int),
    "availability": Column(lambda one: one.availability),
    "type": Column(lambda one: one.kind),
    "condition": Column(lambda one: "new"),
    "keyword": Column(lambda one: one.name, str, EQUAL),
}
VARIANTS = {
    "id": Column(lambda one: one.number, int),
    "sku": Column(lambda one: one.sku),
    "upc": Column(lambda one: one.upc),
    "product_id": Column(lambda one: one.product.number, int, frozenset({"in"})),
}


def products(ask: Ask) -> Response:
    """Answer `GET /catalog/products`; with options or modifiers a page has ten at most."""
    included = _included(ask)
    rows = found(ask, ask.store.products, PRODUCTS, lambda one: one.number, SHAPING)
    if included & HEAVY:
        limit = min(whole(ask, "limit", HEAVY_PAGE), HEAVY_PAGE)
        return paged(ask, rows, lambda row: product_body(ask, row, included), whole(ask, "page", 1), limit)
    return page(ask, rows, lambda row: product_body(ask, row, included))


def product(ask: Ask) -> Response:
    """Answer `GET /catalog/products/{id}`."""
    return one(product_body(ask, _product(ask), _included(ask)))


def variants(ask: Ask) -> Response:
    """Answer `GET /catalog/variants`."""
    rows = variants_asked(ask, VARIANTS, SHAPING)
    return page(ask, rows, lambda row: trimmed(ask, variant_body(ask, row)))


def product_variants(ask: Ask) -> Response:
    """Answer `GET /catalog/products/{id}/variants`."""
    return page(ask, _product(ask).variants, lambda row: trimmed(ask, variant_body(ask, row)))


def images(ask: Ask) -> Response:
    """Answer `GET /catalog/products/{id}/images`."""
    held = _product(ask)
    return page(ask, held.images, lambda row: trimmed(ask, image_body(ask, held, row)))


def videos(ask: Ask) -> Response:
    """Answer `GET /catalog/products/{id}/videos`."""
    held = _product(ask)
    return page(ask, video_bodies(held), lambda row: trimmed(ask, row))


def brands(ask: Ask) -> Response:
    """Answer `GET /catalog/brands`."""
    rows = list(ask.store.brands.values())
    if "id:in" in ask.args:
        wanted = ask.args["id:in"].split(",")
        rows = [row for row in rows if str(row.number) in wanted]
    return page(ask, rows, lambda row: trimmed(ask, brand_body(row)))


def brand(ask: Ask) -> Response:
    """Answer `GET /catalog/brands/{id}`."""
    rows = ask.store.brands.values()
    row = next((row for row in rows if row.number == ask.numbers["brand"]), None)
    if row is None:
        raise nothing_there("v3")
    return one(trimmed(ask, brand_body(row)))


def trees(ask: Ask) -> Response:
    """Answer `GET /catalog/trees`: one, of the only storefront."""
    return page(ask, [{"id": 1, "name": "Default catalog tree", "channels": [1]}], dict)


def tree_categories(ask: Ask) -> Response:
    """Answer `GET /catalog/trees/categories`."""
    return page(ask, list(ask.store.categories.values()), lambda row: trimmed(ask, category_body(ask, row)))


def summary(ask: Ask) -> Response:
    """Answer `GET /catalog/summary`; its dates are those of the platform's sample products."""
    rows = list(ask.store.variants)
    prices = [row.calculated_price for row in rows] or [Decimal(0)]
    return one(
        {
            "inventory_count": sum(row.available for row in rows),
            "variant_count": len(rows),
            "inventory_value": number(
                sum((row.available * row.calculated_price for row in rows), Decimal(0))
            ),
            "highest_variant_price": number(max(prices)),
            "average_variant_price": number(sum(prices, Decimal(0)) / len(prices)),
            "lowest_variant_price": number(min(prices)),
            "oldest_variant_date": "2015-07-03",
            "newest_variant_date": "2018-09-07",
            "primary_category_id": 23,
            "primary_category_name": "Shop All",
        }
    )


def _included(ask: Ask) -> frozenset[str]:
    wanted = frozenset(name for name in ask.args.get("include", "").split(",") if name)
    if not wanted <= INCLUDES:
        raise RefusedError(422, "The include parameter is not valid", {"include": "error.invalid"})
    return wanted


def _product(ask: Ask) -> Product:
    row = ask.store.products.get(ask.numbers["product"])
    if row is None:
        raise nothing_there("v3")
    return row
