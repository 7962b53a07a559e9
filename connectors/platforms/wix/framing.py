"""How our pages live in Wix's dashboard: who may frame them."""

from typing import Final
from urllib.parse import urlsplit

from connectors.platforms.opening import Credentials

HOME: Final = "/wix/"
API_ORIGIN: Final = "https://www.wixapis.com"
_ANCESTOR: Final = r"https?://(?:\*\.)?[A-Za-z0-9.-]+(?::[0-9]{1,5})?"
#: What `WIX_FRAME_ANCESTORS` may be: origins, by commas.
ANCESTORS: Final = rf"{_ANCESTOR}(?:,{_ANCESTOR}){{0,15}}"
WIXS_OWN: Final = "https://manage.wix.com,https://*.wix.com"


def frame_ancestors(credentials: Credentials) -> tuple[str, ...]:
    """Return the origins that may frame our pages; where another plays Wix, its dashboard is its own."""
    origins = tuple(filter(None, credentials.own.get("frame_ancestors", "").split(",")))
    if credentials.origin == API_ORIGIN:
        return origins
    parts = urlsplit(credentials.origin)
    return (*origins, f"{parts.scheme}://{parts.netloc}")
