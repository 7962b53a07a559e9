"""Catalog V1: filter and sort are JSON in a string, pages have offsets, and 10,000 is the end of them."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connectors.sandbox.wix import permissions
from connectors.sandbox.wix.api.door import Ask, Body, door
from connectors.sandbox.wix.api.paging import Page, by_offset
from connectors.sandbox.wix.asking import Column, Table
from connectors.sandbox.wix.bodies import v1
from connectors.sandbox.wix.refusals import invalid, nothing_there
from connectors.sandbox.wix.site import V1
from connectors.sandbox.wix.things import Product, Shelf

MOST = 100
PRODUCTS = Table(
    "v1-products",
    {
        "id": Column(lambda one: one.id),
        "name": Column(lambda one: one.name),
        "slug": Column(lambda one: one.slug),
        "description": Column(lambda one: one.html, sortable=False),
        "sku": Column(lambda one: one.variants[0].sku),
        "price": Column(lambda one: float(one.variants[0].price + one.reduction), kind=float),
        "priceData.price": Column(lambda one: float(one.variants[0].price + one.reduction), kind=float),
        "numericId": Column(lambda one: int(one.numeric_id), kind=int),
        "productType": Column(lambda one: "digital" if one.digital else "physical"),
        "inventoryStatus": Column(lambda one: one.availability, sortable=False),
        "lastUpdated": Column(lambda one: one.updated, kind=datetime),
        "createdDate": Column(lambda one: one.created, sortable=False, kind=datetime),
    },
    lambda one: one.number,
    ("numericId", True),
)
STOCK = Table(
    "v1-stock",
    {
        "id": Column(lambda one: one.stock_id),
        "productId": Column(lambda one: one.id),
        "externalId": Column(lambda one: one.id),
        "numericId": Column(lambda one: int(one.numeric_id), kind=int),
        "lastUpdated": Column(lambda one: one.stock_changed, kind=datetime),
    },
    lambda one: one.number,
    ("numericId", True),
)
SHELVES = Table(
    "v1-shelves",
    {"id": Column(lambda one: one.id), "name": Column(lambda one: one.name)},
    lambda one: one.id,
)


@door(permissions.PRODUCTS_V1, V1)
def products(ask: Ask) -> Body:
    """Find products; hidden ones and what they cost are for those who manage products."""
    hidden, costs = _flag(ask, "includeHiddenProducts"), _flag(ask, "includeMerchantSpecificData")
    if hidden or costs:
        ask.needs(permissions.CHANGE_V1)
    table = PRODUCTS._replace(name=f"{PRODUCTS.name} {hidden}")
    page = by_offset(ask, table, lambda: _seen(ask, hidden), _query(ask), MOST, MOST)
    variants = _flag(ask, "includeVariants")
    told = [v1.product(ask.site, ask.origin, one, variants=variants, costs=costs) for one in page.things]
    return {"products": told} | _counted(ask, page)


def _seen(ask: Ask, hidden: bool) -> Iterable[Product]:
    return (one for one in ask.site.products.values() if hidden or one.visible)


@door(permissions.PRODUCTS_V1, V1)
def product(ask: Ask) -> Body:
    """Give one product with its variants."""
    found = ask.site.products.get(ask.call.found["id"])
    if found is None or not (found.visible or permissions.CHANGE_V1 in ask.granted):
        raise nothing_there()
    return {"product": v1.product(ask.site, ask.origin, found, variants=True)}


@door(permissions.STOCK_V1, V1)
def stock(ask: Ask) -> Body:
    """Find inventory items, those of hidden products too."""
    page = by_offset(ask, STOCK, lambda: ask.site.products.values(), _query(ask), MOST, MOST)
    return {"inventoryItems": [v1.stock_item(one) for one in page.things]} | _counted(ask, page)


@door(permissions.PRODUCTS_V1, V1)
def collections(ask: Ask) -> Body:
    """Find collections; the first holds everything."""
    everything = Shelf(v1.ALL_PRODUCTS, "All Products", "all-products", ask.site.created)
    held = [everything, *ask.site.shelves.values()]
    page = by_offset(ask, SHELVES, lambda: held, _query(ask), MOST, MOST)
    told = [v1.collection(ask.site, one) for one in page.things]
    paging = {"count": len(told), "offset": page.offset, "total": page.total}
    return {"collections": told, "metadata": paging}


def _flag(ask: Ask, name: str) -> bool:
    return ask.body.get(name) is True


def _counted(ask: Ask, page: Page) -> Body:
    paging = (ask.body.get("query") or {}).get("paging") or {}
    size = int(paging.get("limit") or MOST)
    return {"metadata": {"items": size, "offset": page.offset}, "totalResults": page.total}


def _query(ask: Ask) -> Body:
    query = dict(ask.body.get("query") or {})
    query["filter"] = opened(query.get("filter"), "query.filter") or {}
    query["sort"] = sorting(opened(query.get("sort"), "query.sort") or [])
    return query


def opened(text: Any, field: str) -> Any:
    """Read the JSON that a filter or sort of the older APIs is written in.

    Raises Refusal for anything but a string.
    """
    if text is None:
        return None
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        raise invalid(field, "is no string of JSON", "FORMAT") from None


def sorting(wish: Any) -> list[Body]:
    """Read a sort of the older APIs: one object of field and direction, or a list of such."""
    parts = wish if isinstance(wish, list) else [wish]
    if not all(isinstance(part, dict) for part in parts):
        raise invalid("query.sort", "names no field and direction", "FORMAT")
    return [
        {"fieldName": name, "order": str(order).upper()} for part in parts for name, order in part.items()
    ]
