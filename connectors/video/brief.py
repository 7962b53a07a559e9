"""The brief as the renderer reads it: docs/feed.md shows one. What it does not know it passes over.

Fields with a default came later than the first briefs, or may be empty; money and percents are text that is
shown or compared, never reckoned with.
"""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from connectors.video.errors import Unusable
from connectors.video.plan import FORMATS, Box, Format

READABLE_FORMAT: Final = 1


class Picture(Struct, frozen=True):
    """A picture of a product: `fetch` is where it is loaded from, `url` is its name and a fallback."""

    url: str
    width: int | None = None
    height: int | None = None
    alt: str | None = None
    fetch: str | None = None


class Reduction(Struct, frozen=True):
    """What a product's compare-at price promises. `percent_text` is written the locale's way."""

    kind: str = ""
    saved: str = ""
    percent: str = ""
    percent_text: str = ""


class Finding(Struct, frozen=True):
    """What will not look its best."""

    code: str = ""
    message: str = ""


class Product(Struct, frozen=True):
    """A product, best first. `price_text` and `badge` are ready to be shown, in the store's language."""

    id: str
    title: str
    price: str
    currency: str
    rank: int = 0
    reason: str = ""
    reasons: tuple[str, ...] = ()
    product_id: str = ""
    text: str | None = None
    vendor: str | None = None
    url: str | None = None
    pictures: tuple[Picture, ...] = ()
    compare_at_price: str | None = None
    price_text: str | None = None
    compare_at_price_text: str | None = None
    price_varies: bool = False
    offer: Reduction | None = None
    badge: str | None = None
    sold: int = 0
    left: int | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def shown_price(self) -> str:
        """The price as it is shown."""
        return self.price_text or f"{self.price} {self.currency}"

    @property
    def shown_compare_at_price(self) -> str | None:
        """The price of before as it is shown, struck out; None where there is none."""
        if self.compare_at_price is None:
            return None
        return self.compare_at_price_text or f"{self.compare_at_price} {self.currency}"


class Offer(Struct, frozen=True):
    """An offer of the whole store that runs now."""

    id: str
    title: str = ""
    percent: str | None = None
    amount: str | None = None
    ends_at: datetime | None = None
    text: str | None = None
    ends_text: str | None = None


class Brand(Struct, frozen=True):
    """Whose video it is. `direction` is `ltr` or `rtl`."""

    name: str
    domain: str | None = None
    country_code: str | None = None
    currency: str | None = None
    money_format: str | None = None
    timezone: str | None = None
    locale: str | None = None
    language: str | None = None
    direction: str = "ltr"


class CallToAction(Struct, frozen=True):
    """What the video ends with."""

    text: str
    url: str | None = None


class Source(Struct, frozen=True):
    """What a brief was made from, at which change: sent back as it came when a video is registered."""

    kind: str
    id: str
    change: int


class Safe(Struct, frozen=True):
    """Where text may stand."""

    x: float
    y: float
    width: float
    height: float


class Hint(Struct, frozen=True):
    """A format that the feed asks for."""

    format: str
    width: int
    height: int
    safe: Safe

    @property
    def plan(self) -> Format:
        """The format as storyboards take it."""
        safe = self.safe
        return Format(self.format, self.width, self.height, Box(safe.x, safe.y, safe.width, safe.height))


class Brief(Struct, frozen=True):
    """What a video of one store is made from. `texts` is the language that ready texts are in."""

    format: int
    store: str
    epoch: int
    brand: Brand
    products: tuple[Product, ...] = ()
    offers: tuple[Offer, ...] = ()
    lineage: tuple[Source, ...] = ()
    call_to_action: CallToAction | None = None
    texts: str | None = None
    formats: tuple[Hint, ...] = ()
    findings: tuple[Finding, ...] = ()

    def shape(self, name: str) -> Format:
        """Return the format of this name, with the brief's own safe box where it has one."""
        hint = next((each for each in self.formats if each.format == name), None)
        return hint.plan if hint else FORMATS[name]


_DECODER: Final = msgspec.json.Decoder(Brief)


def read(body: bytes) -> Brief:
    """Return the brief in a JSON body; raises Unusable, which names the place that cannot be read."""
    try:
        brief = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"the brief cannot be read: {error}") from None
    if brief.format != READABLE_FORMAT:
        raise Unusable(f"the brief is of format {brief.format}: this renderer reads {READABLE_FORMAT}")
    return brief
