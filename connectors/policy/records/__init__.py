"""The records: typed values made of policy fields only. What is not a leaf here cannot be kept.

    store      StoreInfo, with Address, PaymentsAccount, Reported
    product    Product, with Variant, Stock, Picture
    sale       Sale, with SaleLine
    offer      Offer

Every leaf names its clause and its purposes. Times are aware and in UTC, money is `Decimal` in the currency
beside it, ids are the platform's own, as text. `repr` shows no value.
"""

from typing import TypeAlias

from connectors.policy.records.offer import Offer
from connectors.policy.records.product import Option, Picture, Product, Stock, Variant
from connectors.policy.records.sale import Sale, SaleLine
from connectors.policy.records.store import (
    Address,
    Balance,
    PaymentsAccount,
    Payout,
    Reported,
    StoreInfo,
)

__all__ = [
    "KINDS",
    "Address",
    "Balance",
    "Offer",
    "Option",
    "PaymentsAccount",
    "Payout",
    "Picture",
    "Product",
    "Record",
    "Reported",
    "Sale",
    "SaleLine",
    "Stock",
    "StoreInfo",
    "Variant",
]

Record: TypeAlias = StoreInfo | Product | Sale | Offer
KINDS: dict[str, type[StoreInfo] | type[Product] | type[Sale] | type[Offer]] = {
    "store": StoreInfo,
    "product": Product,
    "sale": Sale,
    "offer": Offer,
}
