"""What a pretended site has sold, to whom, and on what offers."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from connectors.sandbox.wix.ids import guid

NOTHING = Decimal("0.00")


@dataclass(slots=True, eq=False)
class Buyer:
    """Someone who bought. Minta must never keep any of it."""

    contact_id: str
    member_id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    company: str
    tax_number: str
    street: str
    street_number: str
    post_code: str
    city: str

    @property
    def values(self) -> set[str]:
        """Everything that tells who this is; too short to be looked for are name, house number and city."""
        return {
            self.contact_id, self.member_id, self.email, self.phone, self.company, self.tax_number,
            self.street, self.post_code, f"{self.first_name} {self.last_name}", self.last_name,
        }  # fmt: skip


@dataclass(slots=True, eq=False)
class Line:
    """One line of an order; it keeps the words and the price of the day it was sold."""

    place: int
    product_id: str
    variant_id: str
    name: str
    sku: str | None
    quantity: int
    price: Decimal
    digital: bool
    engraving: str | None = None
    refunded: int = 0

    @property
    def id(self) -> str:
        return f"00000000-0000-0000-0000-{self.place:012d}"

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity


@dataclass(slots=True, eq=False)
class Reduction:
    """An offer as it was applied to an order; `kind` is coupon, discountRule or merchantDiscount."""

    kind: str
    id: str
    name: str
    amount: Decimal


@dataclass(slots=True, eq=False)
class Order:
    """An order with everything Wix knows about it, the buyer included."""

    id: str
    number: int
    buyer: Buyer | None
    created: datetime
    updated: datetime
    lines: list[Line]
    shipping: Decimal
    tax: Decimal
    reductions: list[Reduction] = field(default_factory=list)
    refunded: Decimal = NOTHING
    status: str = "APPROVED"
    fulfilment: str = "FULFILLED"
    archived: bool = False
    imported: bool = False
    demo: bool = False
    channel: str = "WEB"
    note: str | None = None
    answer: str | None = None
    gateway: str = ""

    @property
    def subtotal(self) -> Decimal:
        return sum((line.total for line in self.lines), NOTHING)

    @property
    def discount(self) -> Decimal:
        return sum((one.amount for one in self.reductions), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount + self.shipping + self.tax

    @property
    def payment(self) -> str:
        if self.status in ("INITIALIZED", "PENDING"):
            return "NOT_PAID"
        if not self.refunded:
            return "PAID"
        return "FULLY_REFUNDED" if self.refunded >= self.total else "PARTIALLY_REFUNDED"

    @property
    def paid(self) -> Decimal:
        return NOTHING if self.payment == "NOT_PAID" else self.total

    @property
    def personal(self) -> set[str]:
        """Everything about the buyer that the order holds."""
        own = {self.note, self.answer, self.gateway} | {line.engraving for line in self.lines}
        traces = {self.checkout_id, self.form_id} | self.buyer.values if self.buyer else set()
        return {text for text in own if text} | traces

    @property
    def checkout_id(self) -> str:
        return guid(self.id, "checkout")

    @property
    def form_id(self) -> str:
        """The id of what the buyer filled in."""
        return guid(self.id, "answers")


@dataclass(slots=True, eq=False)
class Rule:
    """A discount rule: `percentage` or `amount` off, for everybody or for some members only."""

    id: str
    number: int
    name: str
    created: datetime
    updated: datetime
    starts: datetime
    ends: datetime | None = None
    active: bool = True
    percentage: Decimal | None = None
    amount: Decimal | None = None
    subtotal_from: Decimal | None = None
    quantity_from: int | None = None
    product_ids: tuple[str, ...] = ()
    member_ids: tuple[str, ...] = ()
    revision: int = 1
    used: int = 0

    def status_at(self, moment: datetime) -> str:
        """PENDING, LIVE or EXPIRED."""
        if moment < self.starts:
            return "PENDING"
        return "EXPIRED" if self.ends is not None and self.ends <= moment else "LIVE"


@dataclass(slots=True, eq=False)
class Coupon:
    """A coupon; `kind` is MoneyOff, PercentOff or FreeShipping."""

    id: str
    number: int
    kind: str
    name: str
    code: str
    created: datetime
    starts: datetime
    ends: datetime | None = None
    amount: Decimal | None = None
    active: bool = True
    used: int = 0

    def expired_at(self, moment: datetime) -> bool:
        """Tell whether the coupon's time is over."""
        return self.ends is not None and self.ends <= moment
