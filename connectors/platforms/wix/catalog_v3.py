"""Catalog V3: products, their variants and their inventory, each by a query of its own.

https://dev.wix.com/docs/api-reference/business-solutions/stores/catalog-v3. A cursor holds filter and limit,
and nothing may be sent beside it. No `sort`: sites answer that their fields are not declared as sortable.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec.json import Decoder

from connectors.errors import AccessDenied
from connectors.platforms.base import Found, Unreadable
from connectors.platforms.wix.client import Client, NotThere
from connectors.platforms.wix.ids import asked_id
from connectors.platforms.wix.mapping.products_v3 import product
from connectors.platforms.wix.mapping.values import stamp
from connectors.platforms.wix.readable import following, readable, whole, wired
from connectors.platforms.wix.wire import products_v3 as wire

T = TypeVar("T", wire.Variants, wire.Inventory)

PAGE: Final = 100
_PARTS: Final = 1000
_PRODUCTS: Final = "/stores/v3/products"
_INVENTORY: Final = "/stores/v3/inventory-items"
#: Names of an enumeration, and not of the fields that they bring. Cost and revenue are not among them.
FIELDS: Final = ("URL", "PLAIN_DESCRIPTION", "MEDIA_ITEMS_INFO", "VARIANT_OPTION_CHOICE_NAMES")

_PAGE: Final = Decoder(wire.Products, strict=False)
_ONE: Final = Decoder(wire.OneProduct, strict=False)
_PRODUCT: Final = Decoder(wire.Product, strict=False)
_VARIANTS: Final = Decoder(wire.Variants, strict=False)
_ITEMS: Final = Decoder(wire.Inventory, strict=False)
_ONE_ITEM: Final = Decoder(wire.OneInventoryItem, strict=False)
_COUNT: Final = Decoder(wire.Count, strict=False)


class CatalogV3:
    """Read a site of Catalog V3."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(
        self, since: datetime | None, after: str | None
    ) -> tuple[tuple[Found | Unreadable, ...], str | None]:
        """Read a page of products; and where to go on."""
        wanted = {} if since is None else {"updatedDate": {"$gte": stamp(since)}}
        question = {**_question(wanted, PAGE, after), "fields": list(FIELDS)}
        answer = self._client.post(f"{_PRODUCTS}/query", question, _PAGE)
        found = wired("product", answer.products or [], _PRODUCT, "Product")
        ids = [each.id for each in found if isinstance(each, wire.Product) and each.id]
        variants, inventory = self._variants(ids), self._inventory(ids)

        def read(each: wire.Product) -> Found:
            # The index of variants may be behind that of products.
            known = variants.get(each.id) or self._own_variants(each.id)
            return product(each, known, inventory.get(each.id, []))

        items = tuple(readable("product", each, read) for each in found)
        return items, following(answer.paging_metadata, after)

    def one(self, product_id: str) -> Found | None:
        """Read one product; this answer holds its variants, and is never behind."""
        found = self._whole(product_id)
        if found is None:
            return None
        inventory = self._inventory([product_id])[product_id]
        return whole(readable("product", found, lambda each: product(each, _held(each), inventory)))

    def count(self) -> int | None:
        """Return how many products there are to see: hidden ones are not read, and may not count."""
        return self._client.post(f"{_PRODUCTS}/count", {"filter": {"visible": True}}, _COUNT).count

    def product_of_stock(self, stock_id: str) -> str | None:
        """Return the product of an inventory item."""
        try:
            found = self._client.get(f"{_INVENTORY}/{asked_id(stock_id)}", _ONE_ITEM).inventory_item
        except NotThere:
            return None
        return None if found is None else found.product_id

    def _whole(self, product_id: str) -> wire.Product | Unreadable | None:
        asked = [("fields", name) for name in FIELDS]
        try:
            answer = self._client.get(f"{_PRODUCTS}/{asked_id(product_id)}", _ONE, asked)
        except NotThere:
            return None
        return wired("product", [answer.product], _PRODUCT, "Product")[0]

    def _own_variants(self, product_id: str | None) -> list[wire.Variant]:
        found = self._whole(product_id) if product_id else None
        return _held(found) if isinstance(found, wire.Product) else []

    def _variants(self, ids: list[str]) -> dict[str | None, list[wire.Variant]]:
        held: dict[str | None, list[wire.Variant]] = defaultdict(list)
        try:
            for answer in self._all(f"{_PRODUCTS}/query-variants", "productData.productId", ids, _VARIANTS):
                for each in answer.variants or ():
                    held[each.product_data.product_id if each.product_data else None].append(each)
        except (AccessDenied, NotThere):
            held.clear()  # then each product tells its own
        return held

    def _inventory(self, ids: list[str]) -> dict[str | None, list[wire.InventoryItem]]:
        held: dict[str | None, list[wire.InventoryItem]] = defaultdict(list)
        for answer in self._all(f"{_INVENTORY}/query", "productId", ids, _ITEMS):
            for each in answer.inventory_items or ():
                held[each.product_id].append(each)
        return held

    def _all(self, path: str, field: str, ids: list[str], decoder: "Decoder[T]") -> Iterator[T]:
        """Yield all pages of what belongs to these products."""
        after: str | None = None
        while ids:
            answer = self._client.post(path, _question({field: {"$in": ids}}, _PARTS, after), decoder)
            yield answer
            after = following(answer.paging_metadata, after)
            if after is None:
                break


def _question(wanted: dict[str, Any], limit: int, after: str | None) -> dict[str, Any]:
    if after is not None:
        return {"query": {"cursorPaging": {"cursor": after}}}
    query: dict[str, Any] = {"cursorPaging": {"limit": limit}}
    if wanted:
        query["filter"] = wanted
    return {"query": query}


def _held(found: wire.Product) -> list[wire.Variant]:
    return (found.variants_info.variants if found.variants_info else None) or []
