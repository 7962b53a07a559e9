"""Collections and what is in them."""

from types import SimpleNamespace
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask, number_of
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import constant, resolves
from connectors.sandbox.shopify.api.search import Filter
from connectors.sandbox.shopify.resolvers.answers import (
    Count,
    counted,
    cut,
    in_order,
    searched,
    sorted_listing,
)
from connectors.sandbox.shopify.things import Collection, Medium, Product

COLLECTION_FIELDS = {
    "id": Filter("number", lambda collection: collection.number),
    "title": Filter("word", lambda collection: collection.title),
    "handle": Filter("word", lambda collection: collection.handle),
    "updated_at": Filter("time", lambda collection: collection.updated_at),
}

constant("Collection", metafields=Listing(()))


@resolves("Product.collections")
def collections_of(product: Product, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(ask.shopify.memberships(ask.shop).get(product.number, []))


@resolves("Product.inCollection")
def in_collection(product: Product, ask: Ask, args: dict[str, Any]) -> bool:
    held = ask.shop.collections.get(number_of(args["id"], "Collection"))
    return held is not None and product in held.products


@resolves("QueryRoot.collections")
def collections(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    kept = searched(ask, args, list(ask.shop.collections.values()), COLLECTION_FIELDS, "collections")
    return sorted_listing(
        kept, args, {"TITLE": lambda one: one.title, "UPDATED_AT": lambda one: one.updated_at}
    )


@resolves("QueryRoot.collectionsCount")
def collections_count(source: Any, ask: Ask, args: dict[str, Any]) -> Count:
    kept = searched(ask, args, list(ask.shop.collections.values()), COLLECTION_FIELDS, "collectionsCount")
    return counted(len(kept), args)


@resolves("Collection.description")
def collection_description(collection: Collection, ask: Ask, args: dict[str, Any]) -> str:
    return cut(collection.description, args.get("truncateAt"))


@resolves("Collection.seo")
def collection_seo(collection: Collection, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(title=None, description=None)


@resolves("Collection.image")
def collection_image(collection: Collection, ask: Ask, args: dict[str, Any]) -> Medium | None:
    return next((medium for product in collection.products for medium in product.media), None)


@resolves("Collection.productsCount")
def collection_count(collection: Collection, ask: Ask, args: dict[str, Any]) -> Count:
    return Count(len(collection.products))


@resolves("Collection.products")
def collection_products(collection: Collection, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(collection.products)


@resolves("Collection.hasProduct")
def has_product(collection: Collection, ask: Ask, args: dict[str, Any]) -> bool:
    number = number_of(args["id"], "Product")
    return any(product.number == number for product in collection.products)
