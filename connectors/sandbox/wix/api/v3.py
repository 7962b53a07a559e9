"""Catalog V3: cursors, enum names of fields, and no variants in a query of products."""

from collections.abc import Iterable
from datetime import datetime

from connectors.sandbox.wix import permissions
from connectors.sandbox.wix.api.door import Ask, Body, door
from connectors.sandbox.wix.api.paging import by_cursor
from connectors.sandbox.wix.asking import Column, Filter, Table, select
from connectors.sandbox.wix.bodies import v3
from connectors.sandbox.wix.ids import guid
from connectors.sandbox.wix.refusals import invalid, not_sortable, nothing_there
from connectors.sandbox.wix.site import V3
from connectors.sandbox.wix.things import Product, Variant

MOST_PRODUCTS, MOST = 100, 1000
PRODUCTS = Table(
    "v3-products",
    {
        "id": Column(lambda one: one.id, sortable=False),
        "handle": Column(lambda one: one.slug, sortable=False),
        "slug": Column(lambda one: one.slug, sortable=False),
        "visible": Column(lambda one: one.visible, sortable=False, kind=bool),
        "createdDate": Column(lambda one: one.created, sortable=False, kind=datetime),
        "updatedDate": Column(lambda one: one.updated, sortable=False, kind=datetime),
        "options.id": Column(
            lambda one: [one.choice_ids(name, "")[0] for name in one.options], sortable=False
        ),
    },
    lambda one: one.id,
)
VARIANTS = Table(
    "v3-variants",
    {
        "id": Column(lambda pair: pair[1].id),
        "variantId": Column(lambda pair: pair[1].id),
        "productData.productId": Column(lambda pair: pair[0].id),
    },
    lambda pair: pair[1].id,
)
STOCK = Table(
    "v3-stock",
    {
        "id": Column(lambda held: guid("stock", held[1].id, held[2]), sortable=False),
        "variantId": Column(lambda held: held[1].id, sortable=False),
        "productId": Column(lambda held: held[0].id),
        "quantity": Column(lambda held: held[1].stock[held[2]], kind=int),
        "trackQuantity": Column(lambda held: held[0].tracked, kind=bool),
        "createdDate": Column(lambda held: held[0].created, kind=datetime),
        "updatedDate": Column(lambda held: held[1].stock_changed, kind=datetime),
    },
    lambda held: f"{held[1].id} {held[2]}",
)
PLACES = Table(
    "v3-places",
    {
        "id": Column(lambda one: one.stores_id, sortable=False),
        "wixLocationId": Column(lambda one: one.id, sortable=False),
        "name": Column(lambda one: one.name),
        "defaultLocation": Column(lambda one: one.default, kind=bool),
    },
    lambda one: one.stores_id,
)


def _seen(ask: Ask) -> Iterable[Product]:
    hidden = permissions.HIDDEN_V3 in ask.granted
    return (one for one in ask.site.products.values() if hidden or one.visible)


def _named(ask: Ask, table: Table) -> Table:
    return table._replace(name=f"{table.name} {permissions.HIDDEN_V3 in ask.granted}")


def _fields(ask: Ask, wish: list[str]) -> list[str]:
    for name in wish:
        if name not in v3.EVERY_FIELD:
            raise invalid("fields", "has a value that is none of its enum", "OTHER")
    if "MERCHANT_DATA" in wish:
        ask.needs(permissions.COSTS_V3)
    ask.call.entry.fields = sorted(wish)
    return wish


@door(permissions.PRODUCTS_V3, V3)
def products(ask: Ask) -> Body:
    """Find products, without their variants; no sort is taken, whatever it names."""
    query = ask.body.get("query") or {}
    for sort in query.get("sort") or []:
        raise not_sortable(str(sort.get("fieldName")))
    fields = _fields(ask, ask.body.get("fields") or [])
    page = by_cursor(ask, _named(ask, PRODUCTS), lambda: _seen(ask), query, MOST_PRODUCTS)
    told = [v3.product(ask.site, ask.origin, one, fields, variants=False) for one in page.things]
    return {"products": told, "pagingMetadata": page.cursors_and_more}


@door(permissions.PRODUCTS_V3, V3)
def count(ask: Ask) -> Body:
    """Count products."""
    wish: Filter = ask.body.get("filter") or {}
    found, _ = select(ask.site.kept, _named(ask, PRODUCTS), lambda: _seen(ask), wish, [])
    return {"count": len(found.things)}


@door(permissions.PRODUCTS_V3, V3)
def product(ask: Ask) -> Body:
    """Give one product with its variants."""
    found = ask.site.products.get(ask.call.found["id"])
    if found is None or not (found.visible or permissions.HIDDEN_V3 in ask.granted):
        raise nothing_there()
    fields = _fields(ask, ask.call.request.args.getlist("fields"))
    return {"product": v3.product(ask.site, ask.origin, found, fields, variants=True)}


@door(permissions.VARIANTS_V3, V3)
def variants(ask: Ask) -> Body:
    """Find variants of any products."""

    def held() -> Iterable[tuple[Product, Variant]]:
        return ((one, variant) for one in _seen(ask) for variant in one.variants)

    page = by_cursor(ask, _named(ask, VARIANTS), held, ask.body.get("query") or {}, MOST)
    told = [v3.read_only_variant(ask.site, one, variant) for one, variant in page.things]
    return {"variants": told, "pagingMetadata": page.cursors_and_more}


@door(permissions.STOCK_V3, V3)
def stock(ask: Ask) -> Body:
    """Find inventory items: one for each variant at each place."""
    page = by_cursor(ask, STOCK, ask.site.stocks, ask.body.get("query") or {}, MOST)
    told = [v3.stock_item(ask.site, *held) for held in page.things]
    return {"inventoryItems": told, "pagingMetadata": page.cursors}


@door(permissions.PLACES_V3, V3)
def places(ask: Ask) -> Body:
    """Find the locations that Wix Stores knows."""
    held = [place for place in ask.site.places if not place.archived]
    page = by_cursor(ask, PLACES, lambda: held, ask.body.get("query") or {}, MOST_PRODUCTS)
    told = [v3.stores_location(ask.site, one) for one in page.things]
    return {"storesLocations": told, "pagingMetadata": page.cursors_and_more}
