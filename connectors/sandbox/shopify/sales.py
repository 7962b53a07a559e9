"""What a pretended store has sold, to whom, and on what offers."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, NamedTuple

from connectors.sandbox.shopify.things import Address, Collection, Product, Thing, Variant

NOTHING = Decimal(0)


class Money(NamedTuple):
    """An amount in a currency: GraphQL's MoneyV2."""

    amount: Decimal
    currency_code: str

    @property
    def kind(self) -> str:
        return "MoneyV2"


class Percentage(NamedTuple):
    """A share of a price, 0 to 100: GraphQL's PricingPercentageValue."""

    percentage: float

    @property
    def kind(self) -> str:
        return "PricingPercentageValue"


@dataclass(slots=True, eq=False)
class Customer(Thing):
    """Someone who bought. Minta must never ask for it."""

    KIND = "Customer"
    number: int
    first_name: str
    last_name: str
    email: str
    phone: str
    address: Address
    created_at: datetime
    updated_at: datetime
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    locale: str = "en"
    state: str = "ENABLED"
    redacted: bool = False

    @property
    def display_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(slots=True, eq=False)
class Application:
    """A discount as it was applied to an order; `kind` is its GraphQL type."""

    kind: str
    index: int
    name: str
    percentage: float
    target_type: str = "LINE_ITEM"
    target_selection: str = "ALL"
    allocation_method: str = "ACROSS"

    @property
    def value(self) -> Percentage:
        return Percentage(self.percentage)

    @property
    def code(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return self.name


class Allocation(NamedTuple):
    """The part of a discount that falls on one line."""

    amount: Decimal
    discount_application: Application


@dataclass(slots=True, eq=False)
class LineItem(Thing):
    """One line of an order; it keeps the words and the price of the day it was sold."""

    KIND = "LineItem"
    number: int
    product: Product | None
    variant: Variant | None
    title: str
    variant_title: str | None
    sku: str | None
    vendor: str | None
    quantity: int
    price: Decimal
    allocations: list[Allocation] = field(default_factory=list)
    returned: int = 0
    requires_shipping: bool = True
    taxable: bool = True
    is_gift_card: bool = False
    engraving: str | None = None

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity

    @property
    def discount(self) -> Decimal:
        return sum((allocation.amount for allocation in self.allocations), NOTHING)

    @property
    def current_quantity(self) -> int:
        return self.quantity - self.returned


@dataclass(slots=True, eq=False)
class Transaction(Thing):
    """A movement of money."""

    KIND = "OrderTransaction"
    number: int
    kind: str
    status: str
    gateway: str
    amount: Decimal
    created_at: datetime
    fee_number: int | None = None
    test: bool = False


@dataclass(slots=True, eq=False)
class Refund(Thing):
    """Money given back."""

    KIND = "Refund"
    number: int
    amount: Decimal
    created_at: datetime
    note: str | None
    lines: list[tuple[LineItem, int, Decimal]]


@dataclass(slots=True, eq=False)
class Order(Thing):
    """An order with everything Shopify knows about it, the customer included."""

    KIND = "Order"
    number: int
    place: int
    customer: Customer | None
    created_at: datetime
    updated_at: datetime
    line_items: list[LineItem]
    transactions: list[Transaction]
    shipping: Decimal
    tax: Decimal
    applications: list[Application] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    display_financial_status: str = "PAID"
    display_fulfillment_status: str = "FULFILLED"
    test: bool = False
    edited: bool = False
    source_name: str = "web"
    client_ip: str | None = None
    note: str | None = None
    tags: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"#{self.place}"

    @property
    def gross(self) -> Decimal:
        return sum((line.total for line in self.line_items), NOTHING)

    @property
    def discount(self) -> Decimal:
        return sum((line.discount for line in self.line_items), NOTHING)

    @property
    def subtotal(self) -> Decimal:
        return self.gross - self.discount

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping + self.tax

    @property
    def refunded(self) -> Decimal:
        return sum((refund.amount for refund in self.refunds), NOTHING)

    @property
    def received(self) -> Decimal:
        took = (move.amount for move in self.transactions if move.kind == "SALE" and move.status == "SUCCESS")
        return sum(took, NOTHING)


@dataclass(slots=True, eq=False)
class Discount(Thing):
    """An offer. `kind` is its GraphQL type: DiscountCodeBasic, DiscountAutomaticBxgy and so on."""

    KIND: ClassVar[str] = "DiscountNode"
    number: int
    kind: str
    title: str
    summary: str
    created_at: datetime
    updated_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None
    codes: list[tuple[int, str]] = field(default_factory=list)
    percentage: Decimal | None = None
    amount: Decimal | None = None
    minimum_quantity: int | None = None
    minimum_subtotal: Decimal | None = None
    buys: int = 2
    gets: int = 1
    classes: list[str] = field(default_factory=lambda: ["ORDER"])
    collections: list[Collection] = field(default_factory=list)
    usage_limit: int | None = None
    async_usage_count: int = 0

    @property
    def id(self) -> str:
        side = "Automatic" if self.kind.startswith("DiscountAutomatic") else "Code"
        return f"gid://shopify/Discount{side}Node/{self.number}"

    def status_at(self, moment: datetime) -> str:
        """Tell whether the offer is ACTIVE, SCHEDULED or EXPIRED."""
        if moment < self.starts_at:
            return "SCHEDULED"
        return "EXPIRED" if self.ends_at is not None and self.ends_at <= moment else "ACTIVE"


@dataclass(slots=True, eq=False)
class Payout(Thing):
    """Money that Shopify Payments sent to the merchant's bank."""

    KIND = "ShopifyPaymentsPayout"
    number: int
    issued_at: datetime
    gross: Decimal
    fee: Decimal
    status: str = "PAID"
    transaction_type: str = "DEPOSIT"

    @property
    def net(self) -> Decimal:
        return self.gross - self.fee
