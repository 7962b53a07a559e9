"""Products, their options, media and collections."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import constant, resolves
from connectors.sandbox.shopify.api.search import Filter
from connectors.sandbox.shopify.resolvers.answers import (
    Count,
    counted,
    cut,
    in_order,
    money,
    searched,
    sorted_listing,
)
from connectors.sandbox.shopify.things import (
    Product,
    Variant,
)

STATUSES = frozenset({"active", "archived", "draft", "unlisted"})
PRODUCT_FIELDS = {
    "id": Filter("number", lambda product: product.number),
    "title": Filter("word", lambda product: product.title),
    "handle": Filter("word", lambda product: product.handle),
    "status": Filter("word", lambda product: product.status, STATUSES),
    "vendor": Filter("word", lambda product: product.vendor),
    "product_type": Filter("word", lambda product: product.product_type),
    "tag": Filter("word", lambda product: product.tags),
    "sku": Filter("word", lambda product: [variant.sku for variant in product.variants]),
    "gift_card": Filter("word", lambda product: product.is_gift_card, frozenset({"true", "false"})),
    "inventory_total": Filter("number", lambda product: product.total_inventory),
    "created_at": Filter("time", lambda product: product.created_at),
    "updated_at": Filter("time", lambda product: product.updated_at),
    "published_at": Filter("time", lambda product: product.published_at),
}
SORTS = {
    "CREATED_AT": lambda product: product.created_at,
    "UPDATED_AT": lambda product: product.updated_at,
    "PUBLISHED_AT": lambda product: product.published_at,
    "TITLE": lambda product: product.title,
    "VENDOR": lambda product: product.vendor,
    "PRODUCT_TYPE": lambda product: product.product_type,
    "INVENTORY_TOTAL": lambda product: product.total_inventory,
}

constant(
    "Product",
    giftCardTemplateSuffix=None,
    hasVariantsThatRequiresComponents=False,
    requiresSellingPlan=False,
    metafields=Listing(()),
)
constant("ProductVariant", metafields=Listing(()))
constant("TaxonomyCategory", isArchived=False, isLeaf=True, childrenIds=[])


@resolves("QueryRoot.products")
def products(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    kept = searched(ask, args, list(ask.shop.products.values()), PRODUCT_FIELDS, "products")
    return sorted_listing(kept, args, SORTS)


@resolves("QueryRoot.productsCount")
def products_count(source: Any, ask: Ask, args: dict[str, Any]) -> Count:
    return counted(
        len(searched(ask, args, list(ask.shop.products.values()), PRODUCT_FIELDS, "productsCount")), args
    )


@resolves("Product.description")
def description(product: Product, ask: Ask, args: dict[str, Any]) -> str:
    return cut(product.description, args.get("truncateAt"))


@resolves("Product.category")
def category(product: Product, ask: Ask, args: dict[str, Any]) -> Any:
    if product.category_name is None:
        return None
    parts = product.category_name.split(" > ")
    code = "aa-" + "-".join(str(len(part)) for part in parts)
    ids = [
        f"gid://shopify/TaxonomyCategory/{code.rsplit('-', len(parts) - place)[0]}"
        for place in range(1, len(parts))
    ]
    return SimpleNamespace(
        KIND="TaxonomyCategory",
        id=f"gid://shopify/TaxonomyCategory/{code}",
        name=parts[-1],
        full_name=product.category_name,
        level=len(parts),
        is_root=len(parts) == 1,
        parent_id=ids[-1] if ids else None,
        ancestor_ids=ids,
    )


@resolves("Product.options")
def options(product: Product, ask: Ask, args: dict[str, Any]) -> list[Any]:
    return product.options[: args.get("first")]


@resolves("Product.seo")
def product_seo(product: Product, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(title=product.seo_title, description=product.seo_description)


@resolves("Product.priceRangeV2", "Product.priceRange")
def price_range(product: Product, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    prices = [variant.price for variant in product.variants]
    return SimpleNamespace(
        min_variant_price=money(ask, min(prices, default=Decimal(0))),
        max_variant_price=money(ask, max(prices, default=Decimal(0))),
    )


@resolves("Product.compareAtPriceRange")
def compare_at_range(product: Product, ask: Ask, args: dict[str, Any]) -> SimpleNamespace | None:
    prices = [
        variant.compare_at_price for variant in product.variants if variant.compare_at_price is not None
    ]
    if not prices:
        return None
    return SimpleNamespace(
        min_variant_compare_at_price=money(ask, min(prices)),
        max_variant_compare_at_price=money(ask, max(prices)),
    )


@resolves("Product.variants")
def variants(product: Product, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(product.variants)


@resolves("Product.variantsCount")
def variants_count(product: Product, ask: Ask, args: dict[str, Any]) -> Count:
    return Count(len(product.variants))


@resolves("Product.onlineStoreUrl")
def online_store_url(product: Product, ask: Ask, args: dict[str, Any]) -> str | None:
    visible = product.status == "ACTIVE" and product.published_at is not None
    return f"https://www.{ask.shop.handle}.example/products/{product.handle}" if visible else None


@resolves("Product.onlineStorePreviewUrl")
def preview_url(product: Product, ask: Ask, args: dict[str, Any]) -> str:
    return f"https://{ask.shop.domain}/products/{product.handle}"


@resolves("Product.hasOnlyDefaultVariant")
def has_only_default(product: Product, ask: Ask, args: dict[str, Any]) -> bool:
    return len(product.variants) == 1 and not product.variants[0].values


@resolves("Product.hasOutOfStockVariants")
def has_out_of_stock(product: Product, ask: Ask, args: dict[str, Any]) -> bool:
    return any(variant.item.tracked and variant.inventory_quantity <= 0 for variant in product.variants)


@resolves("Product.defaultCursor", "ProductVariant.defaultCursor")
def default_cursor(source: Product | Variant, ask: Ask, args: dict[str, Any]) -> str:
    return source.legacy_resource_id
