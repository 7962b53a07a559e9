"""Where the pictures of shops lie, and how their network scales them."""

from typing import Final
from urllib.parse import urlsplit

from connectors.platforms.opening import Credentials, origin_of
from connectors.platforms.shopify.places import SHOPIFYS_OWN

#: https://shopify.dev/docs/storefronts/themes/best-practices/performance/platform: whatever a shop uploads is
#: served from here, and the Admin API names pictures here (the examples of `Image.url`).
HOST: Final = "cdn.shopify.com"

_SIDES: Final = ("width=", "height=")


def picture_hosts(credentials: Credentials) -> tuple[str, ...]:
    """Return Shopify's own host, and the origin of who plays Shopify."""
    if credentials.origin == SHOPIFYS_OWN:
        return (HOST,)
    return (HOST, origin_of(credentials.origin))


def scaled_picture(url: str, width: int, height: int) -> str:
    """Return the address of a picture that is at most so wide.

    https://shopify.dev/docs/api/liquid/filters/image_url: `width` in the query, never scaled up.
    """
    parts = urlsplit(url)
    kept = [each for each in parts.query.split("&") if each and not each.startswith(_SIDES)]
    return parts._replace(query="&".join([*kept, f"width={width}"])).geturl()
