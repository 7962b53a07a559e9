"""What of a record a video shows and a buyer goes by: the price, the offer, whether it can be bought.

It is kept as a keyed hash beside each source of a video. A title, a picture or a description may change
without making the video untrue.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from connectors import ranking, rows
from connectors.errors import Unsealable
from connectors.models import Row
from connectors.policy.records import Offer, Product, Record
from connectors.vault import StoreKey


class Reason(StrEnum):
    """Why a video no longer shows what is so."""

    PRICE = "price"  # a price, or the price before a reduction
    OFFER = "offer"  # what an offer gives, or to whom
    SOLD_OUT = "sold_out"  # cannot be bought now
    GONE = "gone"  # the platform no longer has it
    REDACTED = "redacted"  # the platform had it erased
    OFFER_ENDED = "offer_ended"


#: What another hash of the same record means, by its kind.
CHANGED: Final = {"product": Reason.PRICE, "offer": Reason.OFFER}


@dataclass(frozen=True, repr=False, slots=True)
class Terms:
    """What a record offers now: a keyed hash, why it can't be taken, and when it ends by itself."""

    digest: bytes | None
    over: Reason | None = None
    ends_at: datetime | None = None


def of_row(key: StoreKey, row: Row, now: datetime) -> Terms | None:
    """Return the terms of a row; None for one that does not open, of which nobody can say anything."""
    if row.sealed is None:
        return Terms(None, Reason.GONE)
    try:
        return of(key, rows.unseal(key, row.kind, bytes(row.fingerprint), row.sealed), now)
    except Unsealable:
        return None


def of(key: StoreKey, record: Record, now: datetime) -> Terms:
    """Return the terms of a record; there are none of a store's own record."""
    if isinstance(record, Product):
        return _of_product(key, record, now)
    if isinstance(record, Offer):
        return _of_offer(key, record, now)
    return Terms(None)


def _of_product(key: StoreKey, product: Product, now: datetime) -> Terms:
    variant = ranking.shown_variant(product) if ranking.presentable(product, now) else None
    if variant is None:
        return Terms(_digest(key, "product"), Reason.SOLD_OUT)
    saved = ranking.reduction(variant)
    varies = any(each.price != variant.price for each in product.variants)
    return Terms(_digest(key, "product", _plain(variant.price), saved and _plain(saved), varies))


def _of_offer(key: StoreKey, offer: Offer, now: datetime) -> Terms:
    digest = _digest(
        key,
        "offer",
        offer.kind,
        _plain(offer.percent),
        _plain(offer.amount),
        offer.currency,
        sorted(offer.codes),
        offer.minimum_quantity,
        _plain(offer.minimum_subtotal),
        offer.starts_at,
        offer.ends_at,
    )
    ended = offer.status.lower() != "active" or (offer.ends_at is not None and offer.ends_at <= now)
    return Terms(digest, Reason.OFFER_ENDED if ended else None, offer.ends_at)


def _plain(amount: Decimal | None) -> str | None:
    """Return an amount so that 14.9 and 14.90 are one."""
    return None if amount is None else format(amount.normalize(), "f")


def _digest(key: StoreKey, *shown: object) -> bytes:
    return key.digest(msgspec.msgpack.encode(["terms", *shown]))
