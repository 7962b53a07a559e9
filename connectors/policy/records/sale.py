"""Sales without their customers: clause 17."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeAlias

from connectors.policy.clauses import Clause, Purpose
from connectors.policy.leaves import serves

_SERVICE, _VIDEOS = Purpose.SERVICE, Purpose.VIDEOS

SaleText: TypeAlias = Annotated[str, serves(Clause.SALES, _SERVICE)]
SaleMaybe: TypeAlias = Annotated[str | None, serves(Clause.SALES, _SERVICE)]
SaleTime: TypeAlias = Annotated[datetime, serves(Clause.SALES, _SERVICE)]
SaleMoney: TypeAlias = Annotated[Decimal, serves(Clause.SALES, _SERVICE)]
SoldText: TypeAlias = Annotated[str | None, serves(Clause.SALES, _SERVICE, _VIDEOS)]
SoldCount: TypeAlias = Annotated[int, serves(Clause.SALES, _SERVICE, _VIDEOS)]


@dataclass(frozen=True, repr=False, slots=True)
class SaleLine:
    """What was sold: which product, how many, for how much. Nothing of who bought it."""

    product_id: SoldText
    variant_id: SoldText
    quantity: SoldCount
    current_quantity: SoldCount
    unit_price: SaleMoney
    total: SaleMoney
    discount: SaleMoney


@dataclass(frozen=True, repr=False, slots=True)
class Sale:
    """An order without its customer: clause 17. There is no leaf for a person, on purpose."""

    sale_id: SaleText
    created_at: Annotated[datetime, serves(Clause.SALES, _SERVICE, _VIDEOS)]
    updated_at: SaleTime
    currency: SaleText
    subtotal: SaleMoney
    total: SaleMoney
    discounts: SaleMoney
    tax: SaleMoney
    shipping: SaleMoney
    refunded: SaleMoney
    financial_status: SaleMaybe = None
    fulfillment_status: SaleMaybe = None
    cancelled_at: Annotated[datetime | None, serves(Clause.SALES, _SERVICE, _VIDEOS)] = None
    test: Annotated[bool, serves(Clause.SALES, _SERVICE, _VIDEOS)] = False
    channel: SaleMaybe = None
    gateways: tuple[Annotated[str, serves(Clause.OFFERS, _SERVICE)], ...] = ()
    lines: tuple[SaleLine, ...] = ()
