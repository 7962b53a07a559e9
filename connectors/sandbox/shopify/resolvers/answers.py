"""Small answers that many fields give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import Resolver
from connectors.sandbox.shopify.api.search import Filter, Search
from connectors.sandbox.shopify.sales import Money


@dataclass(frozen=True, slots=True)
class MoneyBag:
    """An amount in the shop's currency and in the buyer's: here the same."""

    shop_money: Money

    @property
    def presentment_money(self) -> Money:
        return self.shop_money


@dataclass(frozen=True, slots=True)
class Count:
    """A count, exact up to its limit."""

    count: int
    precision: str = "EXACT"


@dataclass(frozen=True, slots=True)
class UserError:
    """What a mutation has against its input."""

    message: str
    field: list[str] | None = None
    code: str | None = None


def money(ask: Ask, amount: Decimal) -> Money:
    """Put an amount into the store's currency."""
    return Money(amount, ask.shop.currency)


def bag(ask: Ask, amount: Decimal) -> MoneyBag:
    """Put an amount into a money bag."""
    return MoneyBag(money(ask, amount))


def bag_of(amount: Callable[[Any], Decimal]) -> Resolver:
    """Make a resolver that gives a money bag of something's amount."""
    return lambda source, ask, args: bag(ask, amount(source))


def counted(total: int, args: dict[str, Any]) -> Count:
    """Count as far as the argument `limit` allows; without a limit, exactly."""
    limit = args.get("limit")
    return Count(total) if limit is None or total <= limit else Count(limit, "AT_LEAST")


def searched(
    ask: Ask, args: dict[str, Any], nodes: Sequence[Any], fields: dict[str, Filter], name: str, **more: Any
) -> Sequence[Any]:
    """Keep the nodes that the argument `query` asks for, and note its warnings."""
    text = args.get("query")
    search = Search(fields, ask.shop.zone, **more)
    kept = search.run(text, nodes)
    if search.warnings:
        ask.notes.append({"path": [name], "query": text, "warnings": search.warnings})
    return kept


def cut(text: str, limit: int | None) -> str:
    """Shorten a text to `limit` characters, the ellipsis included."""
    return text if limit is None or len(text) <= limit else text[: max(0, limit - 3)] + "..."


def in_order(nodes: Sequence[Any]) -> Listing:
    """List nodes in the order in which they are held."""
    return Listing(nodes)


def sorted_listing(
    nodes: Sequence[Any], args: dict[str, Any], keys: dict[str, Callable[[Any], Any]]
) -> Listing:
    """List nodes by the argument `sortKey`; by number when it names nothing that is held."""
    return Listing(nodes, keys.get(str(args.get("sortKey")), lambda node: node.number))
