"""Discounts and promotions: clause 13."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeAlias

from connectors.policy.clauses import Clause, Purpose
from connectors.policy.leaves import serves

_SERVICE, _VIDEOS = Purpose.SERVICE, Purpose.VIDEOS

OfferText: TypeAlias = Annotated[str, serves(Clause.OFFERS, _SERVICE, _VIDEOS)]
OfferMaybe: TypeAlias = Annotated[str | None, serves(Clause.OFFERS, _SERVICE, _VIDEOS)]
OfferTimeMaybe: TypeAlias = Annotated[datetime | None, serves(Clause.OFFERS, _SERVICE, _VIDEOS)]
OfferMoneyMaybe: TypeAlias = Annotated[Decimal | None, serves(Clause.OFFERS, _SERVICE, _VIDEOS)]


@dataclass(frozen=True, repr=False, slots=True)
class Offer:
    """A discount or promotion: clause 13. `percent` is 0 to 100; `amount` is in `currency`."""

    offer_id: OfferText
    title: OfferText
    kind: OfferText
    status: OfferText
    updated_at: Annotated[datetime, serves(Clause.OFFERS, _SERVICE, _VIDEOS)]
    summary: OfferMaybe = None
    automatic: Annotated[bool, serves(Clause.OFFERS, _SERVICE, _VIDEOS)] = False
    codes: tuple[OfferText, ...] = ()
    codes_count: Annotated[int, serves(Clause.OFFERS, _SERVICE)] = 0
    starts_at: OfferTimeMaybe = None
    ends_at: OfferTimeMaybe = None
    percent: OfferMoneyMaybe = None
    amount: OfferMoneyMaybe = None
    currency: OfferMaybe = None
    minimum_quantity: Annotated[int | None, serves(Clause.OFFERS, _SERVICE, _VIDEOS)] = None
    minimum_subtotal: OfferMoneyMaybe = None
    used: Annotated[int, serves(Clause.OFFERS, _SERVICE)] = 0
