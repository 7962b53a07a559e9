"""Who asks, of which store, when."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from connectors.sandbox.shopify.app import App
from connectors.sandbox.shopify.shop import Shop

if TYPE_CHECKING:
    from connectors.sandbox.shopify.platform import Shopify


@dataclass(slots=True)
class Ask:
    """One call of the API.

    `origin` is the address at which the sandbox was reached; `now` and `stamp` are the clock's two readings.
    """

    shopify: "Shopify"
    shop: Shop
    origin: str
    version: str
    now: datetime
    stamp: datetime
    notes: list[dict[str, Any]] = field(default_factory=list)
    bulk_fields: set[str] = field(default_factory=set)

    @property
    def app(self) -> App:
        return self.shopify.app


def refusal(message: str, code: str) -> GraphQLError:
    """Make an error with a code in its extensions."""
    return GraphQLError(message, extensions={"code": code})


def number_of(gid: str, *kinds: str) -> int:
    """Read the number out of an id of one of these kinds.

    Raises GraphQLError when it is no id, or an id of something else.
    """
    head, _, tail = gid.partition("?")[0].rpartition("/")
    if not head.startswith("gid://shopify/") or not tail.isdigit():
        raise GraphQLError(
            f"Invalid global id '{gid}'",
            extensions={"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"},
        )
    if kinds and head.removeprefix("gid://shopify/") not in kinds:
        raise refusal(f"Invalid id: {gid}", "RESOURCE_NOT_FOUND")
    return int(tail)
