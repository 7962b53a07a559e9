"""Pages of the catalogue, each product whole: with its brand's name and its stock per location."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from msgspec import Raw
from msgspec.json import Decoder

from connectors.errors import AccessDenied, BadAnswer, TooCostly
from connectors.platforms.base import Found, Page, Unreadable
from connectors.platforms.bigcommerce.client import Client, Gone, Query
from connectors.platforms.bigcommerce.home import Home
from connectors.platforms.bigcommerce.mapping.products import Surroundings, is_tracked, product
from connectors.platforms.bigcommerce.mapping.store import shown_domain
from connectors.platforms.bigcommerce.readable import readable
from connectors.platforms.bigcommerce.wire.answers import Listed, One, Wire
from connectors.platforms.bigcommerce.wire.products import (
    ASKED,
    INCLUDED,
    Brand,
    InventoryItem,
    Level,
    Product,
)
from connectors.platforms.http import TooManyBytes, decode

_log = logging.getLogger(__name__)

_LISTED: Final = Decoder(Listed)
_ONE: Final = Decoder(One)
_PRODUCT: Final = Decoder(Product, strict=False)
_ITEM: Final = Decoder(InventoryItem, strict=False)
_BRAND: Final = Decoder(Brand, strict=False)
_PATH: Final = "/v3/catalog/products"
_FIELDS: Final = {"include": ",".join(INCLUDED), "include_fields": ",".join(ASKED)}
# A product may have 600 variants: where a page is too long, a shorter one is asked for.
_PER_PAGE: Final = (250, 50, 10, 1)
_ITEMS_PER_PAGE: Final = 1000


class _Head(Wire):
    id: int
    variants: Raw = Raw(b"null")
    images: Raw = Raw(b"null")

    @property
    def is_trimmed(self) -> bool:
        """Whether it came without what was to be included."""
        return b"null" in (bytes(self.variants), bytes(self.images))


_HEAD: Final = Decoder(_Head, strict=False)


class Catalog:
    """Read products of one store by pages, or one by one."""

    def __init__(self, client: Client, home: Home) -> None:
        self._client = client
        self._home = home
        self._sizes = list(_PER_PAGE)
        self._fields = dict(_FIELDS)
        self._brands: dict[int, str] = {}

    def page(self, since: datetime | None, cursor: str | None) -> Page:
        """Read one page, by id: what changes meanwhile neither moves nor hides another."""
        after = int(cursor or 0)
        listed = self._listed(since, after)
        if self._is_trimmed(listed.data):
            listed = self._listed(since, after)
        numbers = [_head(raw).id for raw in listed.data]
        if any(each <= after for each in numbers):
            raise BadAnswer("BigCommerce's pages go round")
        items = self._whole(listed.data)
        return Page(items, None if listed.ends(len(numbers), self._sizes[0]) else str(max(numbers)))

    def one(self, record_id: str) -> Found | None:
        """Read one product; None when the store no longer has it."""
        try:
            answer = self._client.ask(f"{_PATH}/{record_id}", _ONE, self._fields)
            if self._is_trimmed([answer.data]):
                answer = self._client.ask(f"{_PATH}/{record_id}", _ONE, self._fields)
        except Gone:
            return None
        (found,) = self._whole([answer.data])
        if isinstance(found, Unreadable):
            raise BadAnswer(f"product: {found.reason}")
        return found

    def count(self) -> int | None:
        """Return how many products the store says it has."""
        return self._client.ask(_PATH, _LISTED, {"limit": 1, "include_fields": "name"}).total()

    def _listed(self, since: datetime | None, after: int) -> Listed:
        query: dict[str, str | int] = {"sort": "id", "direction": "asc", **self._fields}
        if after:
            query["id:greater"] = after
        if since is not None:
            # With its time: BigCommerce adds that of the request to a date alone.
            query["date_modified:min"] = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        while True:
            try:
                return self._client.ask(_PATH, _LISTED, {**query, "limit": self._sizes[0]})
            except (TooManyBytes, TooCostly):
                if len(self._sizes) == 1:
                    raise
                self._sizes.pop(0)

    def _is_trimmed(self, raws: list[Raw]) -> bool:
        """Tell once that `include_fields` takes away what is included: it is not asked with any more.

        BigCommerce's reference does not say that it spares them.
        """
        is_trimmed = "include_fields" in self._fields and any(_head(raw).is_trimmed for raw in raws)
        if is_trimmed:
            self._fields.pop("include_fields")
        return is_trimmed

    def _whole(self, raws: list[Raw]) -> tuple[Found | Unreadable, ...]:
        found = [_decoded(raw) for raw in raws]
        products = [each for each in found if isinstance(each, Product)]
        around = Surroundings(
            domain=shown_domain(self._home.store),
            brands=self._named({each.brand_id for each in products if each.brand_id}),
            levels=self._levels([each.id for each in products if is_tracked(each)]),
        )
        return tuple(
            each
            if isinstance(each, Unreadable)
            else readable("product", lambda one: product(one, around), each)
            for each in found
        )

    def _named(self, brands: set[int]) -> Mapping[int, str]:
        """Return the names of brands, of which each is asked for once."""
        unknown = sorted(brands - self._brands.keys())
        if unknown:
            query: Query = {"id:in": _joined(unknown), "include_fields": "name", "limit": _PER_PAGE[0]}
            self._brands |= dict.fromkeys(unknown, "")
            with suppress(AccessDenied, BadAnswer):  # products stand without their brands' names
                for raw in self._client.ask("/v3/catalog/brands", _LISTED, query).data:
                    brand = decode(_BRAND, bytes(raw), "Brand")
                    self._brands[brand.id] = brand.name
        return {number: name for number, name in self._brands.items() if name}

    def _levels(self, products: list[int]) -> Mapping[int, list[Level]]:
        """Return what each location has of the variants of these products."""
        levels: dict[int, list[Level]] = {}
        page, seen, unread = 1, 0, 0
        while products:
            query: Query = {"product_id:in": _joined(products), "limit": _ITEMS_PER_PAGE, "page": page}
            try:
                listed = self._client.ask("/v3/inventory/items", _LISTED, query)
            except (AccessDenied, Gone):
                break  # a store without it: the catalogue's own numbers count
            found = [item for raw in listed.data if (item := _item(raw))]
            levels |= {item.identity.variant_id: item.locations or [] for item in found}
            unread += len(listed.data) - len(found)
            seen, page = seen + len(listed.data), page + 1
            if listed.ends(seen, _ITEMS_PER_PAGE):
                break
        if unread:
            _log.warning("BigCommerce API: the stock of %d InventoryItem cannot be read", unread)
        return levels


def _head(raw: Raw) -> _Head:
    return decode(_HEAD, bytes(raw), "Product")


def _decoded(raw: Raw) -> Product | Unreadable:
    try:
        return decode(_PRODUCT, bytes(raw), "Product")
    except BadAnswer as error:
        return Unreadable("product", str(error))


def _item(raw: Raw) -> InventoryItem | None:
    """Return the stock of a variant; None when it cannot be read, and the catalogue's number counts."""
    try:
        return decode(_ITEM, bytes(raw), "InventoryItem")
    except BadAnswer:
        return None


def _joined(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))
