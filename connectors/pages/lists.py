"""The newest products, sales and offers as lines of small tables."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from connectors.pages.values import Value, value_of
from connectors.policy.records import Offer, Product, Record, Sale

#: What one and what many of a kind are called.
NOUNS: Final = {"product": ("product", "products"), "sale": ("sale", "sales"), "offer": ("offer", "offers")}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, and whether it holds numbers."""

    words: str
    number: bool = False


COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "product": (
        Column("Product"),
        Column("Status"),
        Column("Variants", number=True),
        Column("Price", number=True),
        Column("In stock", number=True),
        Column("Pictures", number=True),
        Column("Last change"),
    ),
    "sale": (
        Column("Sale"),
        Column("Made"),
        Column("Total", number=True),
        Column("Items", number=True),
        Column("Payment"),
        Column("Delivery"),
        Column("Last change"),
    ),
    "offer": (
        Column("Offer"),
        Column("Kind"),
        Column("Status"),
        Column("Worth", number=True),
        Column("Starts"),
        Column("Ends"),
        Column("Codes"),
        Column("Used", number=True),
    ),
}


@dataclass(frozen=True, repr=False, slots=True)
class Cell:
    """One cell: its value, none where there is nothing, and whether it is a number."""

    value: Value | None
    number: bool = False


def line_of(record: Record) -> tuple[Cell, ...]:
    """Return a record as one line; the first cell names it."""
    if isinstance(record, Product):
        return _product(record)
    if isinstance(record, Sale):
        return _sale(record)
    if isinstance(record, Offer):
        return _offer(record)
    raise TypeError("the store itself is shown item by item")


def _product(product: Product) -> tuple[Cell, ...]:
    prices = [each.price for each in product.variants]
    return (
        cell(product.title),
        cell(_word(product.status)),
        _number(len(product.variants)),
        _number(_span(prices)),
        _number(product.total_stock),
        _number(len(product.pictures)),
        cell(product.updated_at),
    )


def _sale(sale: Sale) -> tuple[Cell, ...]:
    return (
        cell(sale.sale_id),
        cell(sale.created_at),
        _number(_money(sale.total, sale.currency)),
        _number(sum(each.quantity for each in sale.lines)),
        cell(_word(sale.financial_status)),
        cell(_word(sale.fulfillment_status)),
        cell(sale.updated_at),
    )


def _offer(offer: Offer) -> tuple[Cell, ...]:
    return (
        cell(offer.title),
        cell(_word(offer.kind)),
        cell(_word(offer.status)),
        _number(_worth(offer)),
        cell(offer.starts_at),
        cell(offer.ends_at),
        cell(", ".join(offer.codes) or None),
        _number(offer.used),
    )


def _word(code: str | None) -> str | None:
    """Return a platform's code as people write it."""
    return code and code.replace("_", " ").lower()


def _worth(offer: Offer) -> str | None:
    if offer.percent is not None:
        return f"{offer.percent:f} %"
    return None if offer.amount is None else _money(offer.amount, offer.currency)


def _money(amount: Decimal, currency: str | None) -> str:
    return f"{amount:f} {currency or ''}".rstrip()


def _span(prices: list[Decimal]) -> str | None:
    if not prices:
        return None
    low, high = min(prices), max(prices)
    return f"{low:f}" if low == high else f"{low:f} to {high:f}"


def cell(raw: Any, *, number: bool = False) -> Cell:
    """Return a raw value as a cell."""
    return Cell(None if raw is None else value_of(raw), number)


def _number(raw: Any) -> Cell:
    return cell(raw, number=True)
