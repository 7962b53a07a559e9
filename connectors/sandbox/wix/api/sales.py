"""Orders, their transactions, and offers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connectors.sandbox.wix import permissions
from connectors.sandbox.wix.api.door import Ask, Body, door
from connectors.sandbox.wix.api.paging import by_cursor, by_offset
from connectors.sandbox.wix.api.v1 import opened, sorting
from connectors.sandbox.wix.asking import Column, Table
from connectors.sandbox.wix.bodies import offers, orders
from connectors.sandbox.wix.refusals import invalid, nothing_there
from connectors.sandbox.wix.sales import Order

MOST = 100
ORDERS = Table(
    "orders",
    {
        "id": Column(lambda one: one.id, sortable=False),
        "number": Column(lambda one: one.number, kind=int),
        "createdDate": Column(lambda one: one.created, kind=datetime),
        "updatedDate": Column(lambda one: one.updated, kind=datetime),
        "purchasedDate": Column(lambda one: one.created, kind=datetime),
        "status": Column(lambda one: one.status),
        "paymentStatus": Column(lambda one: one.payment),
        "fulfillmentStatus": Column(lambda one: one.fulfilment),
        "channelInfo.type": Column(lambda one: one.channel),
        "priceSummary.total.amount": Column(lambda one: float(one.total), kind=float),
        "buyerInfo.email": Column(lambda one: one.buyer.email if one.buyer else None),
        "archived": Column(lambda one: one.archived, sortable=False, kind=bool),
        "imported": Column(lambda one: one.imported, sortable=False, kind=bool),
        "demo": Column(lambda one: one.demo, sortable=False, kind=bool),
    },
    lambda one: one.number,
    ("createdDate", True),
)
RULES = Table(
    "rules",
    {
        "id": Column(lambda one: one.id),
        "name": Column(lambda one: one.name),
        "active": Column(lambda one: one.active, kind=bool),
        "createdDate": Column(lambda one: one.created, kind=datetime),
        "updatedDate": Column(lambda one: one.updated, kind=datetime),
        "activeTimeInfo.start": Column(lambda one: one.starts, kind=datetime),
        "activeTimeInfo.end": Column(lambda one: one.ends, kind=datetime),
        "revision": Column(lambda one: one.revision, kind=int),
    },
    lambda one: one.number,
)
COUPONS = Table(
    "coupons",
    {
        "id": Column(lambda one: one.id),
        "specification.code": Column(lambda one: one.code),
        "specification.name": Column(lambda one: one.name),
        "specification.active": Column(lambda one: one.active, kind=bool),
        "dateCreated": Column(lambda one: one.created, kind=datetime),
    },
    lambda one: one.number,
    ("dateCreated", True),
)


@door(permissions.ORDERS)
def search(ask: Ask) -> Body:
    """Find orders, buyers included; those that were only begun never come."""
    wish = ask.body.get("search") or {}

    def begun() -> Iterable[Order]:
        return (one for one in ask.site.orders.values() if one.status != "INITIALIZED")

    page = by_cursor(ask, ORDERS, begun, wish, MOST)
    return {"orders": [orders.order(ask.site, one) for one in page.things], "metadata": page.cursors_and_more}


@door(permissions.ORDERS)
def order(ask: Ask) -> Body:
    """Give one order."""
    return {"order": orders.order(ask.site, _order(ask, ask.call.found["id"]))}


def _order(ask: Ask, name: str) -> Order:
    found = ask.site.orders.get(name)
    if found is None or found.status == "INITIALIZED":
        raise nothing_there()
    return found


@door(permissions.PAYMENTS)
def transactions(ask: Ask) -> Body:
    """List what was paid and given back for some orders, in the order asked."""
    names: Any = ask.body.get("orderIds") or []
    if not 1 <= len(names) <= MOST:
        raise invalid("orderIds", "must have 1 to 100 items", "MAX_SIZE", threshold=MOST)
    known = (ask.site.orders[name] for name in names if name in ask.site.orders)
    return {"orderTransactions": [orders.transactions(ask.site, one) for one in known]}


@door(permissions.RULES)
def rules(ask: Ask) -> Body:
    """Find discount rules."""
    page = by_cursor(ask, RULES, lambda: ask.site.rules.values(), ask.body.get("query") or {}, MOST)
    now = ask.wix.clock.stamp()
    told = [offers.rule(one, now) for one in page.things]
    return {"discountRules": told, "pagingMetadata": page.cursors}


@door(permissions.COUPONS)
def coupons(ask: Ask) -> Body:
    """Find coupons, for which nobody has a right to read alone; filter and sort are JSON in a string."""
    query = dict(ask.body.get("query") or {})
    wish: dict[str, Any] = opened(query.get("filter"), "query.filter") or {}
    now, expired = ask.wix.clock.stamp(), wish.pop("expired", None)
    query["filter"] = wish
    query["sort"] = sorting(opened(query.get("sort"), "query.sort") or [])
    held = [one for one in ask.site.coupons.values() if expired in (None, one.expired_at(now))]
    table = COUPONS._replace(name=f"{COUPONS.name} {expired} {[one.id for one in held]}")
    page = by_offset(ask, table, lambda: held, query, MOST, MOST)
    return {"coupons": [offers.coupon(one, now) for one in page.things], "totalResults": page.total}
