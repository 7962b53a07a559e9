"""What a pretended store has sold, to whom, and on what offers."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

NOTHING = Decimal(0)
TAX = Decimal("1.19")
STATUSES = {
    0: ("Incomplete", 0), 1: ("Pending", 1), 2: ("Shipped", 8), 3: ("Partially Shipped", 6),
    4: ("Refunded", 11), 5: ("Cancelled", 9), 6: ("Declined", 10), 7: ("Awaiting Payment", 2),
    8: ("Awaiting Pickup", 5), 9: ("Awaiting Shipment", 4), 10: ("Completed", 7),
    11: ("Awaiting Fulfillment", 3), 12: ("Manual Verification Required", 13), 13: ("Disputed", 12),
    14: ("Partially Refunded", 14),
}  # fmt: skip
"""The names of the statuses and the places in which the control panel shows them."""


@dataclass(slots=True, eq=False)
class Customer:
    """Someone who bought. Minta must never keep anything of it."""

    number: int
    first_name: str
    last_name: str
    company: str
    email: str
    phone: str
    street: str
    floor: str
    town: str
    zip: str
    ip: str
    ip_v6: str
    tax_number: str


@dataclass(slots=True, eq=False)
class Line:
    """One line of an order, with the words and the price of the day it was sold."""

    number: int
    product: int
    variant: int
    name: str
    sku: str
    brand: str
    quantity: int
    price: Decimal
    discount: Decimal = NOTHING
    refunded: int = 0
    kind: str = "physical"
    engraving: str = ""
    gift_message: str = ""

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity


@dataclass(slots=True, eq=False)
class Refund:
    """Money given back."""

    number: int
    order: "Order"
    line: Line
    amount: Decimal
    created_at: datetime
    reason: str


@dataclass(slots=True, eq=False)
class Order:
    """An order with everything that BigCommerce knows about it, the customer included."""

    number: int
    customer: Customer
    created_at: datetime
    changed_at: datetime
    lines: list[Line]
    status: int = 11
    shipping: Decimal = NOTHING
    coupon: tuple[int, str] | None = None
    payment_method: str = "Manual"
    customer_message: str | None = None
    staff_notes: str | None = None
    refunds: list[Refund] = field(default_factory=list)
    is_deleted: bool = False

    @property
    def subtotal(self) -> Decimal:
        return sum((line.total for line in self.lines), NOTHING)

    @property
    def discount(self) -> Decimal:
        return sum((line.discount for line in self.lines), NOTHING)

    @property
    def total(self) -> Decimal:
        """What the customer paid, tax included."""
        return self.subtotal - self.discount + self.shipping

    @property
    def refunded(self) -> Decimal:
        return sum((refund.amount for refund in self.refunds), NOTHING)


@dataclass(slots=True, eq=False)
class Coupon:
    """A classic coupon: v2 only."""

    number: int
    name: str
    code: str
    kind: str
    amount: Decimal
    created_at: datetime
    minimum: Decimal = NOTHING
    expires: datetime | None = None
    enabled: bool = True
    countries: str = ""
    categories: tuple[int, ...] = (0,)
    uses: int = 0
    most_uses: int = 0

    def status_at(self, moment: datetime) -> str:
        """Tell whether the coupon still holds."""
        over = self.expires is not None and self.expires <= moment
        return "EXPIRED" if over else "ENABLED" if self.enabled else "DISABLED"


@dataclass(slots=True, eq=False)
class Code:
    """A code of a coupon promotion."""

    number: int
    text: str
    created_at: datetime
    uses: int = 0


@dataclass(slots=True, eq=False)
class Promotion:
    """A promotion of v3; with codes it is a coupon promotion, without it works by itself."""

    number: int
    name: str
    display_name: str
    action: dict[str, Any]
    starts_at: datetime
    condition: dict[str, Any] | None = None
    codes: list[Code] = field(default_factory=list)
    ends_at: datetime | None = None
    status: str = "ENABLED"
    notice: str = ""
    most_uses: int | None = None
    uses: int = 0

    def status_at(self, moment: datetime) -> str:
        """Tell its status, or that its time is not there yet or over."""
        if self.starts_at > moment:
            return "SCHEDULED"
        return "EXPIRED" if self.ends_at is not None and self.ends_at <= moment else self.status


@dataclass(slots=True, eq=False)
class PriceList:
    """Prices for a group of customers: variant -> price."""

    number: int
    name: str
    created_at: datetime
    changed_at: datetime
    records: dict[int, Decimal] = field(default_factory=dict)
    active: bool = True
