"""Where the pictures of sites lie, and how their network scales them."""

import re
from typing import Final

from connectors.platforms.opening import Credentials, origin_of
from connectors.platforms.wix.framing import API_ORIGIN

#: https://dev.wix.com/docs/api-reference/assets/media/media-manager/url-image-transformation
HOST: Final = "static.wixstatic.com"
#: An address of the media manager's, as it is or scaled before; what else a path may hold is left alone.
_MEDIA: Final = re.compile(r"(https?://[^/]+/media/[^/?#]+)(?:/v1/fit/[^/?#]+/[^/?#]+)?")


def picture_hosts(credentials: Credentials) -> tuple[str, ...]:
    """Return Wix's own host, and the origin of who plays Wix."""
    return (HOST,) if credentials.origin == API_ORIGIN else (HOST, origin_of(credentials.origin))


def scaled_picture(url: str, width: int, height: int) -> str:
    """Return the address of a picture in just this size.

    With another proportion than the picture's own, Wix would pad it.
    """
    media = _MEDIA.fullmatch(url)
    return f"{media[1]}/v1/fit/w_{width},h_{height},q_90/file.jpg" if media else url
