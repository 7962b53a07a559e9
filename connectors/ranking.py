"""Which products are worth showing now, and why: one pass over the rows, the best few held.

Best sellers come first, by units sold; then what is on offer, by its reduction; what can be bought again, and
what is new, by its date; what is nearly sold out, by what is left; then the rest of the catalogue, by its
last change. What the merchant does not sell now is not ranked: drafts, what is published later, gift cards,
what is sold out. What could be sold and not be shown, having no picture or no price, is refused.
"""

import heapq
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Generic, TypeAlias, TypeVar

from django.db.models import Q, QuerySet

from connectors import rows
from connectors.errors import Unsealable
from connectors.models import Row, Store
from connectors.policy.records import Picture, Product, Record, Sale, Variant
from connectors.vault import StoreKey

SOLD_WITHIN: Final = timedelta(days=60)
NEW_WITHIN: Final = timedelta(days=30)
RESTOCKED_WITHIN: Final = timedelta(days=14)
LOW_STOCK_UNITS: Final = 5

_CHUNK_ROWS: Final = 200
_log = logging.getLogger(__name__)


class Reason(StrEnum):
    """Why a product is shown; the first comes first."""

    BEST_SELLER = "best_seller"
    ON_OFFER = "on_offer"
    BACK_IN_STOCK = "back_in_stock"
    NEW = "new"
    LOW_STOCK = "low_stock"
    IN_CATALOGUE = "in_catalogue"


class Lack(StrEnum):
    """Why a product that could be sold cannot be shown."""

    NO_PICTURE = "no_picture"
    PICTURE_ELSEWHERE = "picture_elsewhere"
    NO_PRICE = "no_price"


_PLACES: Final = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, repr=False, slots=True)
class Opened:
    """A record that opened, with its id in the feed, its change number, and since when it is back."""

    id: str
    change: int
    record: Record
    restocked_at: datetime | None = None


@dataclass(frozen=True, repr=False, slots=True)
class Ranked:
    """A product with the variant whose price is shown, its reasons and its units sold of late."""

    id: str
    change: int
    product: Product
    variant: Variant
    pictures: tuple[Picture, ...]
    reasons: tuple[Reason, ...]
    sold: int
    restocked_at: datetime | None = None


#: Says in codes why a product cannot look good; nothing where it can.
Faults: TypeAlias = Callable[[Ranked], tuple[str, ...]]
Strength: TypeAlias = tuple[float, ...]
T = TypeVar("T")


@dataclass(frozen=True, repr=False, slots=True)
class Unfit:
    """A product that could be sold and cannot be shown, and why."""

    id: str
    codes: tuple[str, ...]


@dataclass(frozen=True, repr=False, slots=True)
class Best:
    """The best products, best first; and those that cannot be shown.

    Of these first what would have been among the best, best first, then the others, the best selling first.
    """

    products: list[Ranked]
    unfit: list[Unfit]


def opened(store: Store, key: StoreKey, found: QuerySet[Row]) -> Iterator[Opened]:
    """Stream records; rows that do not open are left out and counted in the log."""
    failed = 0
    lines = found.exclude(sealed=None).values_list("kind", "fingerprint", "change", "sealed", "restocked_at")
    for kind, fingerprint, change, sealed, restocked_at in lines.iterator(chunk_size=_CHUNK_ROWS):
        name = bytes(fingerprint)
        try:
            yield Opened(name.hex(), change, rows.unseal(key, kind, name, sealed or b""), restocked_at)
        except Unsealable:
            failed += 1
    if failed:
        _log.warning("%d rows of store %s do not open", failed, store.ref)


def best(
    store: Store, key: StoreKey, now: datetime, limit: int, may_show: Callable[[str], bool], faults: Faults
) -> Best:
    """Return the best products and the unfit; raises KeyGone for a store that is not open.

    `may_show` tells of a picture's address whether it is the platform's own; `faults` says why a product
    cannot look good, and is asked of those alone that would be among the best. Beside `limit` products of
    each kind it holds one count for each product that was sold of late.
    """
    sold = _units_sold(opened(store, key, _late_sales(store, now)), now)
    # What changed last is often what is best: read first, it spares asking for the faults of the others.
    held = opened(store, key, rows.of_store(store, "product").order_by("-change"))
    unfit, faulty, fine = _Few[Unfit](limit), _Few[Unfit](limit), _Few[Ranked](limit)
    for each in _ranked(held, sold, now, may_show, unfit):
        strength = _strength(each)
        if strength <= fine.least:
            continue
        if codes := faults(each):
            faulty.add(strength, Unfit(each.id, codes))
        else:
            fine.add(strength, each)
    return Best(fine.strongest(), [*faulty.strongest(above=fine.least), *unfit.strongest()])


def reduction(variant: Variant) -> Decimal | None:
    """Return what its compare-at price is above its price, if it is."""
    before = variant.compare_at_price
    return before - variant.price if before is not None and before > variant.price else None


