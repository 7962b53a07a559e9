"""Where the pictures of stores lie."""

from typing import Final

from connectors.platforms.bigcommerce.framing import API_ORIGIN
from connectors.platforms.opening import Credentials, origin_of

#: https://developer.bigcommerce.com/docs/rest-catalog/products/images: `url_zoom` and the others are made by
#: BigCommerce, whatever was uploaded, and lie at `cdn8.bigcommerce.com`, `cdn11.bigcommerce.com` and so on.
HOSTS: Final = "cdn*.bigcommerce.com"


def picture_hosts(credentials: Credentials) -> tuple[str, ...]:
    """Return BigCommerce's own hosts, and the origin of who plays BigCommerce."""
    return (HOSTS,) if credentials.origin == API_ORIGIN else (HOSTS, origin_of(credentials.origin))


def scaled_picture(url: str, width: int, height: int) -> str:
    """Return the address that came: `url_zoom`, which we read, has at most 1280 pixels a side."""
    return url
