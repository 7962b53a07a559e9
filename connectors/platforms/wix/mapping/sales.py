"""Orders without their buyers."""

from decimal import Decimal
from typing import Final

from connectors.platforms.base import Found
from connectors.platforms.wix.ids import is_id, record_id
from connectors.platforms.wix.mapping.values import amount, money, needed, utc, word
from connectors.platforms.wix.wire import sales as wire
from connectors.policy.records import Sale, SaleLine

#: What Wix Stores is called in a line: other apps sell things that are no products.
WIX_STORES: Final = frozenset(
    {"215238eb-22a5-4c36-9e7b-e7c08025e04e", "1380b703-ce81-ff05-f115-39571d94dfcd"}
)
#: Orders that came to nothing. Wix says that they did, not when: the order's last change stands for it.
_CANCELLED: Final = frozenset({"CANCELED", "REJECTED"})


def sale(found: wire.Order) -> Found:
    """Return an order as a record, its lines as they come."""
    sale_id = record_id(found.id, "Order.id")
    created_at = utc(needed(found.created_date, "Order.createdDate"))
    version = utc(found.updated_date) if found.updated_date else created_at
    prices = found.price_summary or wire.Prices()
    balance = found.balance_summary or wire.Balance()
    record = Sale(
        sale_id=sale_id,
        created_at=created_at,
        updated_at=version,
        currency=needed(found.currency, "Order.currency"),
        subtotal=money(prices.subtotal, "Order.priceSummary.subtotal"),
        total=money(prices.total, "Order.priceSummary.total"),
        discounts=money(prices.discount, "Order.priceSummary.discount"),
        tax=money(prices.tax, "Order.priceSummary.tax"),
        shipping=money(prices.shipping, "Order.priceSummary.shipping"),
        refunded=money(balance.refunded, "Order.balanceSummary.refunded"),
        financial_status=word(found.payment_status),
        fulfillment_status=word(found.fulfillment_status),
        cancelled_at=version if found.status in _CANCELLED else None,
        test=bool(found.demo),
        channel=word(found.channel_info.type) if found.channel_info else None,
        lines=tuple([_line(each) for each in found.line_items or ()]),
    )
    return Found("sale", sale_id, version, record, dated_at=created_at)


def _line(found: wire.LineItem) -> SaleLine:
    quantity = found.quantity or 0
    product_id, variant_id = _reference(found.catalog_reference)
    price = money(found.price, "LineItem.price")
    total = found.total_price_after_tax
    if total is None or total.amount is None:
        after_tax = price * quantity
    else:
        after_tax = amount(total.amount, "LineItem.totalPriceAfterTax")
    return SaleLine(
        product_id=product_id,
        variant_id=variant_id,
        quantity=quantity,
        current_quantity=max(0, quantity - (found.refund_quantity or 0)),
        unit_price=_before_discounts(found, price),
        total=after_tax,
        discount=money(found.total_discount, "LineItem.totalDiscount"),
    )


def _before_discounts(found: wire.LineItem, price: Decimal) -> Decimal:
    before = found.price_before_discounts
    if before is None or before.amount is None:
        return price
    return amount(before.amount, "LineItem.priceBeforeDiscounts")


def _reference(found: wire.CatalogReference | None) -> tuple[str | None, str | None]:
    if found is None or found.app_id not in WIX_STORES or not is_id(found.catalog_item_id):
        return None, None
    variant_id = found.options.variant_id if found.options else None
    return found.catalog_item_id, variant_id if is_id(variant_id) else None