def units_left(product: Product) -> int | None:
    """Return how many are left; None where nobody counts them (the platform may then say 0)."""
    return product.total_stock if any(each.tracked for each in product.variants) else None


def _late_sales(store: Store, now: datetime) -> QuerySet[Row]:
    return rows.of_store(store, "sale").filter(Q(dated_at=None) | Q(dated_at__gte=now - SOLD_WITHIN))


def _units_sold(sales: Iterable[Opened], now: datetime) -> Counter[str]:
    sold: Counter[str] = Counter()
    for each in sales:
        sale = each.record
        if not isinstance(sale, Sale) or sale.test or sale.cancelled_at is not None:
            continue
        if not now - SOLD_WITHIN <= sale.created_at <= now:
            continue
        for line in sale.lines:
            # What was taken back or removed later is not sold.
            if line.product_id is not None and line.current_quantity > 0:
                sold[line.product_id] += line.current_quantity
    return sold


class _Few(Generic[T]):
    """The strongest of what is added, as many as there is room for; no two are equally strong."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._held: list[tuple[Strength, T]] = []

    @property
    def least(self) -> Strength:
        """What one must be stronger than to be held: nothing while there is room."""
        return () if len(self._held) < self._room else self._held[0][0]

    def add(self, strength: Strength, one: T) -> None:
        """Take one in, and the weakest out where there are more than there is room for."""
        heapq.heappush(self._held, (strength, one))
        if len(self._held) > self._room:
            heapq.heappop(self._held)

    def strongest(self, above: Strength = ()) -> list[T]:
        """Return what is held and stronger than this, the strongest first."""
        held = sorted(self._held, key=lambda each: each[0], reverse=True)
        return [one for strength, one in held if strength > above]


def _ranked(
    products: Iterable[Opened],
    sold: Counter[str],
    now: datetime,
    may_show: Callable[[str], bool],
    unfit: _Few[Unfit],
) -> Iterator[Ranked]:
    for each in products:
        product = each.record
        if not isinstance(product, Product) or not presentable(product, now) or not _sells(product):
            continue
        variant = shown_variant(product)
        pictures = tuple(each for each in product.pictures if may_show(each.url))
        units = sold.get(product.product_id, 0)
        if variant is None or not pictures:
            codes = tuple(_missing(product, variant, pictures))
            # The change, which no other row has, decides between equals: what is compared ends there.
            unfit.add((units, product.updated_at.timestamp(), each.change), Unfit(each.id, codes))
            continue
        back = each.restocked_at
        reasons = tuple(_reasons(product, variant, units, back, now)) or (Reason.IN_CATALOGUE,)
        yield Ranked(each.id, each.change, product, variant, pictures, reasons, units, back)


def _missing(product: Product, variant: Variant | None, pictures: tuple[Picture, ...]) -> Iterator[str]:
    if not pictures:
        yield Lack.PICTURE_ELSEWHERE if product.pictures else Lack.NO_PICTURE
    if variant is None:
        yield Lack.NO_PRICE


def _sells(product: Product) -> bool:
    return any(each.available_for_sale for each in product.variants)


def presentable(product: Product, now: datetime) -> bool:
    """Tell whether the merchant shows a product now, and sells it as goods."""
    published_later = product.published_at is not None and product.published_at > now
    return product.status.lower() == "active" and not product.gift_card and not published_later


def shown_variant(product: Product) -> Variant | None:
    """Return the cheapest variant that can be bought."""
    buyable = (each for each in product.variants if each.available_for_sale and each.price > 0)
    return min(buyable, key=lambda each: (each.price, each.position), default=None)


def _reasons(
    product: Product, variant: Variant, units: int, back: datetime | None, now: datetime
) -> Iterator[Reason]:
    if units > 0:
        yield Reason.BEST_SELLER
    if reduction(variant) is not None:
        yield Reason.ON_OFFER
    if back is not None and back >= now - RESTOCKED_WITHIN:
        yield Reason.BACK_IN_STOCK
    if _since(product) >= now - NEW_WITHIN:
        yield Reason.NEW
    left = units_left(product)
    if left is not None and 0 < left <= LOW_STOCK_UNITS:
        yield Reason.LOW_STOCK


def _since(product: Product) -> datetime:
    return product.published_at or product.created_at


def _strength(each: Ranked) -> Strength:
    """Return what orders products: the place of the first reason, how strong it is, then the last change."""
    reason = each.reasons[0]
    return (-_PLACES[reason], _weight(each, reason), each.product.updated_at.timestamp(), -each.change)


def _weight(each: Ranked, reason: Reason) -> float:
    if reason is Reason.BEST_SELLER:
        return each.sold
    if reason is Reason.ON_OFFER:
        return float((reduction(each.variant) or 0) / (each.variant.compare_at_price or 1))
    if reason is Reason.BACK_IN_STOCK and each.restocked_at is not None:
        return each.restocked_at.timestamp()
    if reason is Reason.NEW:
        return _since(each.product).timestamp()
    if reason is Reason.LOW_STOCK:
        return -float(units_left(each.product) or 0)
    return 0.0
