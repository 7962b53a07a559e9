"""What an article is."""

import html
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

_BLOCK = re.compile(r"<\s*(?:br|/p|/li|/h[1-6]|/div|/tr)\b[^>]*>", re.IGNORECASE)
_SILENT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of an article: a file, or, without `path`, a drawing of `shape` (any, if empty)."""

    name: str
    alt: str | None = None
    path: Path | None = None
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Film:
    """A film of an article; with `address` it lies elsewhere (a YouTube page)."""

    name: str
    alt: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One variant of an article: the values of its options, its price and its stock."""

    values: tuple[str, ...]
    price: Decimal
    compare_at: Decimal | None = None
    cost: Decimal | None = None
    sku: str | None = None
    barcode: str | None = None
    stock: int = 0
    tracked: bool = True
    oversell: bool = False
    grams: int = 0
    ships: bool = True
    taxable: bool = True
    photo: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One product as a merchant describes it."""

    handle: str
    title: str
    html: str = ""
    vendor: str = ""
    kind: str = ""
    tags: tuple[str, ...] = ()
    category: str | None = None
    status: str = "active"
    published: bool = True
    gift_card: bool = False
    seo_title: str | None = None
    seo_description: str | None = None
    options: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    photos: tuple[Photo, ...] = ()
    films: tuple[Film, ...] = ()


def text_of(markup: str) -> str:
    """Take the text out of a description's HTML: entities read, white space single."""
    without = _TAG.sub("", _BLOCK.sub(" ", _SILENT.sub(" ", markup)))
    return _SPACE.sub(" ", html.unescape(without)).strip()
