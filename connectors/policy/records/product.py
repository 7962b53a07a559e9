"""Products with variants, pictures and stock per location: clause 18."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeAlias

from connectors.policy.clauses import Clause, Purpose
from connectors.policy.leaves import serves

_SERVICE, _VIDEOS = Purpose.SERVICE, Purpose.VIDEOS

StockText: TypeAlias = Annotated[str, serves(Clause.INVENTORY, _SERVICE, _VIDEOS)]
StockMaybe: TypeAlias = Annotated[str | None, serves(Clause.INVENTORY, _SERVICE, _VIDEOS)]
StockKeeping: TypeAlias = Annotated[str | None, serves(Clause.INVENTORY, _SERVICE)]
StockCount: TypeAlias = Annotated[int, serves(Clause.INVENTORY, _SERVICE, _VIDEOS)]
StockCountMaybe: TypeAlias = Annotated[int | None, serves(Clause.INVENTORY, _SERVICE, _VIDEOS)]
StockFlag: TypeAlias = Annotated[bool, serves(Clause.INVENTORY, _SERVICE, _VIDEOS)]
StockTime: TypeAlias = Annotated[datetime, serves(Clause.INVENTORY, _SERVICE, _VIDEOS)]
StockTimeMaybe: TypeAlias = Annotated[datetime | None, serves(Clause.INVENTORY, _SERVICE, _VIDEOS)]
StockMoney: TypeAlias = Annotated[Decimal, serves(Clause.INVENTORY, _SERVICE, _VIDEOS)]
StockMoneyMaybe: TypeAlias = Annotated[Decimal | None, serves(Clause.INVENTORY, _SERVICE, _VIDEOS)]


@dataclass(frozen=True, repr=False, slots=True)
class Stock:
    """How much of a variant one location has. `available` is what can be sold now."""

    location_id: Annotated[str, serves(Clause.INVENTORY, _SERVICE)]
    available: StockCount
    on_hand: Annotated[int, serves(Clause.INVENTORY, _SERVICE)] = 0
    committed: Annotated[int, serves(Clause.INVENTORY, _SERVICE)] = 0
    incoming: Annotated[int, serves(Clause.INVENTORY, _SERVICE)] = 0
    active: Annotated[bool, serves(Clause.INVENTORY, _SERVICE)] = True


@dataclass(frozen=True, repr=False, slots=True)
class Option:
    """One choice that makes a variant: name and value, such as Size and M."""

    name: StockText
    value: StockText


@dataclass(frozen=True, repr=False, slots=True)
class Variant:
    """One thing that can be bought. Prices are in the store's currency."""

    variant_id: StockText
    title: StockText
    price: StockMoney
    compare_at_price: StockMoneyMaybe = None
    sku: StockKeeping = None
    barcode: StockKeeping = None
    position: StockCount = 1
    available_for_sale: StockFlag = True
    quantity: StockCountMaybe = None
    tracked: StockFlag = False
    options: tuple[Option, ...] = ()
    stock: tuple[Stock, ...] = ()


@dataclass(frozen=True, repr=False, slots=True)
class Picture:
    """A picture of a product, as the platform's own network serves it."""

    url: StockText
    width: StockCountMaybe = None
    height: StockCountMaybe = None
    alt: StockMaybe = None


@dataclass(frozen=True, repr=False, slots=True)
class Product:
    """A product with its variants, pictures and stock per location: clause 18."""

    product_id: StockText
    title: StockText
    handle: StockText
    status: StockText
    created_at: StockTime
    updated_at: StockTime
    description: StockText = ""
    vendor: StockMaybe = None
    product_type: StockMaybe = None
    tags: tuple[StockText, ...] = ()
    published_at: StockTimeMaybe = None
    url: StockMaybe = None
    gift_card: StockFlag = False
    total_stock: StockCountMaybe = None
    variants: tuple[Variant, ...] = ()
    pictures: tuple[Picture, ...] = ()
