"""The address of a shop: the only name of a host that may come from outside and still be called."""

import re

from connectors.errors import Malformed

# Shopify documents the pattern without an end, so that `shop.myshopify.com.evil.example` would pass; 60
# letters are the longest name that it gives.
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\.myshopify\.com")
_LONGEST = 100


def shop_domain(claimed: object) -> str:
    """Return the shop's myshopify domain in its one spelling.

    Spaces around it, capitals, a leading `https://` and one trailing slash are forgiven.
    Raises Malformed for anything that is not exactly one label under myshopify.com.
    """
    if not isinstance(claimed, str) or not claimed.isascii() or len(claimed) > _LONGEST:
        raise Malformed("not a myshopify.com domain")
    name = claimed.strip(" ").lower().removeprefix("https://").removesuffix("/")
    if _SHOP.fullmatch(name) is None:
        raise Malformed("not a myshopify.com domain")
    return name
