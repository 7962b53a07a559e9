"""Pages of an increment and single records, each record whole: what an answer leaves out of it is read on.

An answer's size is bound by its cost. One that is refused as too dear is asked for again at half the size,
first with fewer records, then with fewer parts of each; what was good once is kept for the next page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final, TypeVar

from msgspec import Raw
from msgspec.json import Decoder

from connectors.errors import AccessDenied, BadAnswer, TooCostly, Unavailable
from connectors.platforms.base import Found, Page, Unreadable
from connectors.platforms.http import decode
from connectors.platforms.shopify import ids
from connectors.platforms.shopify.client import Client
from connectors.platforms.shopify.mapping.offers import offer
from connectors.platforms.shopify.mapping.products import product
from connectors.platforms.shopify.mapping.sales import sale
from connectors.platforms.shopify.readable import OFFER, ORDER, PRODUCT, readable
from connectors.platforms.shopify.wire import offers, products, sales
from connectors.platforms.shopify.wire.answers import Connection, PageInfo

T = TypeVar("T")
N = TypeVar("N")


@dataclass(frozen=True)
class Sizes:
    """How many records an answer holds, and how many parts of each."""

    first: int
    variants: int
    levels: int
    media: int
    lines: int

    def halved(self) -> "Sizes | None":
        """Return about half of it; None when it is as small as it gets."""
        if self.first > 1:
            return replace(self, first=self.first // 2)
        smaller = Sizes(
            1, *(max(1, each // 2) for each in (self.variants, self.levels, self.media, self.lines))
        )
        return None if smaller == self else smaller


_MANY_SIZES: Final = Sizes(first=25, variants=25, levels=5, media=10, lines=25)
_ONE_SIZES: Final = Sizes(first=1, variants=100, levels=20, media=50, lines=100)


@dataclass(frozen=True)
class _Asked:
    """A document, what its answer is, and which part of the answer is meant."""

    name: str
    decoder: "Decoder[Any]"
    part: str
    sizes: tuple[str, ...] = ()


_PARTS: Final = ("variants", "levels", "media")
_MANY: Final[Mapping[str, _Asked]] = {
    "product": _Asked("MintaProducts", Decoder(products.Products), "products", ("first", *_PARTS)),
    "sale": _Asked("MintaSales", Decoder(sales.Orders), "orders", ("first", "lines")),
    "offer": _Asked("MintaOffers", Decoder(offers.Discounts), "discount_nodes", ("first",)),
}
_ONE: Final[Mapping[str, _Asked]] = {
    "product": _Asked("MintaProduct", Decoder(products.OneProduct), "product", _PARTS),
    "sale": _Asked("MintaSale", Decoder(sales.OneOrder), "order", ("lines",)),
    "offer": _Asked("MintaOffer", Decoder(offers.OneDiscount), "discount_node"),
}
_VARIANTS: Final = _Asked(
    "MintaProductVariants", Decoder(products.MoreVariants), "product.variants", ("variants", "levels")
)
_MEDIA: Final = _Asked("MintaProductMedia", Decoder(products.MoreMedia), "product.media", ("media",))
_LEVELS: Final = _Asked(
    "MintaStockLevels", Decoder(products.MoreLevels), "inventory_item.inventory_levels", ("levels",)
)
_LINES: Final = _Asked("MintaSaleLines", Decoder(sales.MoreLines), "order.line_items", ("lines",))


class Pages:
    """Read records of one store by pages, or one by one."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sizes = {1: _ONE_SIZES, 2: _MANY_SIZES}
        self._read: Mapping[str, Callable[[Raw], Found]] = {
            "product": self._product,
            "sale": self._sale,
            "offer": _offer,
        }

    def page(self, kind: str, since: datetime | None, cursor: str | None) -> Page:
        """Read one page of a kind, the longest unchanged first."""
        variables = {"after": cursor, "query": None if since is None else _since(since)}
        found: Connection[Raw] = self._ask(_MANY[kind], variables, many=True)
        items = tuple(readable(kind, self._read[kind], raw) for raw in found.nodes)
        return Page(items, _following(found.page_info, {cursor}))

    def one(self, kind: str, record_id: str) -> Found | None:
        """Read one record; None when the store no longer has it.

        Raises AccessDenied when the store does not say whether it has, BadAnswer when it cannot be read.
        """
        asked = _ONE[kind]
        raw: Raw = self._ask(asked, {"id": ids.gid(kind, record_id)})
        if bytes(raw) == b"null":
            if self._client.refused:
                raise AccessDenied(f"{asked.name} is refused")
            return None
        found = readable(kind, self._read[kind], raw)
        if isinstance(found, Unreadable):
            raise BadAnswer(f"{kind}: {found.reason}")
        return found

    def _ask(self, asked: _Asked, variables: Mapping[str, str | None], *, many: bool = False) -> Any:
        """Ask in the size that fits, and return the part that is meant."""
        size = 2 if many else 1
        while True:
            sizes = self._sizes[size]
            numbers = {name: getattr(sizes, name) for name in asked.sizes}
            try:
                answer = self._client.ask(asked.name, asked.decoder, {**variables, **numbers})
            except TooCostly:
                smaller = sizes.halved()
                if smaller is None:
                    raise
                self._sizes[size] = smaller
            else:
                return _part(answer, asked)

    def _all(self, asked: _Asked, gid: str, begun: "Connection[N] | None") -> list[N]:
        """Return all nodes of a connection of which the first are known."""
        if begun is None:
            raise BadAnswer(f"{asked.part} is missing")
        nodes = list(begun.nodes)
        seen: set[str | None] = set()
        cursor = _following(begun.page_info, seen)
        while cursor is not None:
            more: Connection[N] = self._ask(asked, {"id": gid, "after": cursor})
            nodes += more.nodes
            cursor = _following(more.page_info, seen)
        return nodes

    def _product(self, raw: Raw) -> Found:
        found = decode(PRODUCT, bytes(raw), "Product")
        variants = self._all(_VARIANTS, found.id, found.variants)
        media = self._all(_MEDIA, found.id, found.media)
        return product(found, [(each, self._levels(each)) for each in variants], media)

    def _levels(self, variant: products.Variant) -> list[products.Level]:
        return self._all(_LEVELS, variant.inventory_item.id, variant.inventory_item.inventory_levels)

    def _sale(self, raw: Raw) -> Found:
        found = decode(ORDER, bytes(raw), "Order")
        return sale(found, self._all(_LINES, found.id, found.line_items))


def _offer(raw: Raw) -> Found:
    return offer(decode(OFFER, bytes(raw), "DiscountNode"))


def _part(answer: Any, asked: _Asked) -> Any:
    try:
        return attrgetter(asked.part)(answer)
    except AttributeError:
        # What it is part of was there a moment ago, when its first nodes were read.
        raise Unavailable(f"{asked.name}: gone while it was read") from None


def _following(page: PageInfo, seen: set[str | None]) -> str | None:
    """Return the cursor of the next page; raises BadAnswer when there is none or the pages go round."""
    if not page.has_next_page:
        return None
    if page.end_cursor is None or page.end_cursor in seen:
        raise BadAnswer("Shopify's pages go round")
    seen.add(page.end_cursor)
    return page.end_cursor


def _since(since: datetime) -> str:
    """https://shopify.dev/docs/api/usage/search-syntax; the second is cut, so that nothing is missed."""
    return f"updated_at:>='{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"
