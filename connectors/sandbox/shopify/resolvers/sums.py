"""The sums of an order, each a money bag."""

from collections.abc import Callable
from decimal import Decimal

from connectors.sandbox.shopify.api.registry import RESOLVERS
from connectors.sandbox.shopify.resolvers.answers import bag_of
from connectors.sandbox.shopify.sales import NOTHING, Order

SUMS: dict[str, Callable[[Order], Decimal]] = {
    "subtotalPriceSet": lambda order: order.subtotal,
    "currentSubtotalPriceSet": lambda order: order.subtotal - order.refunded,
    "totalPriceSet": lambda order: order.total,
    "originalTotalPriceSet": lambda order: order.total,
    "currentTotalPriceSet": lambda order: order.total - order.refunded,
    "totalDiscountsSet": lambda order: order.discount,
    "currentTotalDiscountsSet": lambda order: order.discount,
    "totalTaxSet": lambda order: order.tax,
    "currentTotalTaxSet": lambda order: order.tax,
    "totalShippingPriceSet": lambda order: order.shipping,
    "currentShippingPriceSet": lambda order: order.shipping,
    "totalRefundedSet": lambda order: order.refunded,
    "totalRefundedShippingSet": lambda order: NOTHING,
    "totalReceivedSet": lambda order: order.received,
    "totalOutstandingSet": lambda order: NOTHING,
    "totalTipReceivedSet": lambda order: NOTHING,
    "totalCapturableSet": lambda order: NOTHING,
    "netPaymentSet": lambda order: order.received - order.refunded,
}


for _name, _amount in SUMS.items():
    RESOLVERS[f"Order.{_name}"] = bag_of(_amount)
