"""Shopify's global ids and ours.

One rule for every place that names a record (records, events, rows): the numeric tail of the global id, as
text: `gid://shopify/Product/632910392` is `632910392`. Offers keep the node's type, because two types share
one number space: `DiscountCodeNode/123`. Numbers pass 2^53, so they are never floats and seldom ints.
"""

import re

from connectors.errors import Malformed

PRODUCT = "gid://shopify/Product/"
VARIANT = "gid://shopify/ProductVariant/"
ITEM = "gid://shopify/InventoryItem/"
LOCATION = "gid://shopify/Location/"
ORDER = "gid://shopify/Order/"
LINE = "gid://shopify/LineItem/"

_PREFIX = "gid://shopify/"
_NUMBER = re.compile(r"[0-9]{1,20}")
_OFFER = re.compile(r"Discount(?:Code|Automatic)?Node/[0-9]{1,20}")

# Our kind of record (or `export`, or `stock`) -> Shopify's type. Offers name their own.
_TYPES = {
    "product": "Product",
    "variant": "ProductVariant",
    "sale": "Order",
    "stock": "InventoryItem",
    "location": "Location",
    "shop": "Shop",
    "export": "BulkOperation",
}


def number(claimed: object) -> str:
    """Return the numeric tail of a global id, or of a number; raises Malformed for anything else.

    A query part, as in `gid://shopify/InventoryLevel/1?inventory_item_id=2`, is left out.
    """
    if isinstance(claimed, int) and not isinstance(claimed, bool):
        claimed = str(claimed)
    if not isinstance(claimed, str):
        raise Malformed("not a Shopify id")
    tail = claimed
    if claimed.startswith(_PREFIX):
        _, _, tail = claimed.removeprefix(_PREFIX).partition("/")
        tail, _, _ = tail.partition("?")
    if _NUMBER.fullmatch(tail) is None:
        raise Malformed("not a Shopify id")
    return tail


def tail(prefix: str, claimed: str) -> str:
    """Return the number after a prefix that names one type; the fast way, for mapping.

    Raises Malformed when the id is of another type or no id.
    """
    digits = claimed[len(prefix) :] if claimed.startswith(prefix) else ""
    if digits.isdigit() and digits.isascii():
        return digits
    raise Malformed("not a Shopify id of the type expected")


def record_id(kind: str, claimed: object) -> str:
    """Return our id of a record of that kind; raises Malformed when `claimed` is not Shopify's id of one."""
    if kind != "offer":
        return number(claimed)
    tail = claimed.removeprefix(_PREFIX) if isinstance(claimed, str) else ""
    if _OFFER.fullmatch(tail) is None:
        raise Malformed("not a Shopify discount id")
    return tail


def gid(kind: str, ours: str) -> str:
    """Return Shopify's global id of our id; raises Malformed when it is none of ours."""
    if kind == "offer":
        return _PREFIX + record_id(kind, ours)
    if _NUMBER.fullmatch(ours) is None:
        raise Malformed("not an id of ours")
    return f"{_PREFIX}{_TYPES[kind]}/{ours}"


def type_of(claimed: str) -> str:
    """Return the type that a global id names; empty when it is no global id."""
    return claimed.removeprefix(_PREFIX).partition("/")[0] if claimed.startswith(_PREFIX) else ""
