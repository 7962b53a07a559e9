"""What goes into a brief, and in which order."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final

from connectors import configured, linting, pictures, ranking, rows
from connectors.brief import shapes
from connectors.brief.shapes import Shape
from connectors.errors import Missing
from connectors.linting import FORMATS
from connectors.models import Store
from connectors.policy.records import Offer, Picture, StoreInfo
from connectors.ranking import Opened, Ranked
from connectors.vault import StoreKey

FORMAT: Final = 1
OFFERS: Final = 20
#: How many more products are ranked than shown, to stand in for what the linter refuses.
SPARE: Final = 12


@dataclass(frozen=True, repr=False, slots=True)
class Brief:
    """A brief in its JSON shape, and how many records are in it."""

    shape: Shape
    records: int


def make(store: Store, key: StoreKey, now: datetime, limit: int) -> Brief:
    """Return the brief of an open store with at most `limit` products.

    Raises KeyGone when the store is not open, Missing when its own record was not read yet.
    """
    own = _own(store, key)
    record = own.record
    if not isinstance(record, StoreInfo):
        raise _unread()
    say = shapes.speech(record, now)
    shape: Shape = {
        "format": FORMAT,
        "store": store.ref,
        "epoch": store.epoch,
        "made_at": now,
        "brand": shapes.brand(record),
        "texts": say.words.language,
        "call_to_action": shapes.call_to_action(record, say),
        "formats": list(FORMATS),
    }
    may_show = partial(pictures.is_allowed, hosts=configured.picture_hosts(store.platform))
    best = ranking.best(store, key, now, limit + SPARE, may_show)
    shown = _Shown(shape, limit, [{"id": each.id, "codes": list(each.codes)} for each in best.unfit])
    for each in best.products:
        shown.add(each, shapes.product(each, say, partial(_linked, store, key, now)))
    offers = heapq.nlargest(OFFERS, _active_offers(store, key, now), key=_offer_strength)
    shape["products"] = shown.products
    shape["refused"] = shown.refused[:limit]
    shape["offers"] = [shapes.offer(each, say) for each in offers]
    shape["findings"] = [each.shape() for each in linting.of_whole(shape)]
    shape["lineage"] = [
        *shapes.lineage("store", [own]),
        *shapes.lineage("product", shown.ranked),
        *shapes.lineage("offer", offers),
    ]
    return Brief(shape, 1 + len(shown.ranked) + len(offers))


@dataclass(repr=False, slots=True)
class _Shown:
    """What of the best products can look good, up to the limit; the others are refused."""

    brief: Shape
    limit: int
    refused: list[Shape]
    products: list[Shape] = field(default_factory=list)
    ranked: list[Ranked] = field(default_factory=list)

    def add(self, each: Ranked, product: Shape) -> None:
        if len(self.products) == self.limit:
            return
        findings = linting.of_product(product, self.brief)
        blocking = [finding.code for finding in findings if finding.blocks]
        if blocking:
            # Before those without a picture or a price: it would have been among the best.
            self.refused.insert(0, {"id": each.id, "codes": blocking})
            return
        warned = [finding.shape() for finding in findings]
        self.products.append({"rank": len(self.products) + 1, **product, "findings": warned})
        self.ranked.append(each)


def _linked(store: Store, key: StoreKey, now: datetime, picture: Picture) -> str:
    return pictures.link(store, key, picture, now)


def _own(store: Store, key: StoreKey) -> Opened:
    held = list(ranking.opened(store, key, rows.of_store(store, "store").order_by("change")))
    if not held:
        raise _unread()
    return held[-1]


def _unread() -> Missing:
    return Missing("The store was not read yet: there is nothing to make a brief of")


def _active_offers(store: Store, key: StoreKey, now: datetime) -> Iterator[Opened]:
    for each in ranking.opened(store, key, rows.of_store(store, "offer")):
        if isinstance(each.record, Offer) and _runs(each.record, now):
            yield each


def _runs(offer: Offer, now: datetime) -> bool:
    begun = offer.starts_at is None or offer.starts_at <= now
    ended = offer.ends_at is not None and offer.ends_at <= now
    return offer.status.lower() == "active" and begun and not ended


def _offer_strength(each: Opened) -> tuple[Decimal, Decimal, int]:
    """Return what orders offers: percent off, then amount off, then the newest change."""
    offer = each.record
    if not isinstance(offer, Offer):
        return (Decimal(0), Decimal(0), each.change)
    return (offer.percent or Decimal(0), offer.amount or Decimal(0), each.change)
