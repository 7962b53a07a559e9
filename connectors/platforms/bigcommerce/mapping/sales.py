"""Orders without their customers. All money is with tax, in the currency that the shopper paid in."""

from collections.abc import Mapping, Sequence
from typing import Final

from connectors.errors import BadAnswer
from connectors.platforms.base import Found
from connectors.platforms.bigcommerce.mapping.values import amount, moment, text_or_none
from connectors.platforms.bigcommerce.wire import sales as wire
from connectors.policy.records import Sale, SaleLine

INCOMPLETE: Final = 0
# https://docs.bigcommerce.com/developer/docs: order statuses. Their names are the merchant's to change, their
# numbers are not: (is it paid, is it sent).
_STATUSES: Final[Mapping[int, tuple[str, str | None]]] = {
    1: ("pending", "unfulfilled"),
    2: ("paid", "fulfilled"),
    3: ("paid", "partially_fulfilled"),
    4: ("refunded", None),
    5: ("voided", None),
    6: ("declined", None),
    7: ("pending", "unfulfilled"),
    8: ("paid", "ready_for_pickup"),
    9: ("paid", "unfulfilled"),
    10: ("paid", "fulfilled"),
    11: ("paid", "unfulfilled"),
    12: ("pending", "on_hold"),
    13: ("disputed", None),
    14: ("partially_refunded", None),
}
_ENDED: Final = frozenset({5, 6})


def is_sale(found: wire.Order) -> bool:
    """Tell whether an order is one: a shopper who never finished paying has bought nothing."""
    return found.status_id != INCOMPLETE and not found.is_deleted


def sale(found: wire.Order, lines: Sequence[wire.Line]) -> Found:
    """Return an order as a record, its lines as they come."""
    created_at = moment(found.date_created, "Order.date_created")
    version = moment(found.date_modified, "Order.date_modified")
    currency = found.default_currency_code or found.currency_code
    if not currency:
        raise BadAnswer("Order: the currency is missing")
    paid, sent = _STATUSES.get(found.status_id, (None, None))
    record = Sale(
        sale_id=str(found.id),
        created_at=created_at,
        updated_at=version,
        currency=currency,
        subtotal=amount(found.subtotal_inc_tax, "Order.subtotal_inc_tax"),
        total=amount(found.total_inc_tax, "Order.total_inc_tax"),
        discounts=amount(found.discount_amount, "Order.discount_amount")
        + amount(found.coupon_discount, "Order.coupon_discount"),
        tax=amount(found.total_tax, "Order.total_tax"),
        shipping=amount(found.shipping_cost_inc_tax, "Order.shipping_cost_inc_tax"),
        refunded=amount(found.refunded_amount, "Order.refunded_amount"),
        financial_status=paid,
        fulfillment_status=sent,
        cancelled_at=version if found.status_id in _ENDED else None,
        channel=text_or_none(found.order_source),
        gateways=tuple(filter(None, [text_or_none(found.payment_method)])),
        lines=tuple([_line(each) for each in lines]),
    )
    return Found("sale", record.sale_id, version, record, dated_at=created_at)


def _line(found: wire.Line) -> SaleLine:
    taken_off = [amount(each.amount, "Line.applied_discounts") for each in found.applied_discounts or ()]
    discount = sum(taken_off, start=amount(None, "Line.applied_discounts"))
    total = amount(found.total_inc_tax, "Line.total_inc_tax") - discount
    if found.discounted_total_inc_tax is not None:
        total = amount(found.discounted_total_inc_tax, "Line.discounted_total_inc_tax")
    return SaleLine(
        product_id=str(found.product_id) if found.product_id else None,
        variant_id=str(found.variant_id) if found.variant_id else None,
        quantity=found.quantity,
        current_quantity=found.quantity - (found.quantity_refunded or 0),
        unit_price=amount(found.price_inc_tax, "Line.price_inc_tax"),
        total=total,
        discount=discount,
    )
