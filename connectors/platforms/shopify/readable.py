"""Raw nodes and lines to records, or why not: one that cannot be read never takes others with it."""

from collections.abc import Callable
from typing import Final, TypeVar

from msgspec.json import Decoder

from connectors.errors import BadAnswer, Malformed
from connectors.platforms.base import Found, Unreadable
from connectors.platforms.shopify.wire.offers import DiscountNode
from connectors.platforms.shopify.wire.products import Level, Media, Product, Variant
from connectors.platforms.shopify.wire.sales import LineItem, Order

T = TypeVar("T")

PRODUCT: Final = Decoder(Product)
VARIANT: Final = Decoder(Variant)
LEVEL: Final = Decoder(Level)
MEDIA: Final = Decoder(Media)
ORDER: Final = Decoder(Order)
LINE: Final = Decoder(LineItem)
OFFER: Final = Decoder(DiscountNode)


def readable(kind: str, read: Callable[[T], Found], raw: T) -> Found | Unreadable:
    """Return what `read` makes of `raw`, or the type and path at which it stopped.

    Only what lies in the record itself: a store that is closed, or throttled, passes through.
    """
    try:
        return read(raw)
    except (BadAnswer, Malformed) as error:
        return Unreadable(kind, str(error))
