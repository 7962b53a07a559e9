"""Orders and discount rules, by pages and one by one; products are read by `catalog`.

https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders. The paging of this search is called
`metadata`. A full read leaves the order to Wix, which is by the date of the order, newest first: nothing
moves while it is read. An increment goes by the date of the last change, the longest unchanged first.

https://dev.wix.com/docs/rest/business-solutions/e-commerce/extensions/discounts/discount-rules
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.json import Decoder

from connectors.platforms.base import Found, Page
from connectors.platforms.wix.client import Client, NotThere
from connectors.platforms.wix.ids import asked_id
from connectors.platforms.wix.mapping.offers import offer
from connectors.platforms.wix.mapping.sales import sale
from connectors.platforms.wix.mapping.values import stamp
from connectors.platforms.wix.readable import following, readable, whole, wired
from connectors.platforms.wix.wire.offers import DiscountRule, DiscountRules
from connectors.platforms.wix.wire.sales import OneOrder, Order, Orders

PAGE: Final = 100
_ORDERS_PATH: Final = "/ecom/v1/orders"
_RULES_PATH: Final = "/ecom/v1/discount-rules/query"

_ORDERS: Final = Decoder(Orders, strict=False)
_ONE_ORDER: Final = Decoder(OneOrder, strict=False)
_ORDER: Final = Decoder(Order, strict=False)
_RULES: Final = Decoder(DiscountRules, strict=False)
_RULE: Final = Decoder(DiscountRule, strict=False)


def sales(client: Client, since: datetime | None, cursor: str | None) -> Page:
    """Read one page of orders; those that were begun and never placed Wix leaves out."""
    wanted: dict[str, Any] = {}
    if since is not None:
        wanted["filter"] = {"updatedDate": {"$gte": stamp(since)}}
        wanted["sort"] = [{"fieldName": "updatedDate", "order": "ASC"}]
    answer = client.post(f"{_ORDERS_PATH}/search", {"search": _question(wanted, cursor)}, _ORDERS)
    found = wired("sale", answer.orders or [], _ORDER, "Order")
    return Page(tuple(readable("sale", each, sale) for each in found), following(answer.metadata, cursor))


def one_sale(client: Client, sale_id: str) -> Found | None:
    """Read one order; None when the site no longer has it."""
    try:
        answer = client.get(f"{_ORDERS_PATH}/{asked_id(sale_id)}", _ONE_ORDER)
    except NotThere:
        return None
    return whole(readable("sale", wired("sale", [answer.order], _ORDER, "Order")[0], sale))


def offers(client: Client, since: datetime | None, cursor: str | None) -> Page:
    """Read one page of discount rules."""
    return _rules(
        client, {} if since is None else {"filter": {"updatedDate": {"$gte": stamp(since)}}}, cursor
    )


def one_offer(client: Client, offer_id: str) -> Found | None:
    """Read one discount rule, by the same query; None when the site no longer has it."""
    items = _rules(client, {"filter": {"id": {"$in": [asked_id(offer_id)]}}}, None).items
    return whole(items[0]) if items else None


def _rules(client: Client, wanted: Mapping[str, Any], cursor: str | None) -> Page:
    answer = client.post(_RULES_PATH, {"query": _question(wanted, cursor)}, _RULES)
    found = wired("offer", answer.discount_rules or [], _RULE, "DiscountRule")
    items = tuple(readable("offer", each, offer) for each in found)
    return Page(items, following(answer.paging_metadata, cursor))


def _question(wanted: Mapping[str, Any], cursor: str | None) -> dict[str, Any]:
    """Return what to ask; a cursor holds all of it, and nothing may be sent beside it."""
    if cursor is not None:
        return {"cursorPaging": {"cursor": cursor}}
    return {**wanted, "cursorPaging": {"limit": PAGE}}
