"""What many answers are made of: pages, ids, money."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeAlias, TypeVar

from msgspec import Meta

from connectors.platforms.shopify.quiet import Quiet

T = TypeVar("T")

Time: TypeAlias = Annotated[datetime, Meta(tz=True)]

# UnsignedInt64: a text, since JSON's readers lose whole numbers past 2^53.
Counted: TypeAlias = str | int


class Wire(Quiet, rename="camel", gc=False):
    """What every part of an answer is: silent about its values, and never part of a circle."""


class PageInfo(Wire):
    has_next_page: bool
    end_cursor: str | None = None


class Connection(Wire, Generic[T]):
    nodes: list[T]
    page_info: PageInfo


class Nodes(Wire, Generic[T]):
    nodes: list[T]


class Node(Wire):
    id: str


class Money(Wire):
    amount: Decimal
    currency_code: str


class Amount(Wire):
    amount: Decimal


class MoneyBag(Wire):
    shop_money: Amount
