"""Orders, by pages and one by one.

https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders. The paging of this search is called
`metadata`. A full read leaves the order to Wix, which is by the date of the order, newest first: nothing
moves while it is read. An increment goes by the date of the last change, the longest unchanged first.
"""

from datetime import datetime
from typing import Any, Final

from msgspec.json import Decoder

from connectors.platforms.base import Found, Page
from connectors.platforms.wix.client import Client, NotThere
from connectors.platforms.wix.ids import asked_id
from connectors.platforms.wix.mapping.sales import sale
from connectors.platforms.wix.mapping.values import stamp
from connectors.platforms.wix.readable import following, readable, whole, wired
from connectors.platforms.wix.wire import sales as wire

PAGE: Final = 100
_PATH: Final = "/ecom/v1/orders"

_ORDERS: Final = Decoder(wire.Orders, strict=False)
_ONE: Final = Decoder(wire.OneOrder, strict=False)
_ORDER: Final = Decoder(wire.Order, strict=False)


def page(client: Client, since: datetime | None, cursor: str | None) -> Page:
    """Read one page of orders; those that were begun and never placed Wix leaves out."""
    search: dict[str, Any] = {"cursorPaging": {"limit": PAGE}}
    if cursor is not None:
        search = {"cursorPaging": {"cursor": cursor}}
    elif since is not None:
        search["filter"] = {"updatedDate": {"$gte": stamp(since)}}
        search["sort"] = [{"fieldName": "updatedDate", "order": "ASC"}]
    answer = client.post(f"{_PATH}/search", {"search": search}, _ORDERS)
    found = wired("sale", answer.orders or [], _ORDER, "Order")
    return Page(tuple(readable("sale", each, sale) for each in found), following(answer.metadata, cursor))


def one(client: Client, sale_id: str) -> Found | None:
    """Read one order; None when the site no longer has it."""
    try:
        answer = client.get(f"{_PATH}/{asked_id(sale_id)}", _ONE)
    except NotThere:
        return None
    return whole(readable("sale", wired("sale", [answer.order], _ORDER, "Order")[0], sale))
