"""Promotions with their codes, and v2's coupons."""

from decimal import Decimal

from msgspec import Raw, field

from connectors.platforms.bigcommerce.wire.answers import Wire

_NULL = Raw(b"null")


class Discount(Wire):
    percentage_amount: Decimal | None = None
    fixed_amount: Decimal | None = None


class Discounted(Wire):
    discount: Discount | None = None


class Action(Wire):
    """One of BigCommerce's five; of gifts, sets and shipping only that they are there."""

    cart_value: Discounted | None = None
    cart_items: Discounted | None = None
    gift_item: Raw = _NULL
    fixed_price_set: Raw = _NULL
    shipping: Raw = _NULL


class Cart(Wire):
    minimum_spend: Decimal | None = None
    minimum_quantity: int | None = None
    items: Raw = _NULL


class Condition(Wire):
    cart: Cart | None = None
    both: "list[Condition] | None" = field(name="and", default=None)


class Rule(Wire):
    action: Action | None = None
    condition: Condition | None = None


class Promotion(Wire):
    id: int
    redemption_type: str
    status: str
    start_date: str | None = None
    name: str | None = None
    display_name: str | None = None
    end_date: str | None = None
    rules: list[Rule] | None = None
    current_uses: int | None = None
    currency_code: str | None = None


class Code(Wire):
    code: str


class Coupon(Wire):
    id: int
    name: str
    type: str
    amount: Decimal
    code: str
    date_created: str
    min_purchase: Decimal | None = None
    expires: str | None = None
    enabled: bool | None = None
    num_uses: int | None = None
