"""Lines of orders, their discounts, shipping and fulfilment."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import RESOLVERS, constant, resolves
from connectors.sandbox.shopify.resolvers.answers import MoneyBag, bag, bag_of, in_order, money
from connectors.sandbox.shopify.resolvers.inventory import picture_of
from connectors.sandbox.shopify.sales import NOTHING, Allocation, LineItem, Money, Order
from connectors.sandbox.shopify.things import MediaImage

CENT = Decimal("0.01")

constant("LineItem", merchantEditable=True, nonFulfillableQuantity=0, restockable=True, taxLines=[])
constant("LineItem", staffMember=None)
constant("ManualDiscountApplication", description=None)

RESOLVERS["LineItem.originalUnitPriceSet"] = bag_of(lambda line: line.price)
RESOLVERS["LineItem.originalTotalSet"] = bag_of(lambda line: line.total)
RESOLVERS["LineItem.totalDiscountSet"] = bag_of(lambda line: line.discount)
RESOLVERS["LineItem.discountedUnitPriceSet"] = bag_of(
    lambda line: (_without_codes(line) / line.quantity).quantize(CENT)
)
RESOLVERS["LineItem.discountedUnitPriceAfterAllDiscountsSet"] = bag_of(
    lambda line: ((line.total - line.discount) / line.quantity).quantize(CENT)
)
RESOLVERS["LineItem.unfulfilledDiscountedTotalSet"] = bag_of(lambda line: NOTHING)
RESOLVERS["LineItem.unfulfilledOriginalTotalSet"] = bag_of(lambda line: NOTHING)
RESOLVERS["DiscountAllocation.allocatedAmountSet"] = bag_of(lambda allocation: allocation.amount)


def _without_codes(line: LineItem) -> Decimal:
    kept = (
        one.amount for one in line.allocations if one.discount_application.kind != "DiscountCodeApplication"
    )
    return line.total - sum(kept, NOTHING)


@resolves("LineItem.name")
def name(line: LineItem, ask: Ask, args: dict[str, Any]) -> str:
    return f"{line.title} - {line.variant_title}" if line.variant_title else line.title


@resolves("LineItem.discountedTotalSet")
def discounted_total(line: LineItem, ask: Ask, args: dict[str, Any]) -> MoneyBag:
    return bag(ask, line.total - line.discount if args.get("withCodeDiscounts") else _without_codes(line))


@resolves("LineItem.refundableQuantity")
def refundable(line: LineItem, ask: Ask, args: dict[str, Any]) -> int:
    return line.current_quantity


@resolves("LineItem.unfulfilledQuantity")
def unfulfilled(line: LineItem, ask: Ask, args: dict[str, Any]) -> int:
    return 0


@resolves("LineItem.discountAllocations")
def allocations(line: LineItem, ask: Ask, args: dict[str, Any]) -> list[Allocation]:
    return line.allocations


@resolves("LineItem.customAttributes")
def attributes(line: LineItem, ask: Ask, args: dict[str, Any]) -> list[SimpleNamespace]:
    return [SimpleNamespace(key="Engraving", value=line.engraving)] if line.engraving else []


@resolves("LineItem.image")
def image(line: LineItem, ask: Ask, args: dict[str, Any]) -> MediaImage | None:
    if line.variant is None:
        return None
    pictures = (medium for medium in line.variant.product.media if isinstance(medium, MediaImage))
    return picture_of(line.variant) or next(pictures, None)


@resolves("DiscountAllocation.allocatedAmount")
def allocated(allocation: Allocation, ask: Ask, args: dict[str, Any]) -> Money:
    return money(ask, allocation.amount)


@resolves("Order.shippingLine")
def shipping_line(order: Order, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(
        id=f"gid://shopify/ShippingLine/{order.number + 11}",
        title="Standard",
        code="standard",
        source="shopify",
        custom=False,
        carrier_identifier=None,
        phone=order.customer.phone if order.customer else None,
        is_removed=False,
        original_price_set=bag(ask, order.shipping),
        discounted_price_set=bag(ask, order.shipping),
        current_discounted_price_set=bag(ask, order.shipping),
        tax_lines=[],
    )


@resolves("Order.shippingLines")
def shipping_lines(order: Order, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order([shipping_line(order, ask, args)])


@resolves("Order.fulfillments")
def fulfillments(order: Order, ask: Ask, args: dict[str, Any]) -> list[SimpleNamespace]:
    if order.display_fulfillment_status != "FULFILLED":
        return []
    tracking = SimpleNamespace(company="DHL", number=f"00340{order.place:09d}", url=None)
    return [
        SimpleNamespace(
            KIND="Fulfillment",
            id=f"gid://shopify/Fulfillment/{order.number + 13}",
            legacy_resource_id=str(order.number + 13),
            name=f"{order.name}.1",
            created_at=order.created_at,
            updated_at=order.created_at,
            delivered_at=None,
            status="SUCCESS",
            display_status="FULFILLED",
            total_quantity=sum(line.quantity for line in order.line_items),
            tracking_info=[tracking],
        )
    ][: args.get("first")]


@resolves("Fulfillment.trackingInfo")
def tracking_info(fulfillment: Any, ask: Ask, args: dict[str, Any]) -> list[Any]:
    return list(fulfillment.tracking_info)[: args.get("first")]
