"""What goes into a brief, and in which order."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final

from connectors import configured, linting, pictures, ranking, rows
from connectors.brief import shapes
from connectors.brief.shapes import Shape, Speech
from connectors.errors import Missing
from connectors.linting import FORMATS
from connectors.models import Store
from connectors.policy.records import Offer, Picture, StoreInfo
from connectors.ranking import Opened, Ranked
from connectors.vault import StoreKey

FORMAT: Final = 1
OFFERS: Final = 20


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
    shape = _heading(store, record, say, now)
    may_show = partial(pictures.is_allowed, hosts=configured.picture_hosts(store.platform))
    best = ranking.best(store, key, now, limit, may_show, partial(_faults, shape, say))
    offers = heapq.nlargest(OFFERS, _active_offers(store, key, now), key=_offer_strength)
    linked = partial(_linked, store, key, now)
    products = [shapes.product(each, say, linked) for each in best.products]
    shape["products"] = [_shown(shape, rank, each) for rank, each in enumerate(products, 1)]
    shape["refused"] = [{"id": each.id, "codes": list(each.codes)} for each in best.unfit[:limit]]
    shape["offers"] = [shapes.offer(each, say) for each in offers]
    shape["findings"] = [each.shape() for each in linting.of_whole(shape)]
    shape["lineage"] = [
        *shapes.lineage("store", [own]),
        *shapes.lineage("product", best.products),
        *shapes.lineage("offer", offers),
    ]
    return Brief(shape, 1 + len(best.products) + len(offers))


def _heading(store: Store, record: StoreInfo, say: Speech, now: datetime) -> Shape:
    """Return what a brief says before its products."""
    return {
        "format": FORMAT,
        "store": store.ref,
        "epoch": store.epoch,
        "made_at": now,
        "brand": shapes.brand(record),
        "texts": say.words.language,
        "call_to_action": shapes.call_to_action(record, say),
        "formats": list(FORMATS),
    }


def _faults(brief: Shape, say: Speech, each: Ranked) -> tuple[str, ...]:
    return tuple(found.code for found in linting.of_product(shapes.judged(each, say), brief) if found.blocks)


def _shown(brief: Shape, rank: int, product: Shape) -> Shape:
    return {
        "rank": rank,
        **product,
        "findings": [each.shape() for each in linting.of_product(product, brief)],
    }


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
