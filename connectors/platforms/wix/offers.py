"""Discount rules, by pages and one by one.

https://dev.wix.com/docs/rest/business-solutions/e-commerce/extensions/discounts/discount-rules. A site that
consented to the smaller scopes does not show them (AccessDenied): then it has no offers for us.
"""

from datetime import datetime
from typing import Any, Final

from msgspec.json import Decoder

from connectors.platforms.base import Found, Page
from connectors.platforms.wix.client import Client
from connectors.platforms.wix.ids import asked_id
from connectors.platforms.wix.mapping.offers import offer
from connectors.platforms.wix.mapping.values import stamp
from connectors.platforms.wix.readable import following, readable, whole, wired
from connectors.platforms.wix.wire import offers as wire

PAGE: Final = 100
_PATH: Final = "/ecom/v1/discount-rules/query"

_RULES: Final = Decoder(wire.DiscountRules, strict=False)
_RULE: Final = Decoder(wire.DiscountRule, strict=False)


def page(client: Client, since: datetime | None, cursor: str | None) -> Page:
    """Read one page of discount rules."""
    return _page(client, {} if since is None else {"updatedDate": {"$gte": stamp(since)}}, cursor)


def one(client: Client, offer_id: str) -> Found | None:
    """Read one discount rule, by the same query; None when the site no longer has it."""
    items = _page(client, {"id": {"$in": [asked_id(offer_id)]}}, None).items
    return whole(items[0]) if items else None


def _page(client: Client, wanted: dict[str, Any], cursor: str | None) -> Page:
    query: dict[str, Any] = {"cursorPaging": {"limit": PAGE}}
    if cursor is not None:
        query = {"cursorPaging": {"cursor": cursor}}
    elif wanted:
        query["filter"] = wanted
    answer = client.post(_PATH, {"query": query}, _RULES)
    found = wired("offer", answer.discount_rules or [], _RULE, "DiscountRule")
    items = tuple(readable("offer", each, offer) for each in found)
    return Page(items, following(answer.paging_metadata, cursor))
