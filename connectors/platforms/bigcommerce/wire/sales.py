"""Orders and their lines: the allow-list. There is no field for a person, a place or a note, on purpose."""

from decimal import Decimal

from connectors.platforms.bigcommerce.wire.answers import Wire


class Order(Wire):
    """v2 writes money as text with four decimals and times as RFC 2822 does."""

    id: int
    status_id: int
    date_created: str
    date_modified: str
    subtotal_inc_tax: Decimal
    total_inc_tax: Decimal
    total_tax: Decimal | None = None
    shipping_cost_inc_tax: Decimal | None = None
    discount_amount: Decimal | None = None
    coupon_discount: Decimal | None = None
    refunded_amount: Decimal | None = None
    currency_code: str | None = None
    default_currency_code: str | None = None
    payment_method: str | None = None
    order_source: str | None = None
    is_deleted: bool | None = None


class AppliedDiscount(Wire):
    amount: Decimal


class Line(Wire):
    quantity: int
    price_inc_tax: Decimal
    total_inc_tax: Decimal
    discounted_total_inc_tax: Decimal | None = None
    product_id: int | None = None
    variant_id: int | None = None
    quantity_refunded: int | None = None
    applied_discounts: list[AppliedDiscount] | None = None


class StatusCount(Wire):
    id: int
    count: int


class OrderCount(Wire):
    count: int
    statuses: list[StatusCount] | None = None
