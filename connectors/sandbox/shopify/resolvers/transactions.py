"""Movements of money, their fees, and refunds."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import RESOLVERS, constant, resolves
from connectors.sandbox.shopify.resolvers.answers import bag, bag_of, in_order, money
from connectors.sandbox.shopify.sales import NOTHING, Order, Refund, Transaction

RATE = Decimal("1.9")
FLAT = Decimal("0.30")

constant(
    "OrderTransaction",
    accountNumber="•••• •••• •••• 4242",
    authorizationCode=None,
    errorCode=None,
    manualPaymentGateway=False,
    multiCapturable=False,
    parentTransaction=None,
    settlementCurrency=None,
    settlementCurrencyRate=None,
    user=None,
)
constant("TransactionFee", flatFeeName=None, rateName=None, type="processing_fee")
constant("Refund", staffMember=None, **{"return": None})
constant(
    "CardPaymentDetails",
    avsResultCode="Y",
    company="Visa",
    cvvResultCode="M",
    expirationMonth=12,
    expirationYear=2029,
    paymentMethodName="card",
    wallet=None,
)

RESOLVERS["OrderTransaction.amountSet"] = bag_of(lambda move: move.amount)
RESOLVERS["OrderTransaction.totalUnsettledSet"] = bag_of(lambda move: NOTHING)
RESOLVERS["Refund.totalRefundedSet"] = bag_of(lambda refund: refund.amount)


@resolves("OrderTransaction.formattedGateway")
def formatted_gateway(move: Transaction, ask: Ask, args: dict[str, Any]) -> str:
    return move.gateway.replace("_", " ").title()


@resolves("OrderTransaction.processedAt")
def moved_at(move: Transaction, ask: Ask, args: dict[str, Any]) -> Any:
    return move.created_at


@resolves("OrderTransaction.paymentId")
def payment_id(move: Transaction, ask: Ask, args: dict[str, Any]) -> str:
    return f"c{move.number}.1"


@resolves("OrderTransaction.receiptJson")
def receipt(move: Transaction, ask: Ask, args: dict[str, Any]) -> str:
    return '{"charge":{"billing_details":{"name":"secret of the customer"}}}'


@resolves("OrderTransaction.paymentDetails")
def payment_details(move: Transaction, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    order = order_of_transaction(move, ask, args)
    holder = order.customer.display_name if order and order.customer else None
    return SimpleNamespace(kind="CardPaymentDetails", name=holder, number="4242", bin="424242")


@resolves("OrderTransaction.order")
def order_of_transaction(move: Transaction, ask: Ask, args: dict[str, Any]) -> Order | None:
    return next((one for one in ask.shop.orders.values() if move in one.transactions), None)


@resolves("OrderTransaction.fees")
def fees(move: Transaction, ask: Ask, args: dict[str, Any]) -> list[SimpleNamespace]:
    if move.fee_number is None:
        return []
    fee = (move.amount * RATE / 100 + FLAT).quantize(Decimal("0.01"))
    return [
        SimpleNamespace(
            KIND="TransactionFee",
            id=f"gid://shopify/TransactionFee/{move.fee_number}",
            rate=RATE,
            flat_fee=money(ask, FLAT),
            amount=money(ask, fee),
            tax_amount=money(ask, NOTHING),
        )
    ]


@resolves("Refund.processedAt", "Refund.updatedAt")
def refunded_at(refund: Refund, ask: Ask, args: dict[str, Any]) -> Any:
    return refund.created_at


@resolves("Refund.order")
def order_of_refund(refund: Refund, ask: Ask, args: dict[str, Any]) -> Order | None:
    return next((one for one in ask.shop.orders.values() if refund in one.refunds), None)


@resolves("Refund.transactions")
def refund_transactions(refund: Refund, ask: Ask, args: dict[str, Any]) -> Listing:
    order = order_of_refund(refund, ask, args)
    return in_order([move for move in order.transactions if move.kind == "REFUND"] if order else [])


@resolves("Refund.refundLineItems")
def refund_lines(refund: Refund, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(
        [
            SimpleNamespace(
                id=f"gid://shopify/RefundLineItem/{line.number}",
                line_item=line,
                quantity=count,
                location=ask.shop.primary_location,
                price_set=bag(ask, line.price),
                subtotal_set=bag(ask, amount),
                total_tax_set=bag(ask, NOTHING),
                restock_type="RETURN",
                restocked=True,
            )
            for line, count, amount in refund.lines
        ]
    )
