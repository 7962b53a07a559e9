"""Orders and their lines."""

from msgspec import Raw

from connectors.platforms.shopify.wire.answers import Connection, MoneyBag, Node, Time, Wire


class LineItem(Wire):
    id: str
    quantity: int
    current_quantity: int
    product: Node | None
    variant: Node | None
    original_unit_price_set: MoneyBag
    discounted_total_set: MoneyBag
    total_discount_set: MoneyBag


class Order(Wire):
    id: str
    created_at: Time
    updated_at: Time
    cancelled_at: Time | None
    test: bool
    display_financial_status: str | None
    display_fulfillment_status: str
    currency_code: str
    source_name: str | None
    payment_gateway_names: list[str]
    subtotal_price_set: MoneyBag | None
    total_price_set: MoneyBag
    total_discounts_set: MoneyBag | None
    total_tax_set: MoneyBag | None
    total_shipping_price_set: MoneyBag
    total_refunded_set: MoneyBag
    line_items: Connection[LineItem] | None = None


class LinesOf(Wire):
    line_items: Connection[LineItem]


class MoreLines(Wire):
    order: LinesOf | None


class Orders(Wire):
    orders: Connection[Raw]


class OneOrder(Wire):
    order: Raw
