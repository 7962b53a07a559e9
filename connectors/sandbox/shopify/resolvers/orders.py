"""Orders: states, sums, transactions and refunds."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import constant, resolves
from connectors.sandbox.shopify.api.search import Filter
from connectors.sandbox.shopify.resolvers.answers import (
    Count,
    counted,
    in_order,
    searched,
    sorted_listing,
)
from connectors.sandbox.shopify.sales import NOTHING, Order, Refund, Transaction

ORDER_FIELDS = {
    "id": Filter("number", lambda order: order.number),
    "name": Filter("word", lambda order: [order.name, str(order.place)]),
    "tag": Filter("word", lambda order: order.tags),
    "status": Filter("word", lambda order: _status(order), frozenset({"open", "closed", "cancelled"})),
    "financial_status": Filter("word", lambda order: order.display_financial_status),
    "fulfillment_status": Filter("word", lambda order: order.display_fulfillment_status),
    "created_at": Filter("time", lambda order: order.created_at),
    "updated_at": Filter("time", lambda order: order.updated_at),
    "processed_at": Filter("time", lambda order: order.created_at),
}
SORTS: dict[str, Callable[[Any], Any]] = {
    "CREATED_AT": lambda order: order.created_at,
    "UPDATED_AT": lambda order: order.updated_at,
    "PROCESSED_AT": lambda order: order.created_at,
    "ORDER_NUMBER": lambda order: order.place,
    "TOTAL_PRICE": lambda order: order.total,
}
constant(
    "Order",
    billingAddressMatchesShippingAddress=True,
    capturable=False,
    cartToken=None,
    checkoutToken=None,
    confirmed=True,
    currentTaxLines=[],
    customAttributes=[],
    customerAcceptsMarketing=True,
    customerLocale="de",
    dutiesIncluded=False,
    estimatedTaxes=False,
    landingPageUrl=None,
    metafield=None,
    metafields=Listing(()),
    poNumber=None,
    referrerUrl=None,
    registeredSourceUrl=None,
    returns=Listing(()),
    staffMember=None,
    restockable=True,
    sourceIdentifier=None,
    taxExempt=False,
    taxLines=[],
    taxesIncluded=True,
)


@resolves("QueryRoot.orders")
def orders(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    kept = searched(
        ask, args, ask.shop.visible_orders(ask.stamp), ORDER_FIELDS, "orders", words=lambda one: one.name
    )
    return sorted_listing(kept, args, SORTS)


@resolves("QueryRoot.ordersCount")
def orders_count(source: Any, ask: Ask, args: dict[str, Any]) -> Count:
    held = ask.shop.visible_orders(ask.stamp)
    return counted(
        len(searched(ask, args, held, ORDER_FIELDS, "ordersCount", words=lambda one: one.name)), args
    )


@resolves("Order.number")
def number(order: Order, ask: Ask, args: dict[str, Any]) -> int:
    return order.place


@resolves("Order.closed")
def closed(order: Order, ask: Ask, args: dict[str, Any]) -> bool:
    return order.closed_at is not None


@resolves("Order.processedAt")
def processed_at(order: Order, ask: Ask, args: dict[str, Any]) -> Any:
    return order.created_at


@resolves("Order.fullyPaid")
def fully_paid(order: Order, ask: Ask, args: dict[str, Any]) -> bool:
    return order.received >= order.total


@resolves("Order.unpaid")
def unpaid(order: Order, ask: Ask, args: dict[str, Any]) -> bool:
    return order.received == NOTHING


@resolves("Order.refundable")
def refundable(order: Order, ask: Ask, args: dict[str, Any]) -> bool:
    return order.received > order.refunded


@resolves("Order.requiresShipping")
def requires_shipping(order: Order, ask: Ask, args: dict[str, Any]) -> bool:
    return any(line.requires_shipping for line in order.line_items)


@resolves("Order.returnStatus")
def return_status(order: Order, ask: Ask, args: dict[str, Any]) -> str:
    return "RETURNED" if order.refunds else "NO_RETURN"


@resolves("Order.currencyCode", "Order.presentmentCurrencyCode")
def currency(order: Order, ask: Ask, args: dict[str, Any]) -> str:
    return ask.shop.currency


@resolves("Order.paymentGatewayNames")
def gateways(order: Order, ask: Ask, args: dict[str, Any]) -> list[str]:
    return sorted({move.gateway for move in order.transactions})


@resolves("Order.discountCodes")
def discount_codes(order: Order, ask: Ask, args: dict[str, Any]) -> list[str]:
    return [one.code for one in order.applications if one.kind == "DiscountCodeApplication"]


@resolves("Order.discountCode")
def discount_code(order: Order, ask: Ask, args: dict[str, Any]) -> str | None:
    return next(iter(discount_codes(order, ask, args)), None)


@resolves("Order.subtotalLineItemsQuantity")
def quantity(order: Order, ask: Ask, args: dict[str, Any]) -> int:
    return sum(line.quantity for line in order.line_items)


@resolves("Order.currentSubtotalLineItemsQuantity")
def current_quantity(order: Order, ask: Ask, args: dict[str, Any]) -> int:
    return sum(line.current_quantity for line in order.line_items)


@resolves("Order.currentTotalWeight", "Order.totalWeight")
def weight(order: Order, ask: Ask, args: dict[str, Any]) -> int:
    return sum(line.quantity * (line.variant.item.grams if line.variant else 0) for line in order.line_items)


@resolves("Order.totalPrice")
def total_price(order: Order, ask: Ask, args: dict[str, Any]) -> Decimal:
    return order.total


@resolves("Order.transactions")
def transactions(order: Order, ask: Ask, args: dict[str, Any]) -> list[Transaction]:
    return order.transactions[: args.get("first")]


@resolves("Order.transactionsCount")
def transactions_count(order: Order, ask: Ask, args: dict[str, Any]) -> Count:
    return Count(len(order.transactions))


@resolves("Order.refunds")
def refunds(order: Order, ask: Ask, args: dict[str, Any]) -> list[Refund]:
    return order.refunds[: args.get("first")]


@resolves("Order.lineItems")
def line_items(order: Order, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(order.line_items)


@resolves("Order.discountApplications")
def applications(order: Order, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(order.applications)


def _status(order: Order) -> str:
    return "cancelled" if order.cancelled_at else "closed" if order.closed_at else "open"
