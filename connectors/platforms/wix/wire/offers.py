"""Discount rules. Whom a rule is for (`customerEligibility`) is never read."""

from decimal import Decimal

import msgspec
from msgspec import Raw

from connectors.platforms.wix.wire.answers import Paging, Time, Wire


class SubtotalRange(Wire):
    from_: Decimal | None = None


class QuantityRange(Wire):
    from_: int | None = None


class Trigger(Wire):
    """What makes a rule apply; one that asks for several things has them in `and`."""

    subtotal_range: SubtotalRange | None = None
    item_quantity_range: QuantityRange | None = None
    and_: "Triggers | None" = None


class Triggers(Wire):
    triggers: list[Trigger] | None = None


class BuyXGetY(Wire):
    """That it is one, and nothing of which items."""


class Discount(Wire):
    discount_type: str | None = None
    percentage: Decimal | None = None
    fixed_amount: Decimal | None = None
    buy_x_get_y_info: BuyXGetY | None = msgspec.field(default=None, name="buyXGetYInfo")


class Discounts(Wire):
    values: list[Discount] | None = None


class ActiveTime(Wire):
    start: Time | None = None
    end: Time | None = None


class DiscountRule(Wire):
    id: str | None = None
    name: str | None = None
    active: bool | None = None
    status: str | None = None
    updated_date: Time | None = None
    trigger: Trigger | None = None
    active_time_info: ActiveTime | None = None
    discounts: Discounts | None = None
    usage_count: int | None = None


class DiscountRules(Wire):
    discount_rules: list[Raw] | None = None
    paging_metadata: Paging | None = None
