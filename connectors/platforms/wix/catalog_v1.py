"""Catalog V1: pages by number, and inventory beside them.

https://dev.wix.com/docs/rest/business-solutions/stores/catalog-v1: `filter` and `sort` are texts of JSON. An
offset fails near 10,000, so pages go on after the last `numericId`, until one is empty.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Raw
from msgspec.json import Decoder

from connectors.errors import BadAnswer
from connectors.platforms.base import Found, Unreadable
from connectors.platforms.http import TooManyBytes, decode
from connectors.platforms.wix.client import Client, NotThere, WrongCatalog
from connectors.platforms.wix.ids import asked_id
from connectors.platforms.wix.mapping.products_v1 import is_told, product
from connectors.platforms.wix.mapping.values import just_before
from connectors.platforms.wix.readable import ROUND, readable, whole, wired
from connectors.platforms.wix.wire import products_v1 as wire

PAGE: Final = 100
_PRODUCTS: Final = "/stores-reader/v1/products"
_INVENTORY: Final = "/stores-reader/v2/inventoryItems/query"
#: How ids are asked for: the list's own word in this catalog, and the one of all other queries.
_AMONG: Final = ("$hasSome", "$in")

_PAGE: Final = Decoder(wire.Products, strict=False)
_ONE: Final = Decoder(wire.OneProduct, strict=False)
_PRODUCT: Final = Decoder(wire.Product, strict=False)
_NUMBERED: Final = Decoder(wire.Numbered, strict=False)
_ITEMS: Final = Decoder(wire.Inventory, strict=False)


class CatalogV1:
    """Read a site of Catalog V1."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._among: tuple[str, ...] = _AMONG
        self._limit = PAGE

    def page(
        self, since: datetime | None, after: str | None
    ) -> tuple[tuple[Found | Unreadable, ...], str | None]:
        """Read the products whose number is above `after`, the lowest first; and where to go on."""
        wanted: dict[str, Any] = {}
        if since is not None:
            wanted["lastUpdated"] = {"$gt": just_before(since)}
        if after is not None:
            wanted["numericId"] = {"$gt": after}
        raws = self._as_long_as_fits(wanted).products or []
        return tuple(self._read(raws)), _number(raws[-1], after) if raws else None

    def one(self, product_id: str) -> Found | None:
        """Read one product."""
        try:
            answer = self._client.get(f"{_PRODUCTS}/{asked_id(product_id)}", _ONE)
        except NotThere:
            return None
        return whole(self._read([answer.product])[0])

    def count(self) -> int | None:
        """Return how many products there are."""
        return self._query(1, {}).total_results

    def product_of_stock(self, stock_id: str) -> str | None:
        """Return the product of an inventory item."""
        items = self._inventory("id", [stock_id])
        return items[0].product_id if items else None

    def _as_long_as_fits(self, wanted: Mapping[str, Any]) -> wire.Products:
        """Read a page; a shorter one where a page's variants, a thousand a product, make it too long."""
        while True:
            try:
                return self._query(self._limit, wanted)
            except TooManyBytes:
                if self._limit == 1:
                    raise
                self._limit = max(1, self._limit // 4)

    def _query(self, limit: int, wanted: Mapping[str, Any]) -> wire.Products:
        query: dict[str, Any] = {
            "sort": json.dumps([{"numericId": "asc"}]),
            "paging": {"limit": limit, "offset": 0},
        }
        if wanted:
            query["filter"] = json.dumps(wanted)
        return self._client.post(f"{_PRODUCTS}/query", {"query": query, "includeVariants": True}, _PAGE)

    def _read(self, raws: list[Raw]) -> list[Found | Unreadable]:
        found = wired("product", raws, _PRODUCT, "Product")
        untold = [each.id for each in found if isinstance(each, wire.Product) and not is_told(each)]
        wanted = [each for each in untold if each is not None]
        items = self._inventory("productId", wanted) if wanted else []
        held = {each.product_id: each for each in items}
        return [readable("product", each, lambda known: product(known, held.get(known.id))) for each in found]

    def _inventory(self, field: str, wanted: list[str]) -> list[wire.InventoryItem]:
        """Return inventory by ids. What cannot be asked for is not told; the products stand without it."""
        for among in self._among:
            query = {"filter": json.dumps({field: {among: wanted}}), "paging": {"limit": PAGE, "offset": 0}}
            try:
                items = self._client.post(_INVENTORY, {"query": query}, _ITEMS).inventory_items
            except WrongCatalog:
                raise
            except BadAnswer:
                continue
            if items:
                self._among = (among,)
                return items
        return []


def _number(last: Raw, after: str | None) -> str:
    """Return the number of a page's last product; raises BadAnswer when it has none or the pages go round."""
    said = decode(_NUMBERED, bytes(last), "Product").numeric_id
    number = "" if said is None else str(said)
    if not (number.isascii() and number.isdigit()):
        raise BadAnswer("Product.numericId is missing or no number")
    if after is not None and int(number) <= int(after):
        raise BadAnswer(ROUND)
    return number
