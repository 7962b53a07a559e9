"""`/v2/orders` and what belongs to it. An order always names its customer; no query can leave that out."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

from werkzeug import Response

from connectors.sandbox.bigcommerce.api.ask import Ask, Body, RefusedError, atom, nothing_there, said
from connectors.sandbox.bigcommerce.api.listing import Column, kept, moment, page, page_v2
from connectors.sandbox.bigcommerce.api.order_bodies import line_body, order_body, shipping_address
from connectors.sandbox.bigcommerce.sales import STATUSES, Order, Refund

SORTS: dict[str, Callable[[Order], Any]] = {
    "id": lambda order: order.number,
    "customer_id": lambda order: order.customer.number,
    "date_created": lambda order: order.created_at,
    "date_modified": lambda order: order.changed_at,
    "status_id": lambda order: order.status,
    "channel_id": lambda order: 1,
    "external_id": lambda order: 0,
}
REFUNDS = {
    "order_id": Column(lambda one: one.order.number, int, frozenset({"in"})),
    "id": Column(lambda one: one.number, int, frozenset({"in"})),
    "created": Column(lambda one: one.created_at, moment, frozenset({"min", "max"})),
}
EXPLAINED = "What the platform says about this status."


def orders(ask: Ask) -> Response:
    """Answer `GET /orders`."""
    rows = _found(ask)
    return page_v2(ask, rows, lambda row: order_body(ask, row))


def count(ask: Ask) -> Response:
    """Answer `GET /orders/count`: by status, and of all that the query means."""
    rows = _found(ask)
    by_status = Counter(row.status for row in rows)
    statuses = [
        status_body(number) | {"count": by_status[number], "sort_order": STATUSES[number][1]}
        for number in STATUSES
    ]
    return said({"statuses": statuses, "count": len(rows)})


def order(ask: Ask) -> Response:
    """Answer `GET /orders/{id}`."""
    return said(order_body(ask, _order(ask)))


def lines(ask: Ask) -> Response:
    """Answer `GET /orders/{id}/products`."""
    held = _order(ask)
    return page_v2(ask, held.lines, lambda row: line_body(held, row))


def coupons(ask: Ask) -> Response:
    """Answer `GET /orders/{id}/coupons`."""
    held = _order(ask)
    rows = [held.coupon] if held.coupon else []
    return page_v2(
        ask,
        rows,
        lambda row: {
            "id": held.number, "coupon_id": row[0], "order_id": held.number, "code": row[1], "amount": 10,
            "type": 1, "discount": float(held.discount),
        },
    )  # fmt: skip


def shipping_addresses(ask: Ask) -> Response:
    """Answer `GET /orders/{id}/shipping_addresses`."""
    held = _order(ask)
    return page_v2(ask, [held], lambda row: shipping_address(row))


def statuses(ask: Ask) -> Response:
    """Answer `GET /order_statuses`."""
    return said([status_body(number) | {"order": STATUSES[number][1]} for number in STATUSES])


def refunds(ask: Ask) -> Response:
    """Answer `GET /orders/payment_actions/refunds` of v3."""
    rows = [refund for held in ask.store.orders for refund in held.refunds]
    return page(ask, kept(ask, rows, REFUNDS, own=frozenset({"transaction_id"})), _refund)


def status_body(number: int) -> Body:
    """Write a status; the label is the merchant's own."""
    name = STATUSES[number][0]
    return {
        "id": number,
        "name": name,
        "system_label": name,
        "custom_label": name,
        "system_description": EXPLAINED,
    }


def _found(ask: Ask) -> list[Order]:
    """Find the orders that a query means; v2 lets a parameter that it does not know pass."""
    asked = tuple((name, _value(name, text)) for name, text in sorted(ask.args.items()) if name in FILTERS)
    sort, _, direction = ask.args.get("sort", "id").partition(":")
    if sort not in SORTS:
        raise RefusedError(400, "The field 'sort' is invalid.")

    def search(rows: list[Order]) -> list[Order]:
        for name, value in asked:
            keeps = FILTERS[name][1]
            rows = [row for row in rows if keeps(row, value)]
        return sorted(rows, key=SORTS[sort], reverse=direction == "desc")

    return ask.store.orders.find((asked, sort, direction), search)


def _value(name: str, text: str) -> Any:
    try:
        return FILTERS[name][0](text)
    except (ValueError, InvalidOperation) as error:
        raise RefusedError(400, f"The field '{name}' is invalid.") from error


def _moment(text: str) -> datetime:
    """Read a time as RFC 2822 or ISO 8601; a plus sign that was not escaped arrives as a blank."""
    try:
        read = datetime.fromisoformat(text.replace(" ", "+") if "T" in text and ":" in text[:20] else text)
    except ValueError:
        read = parsedate_to_datetime(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _order(ask: Ask) -> Order:
    row = ask.store.orders.get(ask.numbers["order"])
    if row is None:
        raise nothing_there("v2")
    return row


def _refund(row: Refund) -> Body:
    return {
        "id": row.number, "order_id": row.order.number, "user_id": 0, "created": atom(row.created_at),
        "reason": row.reason, "total_amount": float(row.amount), "total_tax": 0,
        "uses_merchant_override_values": False,
        "items": [{
            "item_type": "PRODUCT", "item_id": row.line.number, "reason": row.reason, "quantity": 1,
            "requested_amount": float(row.amount), "adjustments": [],
        }],
        "payments": [{
            "id": row.number, "provider_id": "custom", "amount": float(row.amount), "offline": True,
            "is_declined": False, "declined_message": "",
        }],
    }  # fmt: skip


FILTERS: dict[str, tuple[Callable[[str], Any], Callable[[Order, Any], bool]]] = {
    "min_id": (int, lambda order, wanted: order.number >= wanted),
    "max_id": (int, lambda order, wanted: order.number <= wanted),
    "min_total": (Decimal, lambda order, wanted: order.total >= wanted),
    "max_total": (Decimal, lambda order, wanted: order.total <= wanted),
    "customer_id": (int, lambda order, wanted: order.customer.number == wanted),
    "email": (str, lambda order, wanted: order.customer.email == wanted),
    "status_id": (int, lambda order, wanted: order.status == wanted),
    "payment_method": (str, lambda order, wanted: order.payment_method == wanted),
    "min_date_created": (_moment, lambda order, wanted: order.created_at >= wanted),
    "max_date_created": (_moment, lambda order, wanted: order.created_at <= wanted),
    "min_date_modified": (_moment, lambda order, wanted: order.changed_at >= wanted),
    "max_date_modified": (_moment, lambda order, wanted: order.changed_at <= wanted),
    "channel_id": (int, lambda order, wanted: wanted == 1),
}
