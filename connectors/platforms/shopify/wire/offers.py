"""Discounts."""

from decimal import Decimal

from msgspec import Raw, field

from connectors.platforms.shopify.wire.answers import Connection, Counted, Money, Nodes, Time, Wire


class Effect(Wire):
    percentage: Decimal | None = None
    amount: Money | None = None


class Value(Wire):
    percentage: Decimal | None = None
    amount: Money | None = None
    effect: Effect | None = None


class Gets(Wire):
    value: Value


class Minimum(Wire):
    greater_than_or_equal_to_quantity: Counted | None = None
    greater_than_or_equal_to_subtotal: Money | None = None


class Code(Wire):
    code: str


class Count(Wire):
    count: int


class Discount(Wire):
    """Any of Shopify's eight kinds of discount: what a kind does not have is absent."""

    typename: str = field(name="__typename")
    title: str
    status: str
    starts_at: Time
    updated_at: Time
    async_usage_count: int
    ends_at: Time | None
    summary: str | None = None
    codes: Nodes[Code] | None = None
    codes_count: Count | None = None
    customer_gets: Gets | None = None
    minimum_requirement: Minimum | None = None


class DiscountNode(Wire):
    id: str
    discount: Discount


class Discounts(Wire):
    discount_nodes: Connection[Raw]


class OneDiscount(Wire):
    discount_node: Raw


class OfferCount(Wire):
    discount_nodes_count: Count | None
