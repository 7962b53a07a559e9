"""The brief: what a renderer needs to make a video of one store, as one neutral JSON. docs/feed.md shows one.

Every leaf that goes into it, or decides what does, serves the purpose of videos.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from connectors import ranking, rows
from connectors.errors import Missing
from connectors.models import Store
from connectors.policy.clauses import Purpose
from connectors.policy.leaves import cut
from connectors.policy.records import Offer, StoreInfo
from connectors.ranking import Opened, Ranked
from connectors.vault import StoreKey
from connectors.wording import direction, language, shortened

FORMAT: Final = 1
TEXT_CHARACTERS: Final = 140
PICTURES: Final = 10
OFFERS: Final = 20


@dataclass(frozen=True, repr=False, slots=True)
class Brief:
    """A brief in its JSON shape, and how many records are in it."""

    shape: dict[str, Any]
    records: int


def make(store: Store, key: StoreKey, now: datetime, limit: int) -> Brief:
    """Return the brief of an open store with at most `limit` products.

    Raises KeyGone when the store is not open, Missing when its own record was not read yet.
    """
    own = _own(store, key)
    products = ranking.best(store, key, now, limit)
    offers = heapq.nlargest(OFFERS, _active_offers(store, key, now), key=_offer_strength)
    record = own.record
    if not isinstance(record, StoreInfo):
        raise _unread()
    shape = {
        "format": FORMAT,
        "store": store.ref,
        "epoch": store.epoch,
        "made_at": now,
        "brand": _brand(record),
        "products": [_product(rank, each, record.currency) for rank, each in enumerate(products, start=1)],
        "offers": [{"id": each.id, **cut(each.record, Purpose.VIDEOS)} for each in offers],
        "lineage": [
            _source("store", own),
            *(_source("product", each) for each in products),
            *(_source("offer", each) for each in offers),
        ],
    }
    return Brief(shape, 1 + len(products) + len(offers))


def _own(store: Store, key: StoreKey) -> Opened:
    held = list(ranking.opened(store, key, rows.of_store(store, "store").order_by("change")))
    if not held:
        raise _unread()
    return held[-1]


def _unread() -> Missing:
    return Missing("The store was not read yet: there is nothing to make a brief of")


def _brand(record: StoreInfo) -> dict[str, Any]:
    locale = (record.reported and record.reported.primary_locale) or record.locale
    return {
        "name": record.name,
        "domain": record.primary_domain or record.domain,
        "country_code": record.address.country_code,
        "currency": record.currency,
        "money_format": record.money_format,
        "timezone": record.timezone,
        "locale": locale,
        "language": language(locale),
        "direction": direction(locale),
    }


def _product(rank: int, each: Ranked, currency: str) -> dict[str, Any]:
    product, variant = each.product, each.variant
    offer = _reduced(each)
    return {
        "rank": rank,
        "reason": each.reasons[0],
        "reasons": list(each.reasons),
        "id": each.id,
        "product_id": product.product_id,
        "title": product.title,
        "text": shortened(product.description, TEXT_CHARACTERS),
        "vendor": product.vendor,
        "url": product.url,
        "pictures": [cut(picture, Purpose.VIDEOS) for picture in each.pictures[:PICTURES]],
        "price": variant.price,
        "compare_at_price": variant.compare_at_price if offer else None,
        "currency": currency,
        "price_varies": any(other.price != variant.price for other in product.variants),
        "offer": offer,
        "sold": each.sold,
        "left": ranking.units_left(product),
    }


def _reduced(each: Ranked) -> dict[str, Any] | None:
    """Return what the compare-at price promises: the amount saved, and whole percents, never rounded up."""
    saved = ranking.reduction(each.variant)
    if saved is None or each.variant.compare_at_price is None:
        return None
    percent = (saved * 100 / each.variant.compare_at_price).quantize(Decimal(1), ROUND_DOWN)
    return {"kind": "compare_at", "saved": saved, "percent": percent}


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


def _source(kind: str, each: Opened | Ranked) -> dict[str, Any]:
    return {"kind": kind, "id": each.id, "change": each.change}
