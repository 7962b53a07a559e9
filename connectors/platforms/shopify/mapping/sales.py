"""Orders without their customers."""

from connectors.platforms.base import Found
from connectors.platforms.shopify import ids
from connectors.platforms.shopify.mapping.values import shop_money, utc, utc_or_none
from connectors.platforms.shopify.wire import sales as wire
from connectors.policy.records import Sale, SaleLine


def sale(found: wire.Order, lines: list[wire.LineItem]) -> Found:
    """Return an order as a record, its lines in the order they were made in."""
    record_id = ids.tail(ids.ORDER, found.id)
    created_at, version = utc(found.created_at), utc(found.updated_at)
    numbered = sorted((int(ids.tail(ids.LINE, line.id)), index) for index, line in enumerate(lines))
    record = Sale(
        sale_id=record_id,
        created_at=created_at,
        updated_at=version,
        currency=found.currency_code,
        subtotal=shop_money(found.subtotal_price_set, "Order.subtotalPriceSet"),
        total=shop_money(found.total_price_set, "Order.totalPriceSet"),
        discounts=shop_money(found.total_discounts_set, "Order.totalDiscountsSet"),
        tax=shop_money(found.total_tax_set, "Order.totalTaxSet"),
        shipping=shop_money(found.total_shipping_price_set, "Order.totalShippingPriceSet"),
        refunded=shop_money(found.total_refunded_set, "Order.totalRefundedSet"),
        financial_status=_lower(found.display_financial_status),
        fulfillment_status=_lower(found.display_fulfillment_status),
        cancelled_at=utc_or_none(found.cancelled_at),
        test=found.test,
        channel=found.source_name or None,
        gateways=tuple(found.payment_gateway_names),
        lines=tuple([_line(lines[index]) for _, index in numbered]),
    )
    return Found("sale", record_id, version, record, dated_at=created_at)


def _line(found: wire.LineItem) -> SaleLine:
    return SaleLine(
        product_id=None if found.product is None else ids.tail(ids.PRODUCT, found.product.id),
        variant_id=None if found.variant is None else ids.tail(ids.VARIANT, found.variant.id),
        quantity=found.quantity,
        current_quantity=found.current_quantity,
        unit_price=shop_money(found.original_unit_price_set, "LineItem.originalUnitPriceSet"),
        total=shop_money(found.discounted_total_set, "LineItem.discountedTotalSet"),
        discount=shop_money(found.total_discount_set, "LineItem.totalDiscountSet"),
    )


def _lower(word: str | None) -> str | None:
    return None if word is None else word.lower()
