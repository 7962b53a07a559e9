"""What cannot look good on a screen, and where it has to fit. Pure: a brief comes in, findings come out.

A blocking finding keeps a product out of a brief, any other stands beside it. Messages hold counts and
places, never a merchant's words.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, NamedTuple

from connectors import wording

Shape = Mapping[str, Any]

#: The formats that videos are made in, and where in each text may stand: no app lays its own buttons there.
FORMATS: Final[tuple[dict[str, Any], ...]] = tuple(
    {
        "format": name,
        "width": width,
        "height": height,
        "safe": {"x": x, "y": y, "width": wide, "height": high},
    }
    for name, width, height, (x, y, wide, high) in (
        ("9x16", 1080, 1920, (120, 288, 768, 960)),
        ("4x5", 1080, 1350, (81, 101, 918, 1148)),
        ("1x1", 1080, 1080, (81, 81, 918, 918)),
        ("16x9", 1920, 1080, (144, 81, 1632, 918)),
    )
)
#: The shorter side of a picture that fills a canvas of 1080 pixels without looking soft.
SMALL_PIXELS: Final = 600
#: Of a canvas whose shorter side is 1080: the size that a title is best in, and the least that a thumb's
#: length away can be read.
GOOD_PIXELS, LEAST_PIXELS = 64, 48
GOOD_LINES, MOST_LINES = 2, 3
#: Fewer letters may be a name: IKEA, NASA.
CAPITALS: Final = 10


class Code(StrEnum):
    """What is wrong, in one word, made for programs."""

    NO_PICTURE = "no_picture"
    PICTURE_ELSEWHERE = "picture_elsewhere"
    PICTURE_SMALL = "picture_small"
    NO_PRICE = "no_price"
    NO_CURRENCY = "no_currency"
    NO_TITLE = "no_title"
    TITLE_TOO_LONG = "title_too_long"
    TITLE_LONG = "title_long"
    TITLE_CAPITALS = "title_capitals"
    CONTROL_CHARACTERS = "control_characters"
    RTL_NOT_SHAPED = "rtl_not_shaped"
    RTL_VISUAL_ORDER = "rtl_visual_order"
    DIRECTION_OVERRIDDEN = "direction_overridden"
    DIRECTION_CONTROLS = "direction_controls"
    DIRECTION_MISMATCH = "direction_mismatch"
    WORDS_ELSEWHERE = "words_elsewhere"
    NOTHING_TO_SHOW = "nothing_to_show"


WARNINGS: Final = frozenset(
    (Code.PICTURE_SMALL, Code.TITLE_LONG, Code.TITLE_CAPITALS, Code.DIRECTION_CONTROLS, Code.WORDS_ELSEWHERE)
)


class Finding(NamedTuple):
    """One thing that is wrong, with a sentence for people."""

    code: Code
    message: str

    @property
    def blocks(self) -> bool:
        """Whether what it is about cannot be shown."""
        return self.code not in WARNINGS

    def shape(self) -> dict[str, str]:
        """Return it as it stands in a brief."""
        return {"code": self.code, "message": self.message}


def of_product(product: Shape, brief: Shape) -> list[Finding]:
    """Return what is wrong with one product of a brief."""
    return [
        *_pictures(product),
        *_price(product),
        *_title(product, brief.get("formats") or FORMATS),
        *_text(product),
    ]


def of_whole(brief: Shape) -> list[Finding]:
    """Return what is wrong with a brief beside its products."""
    return [*_brand(brief), *_words(brief)]


def _pictures(product: Shape) -> Iterator[Finding]:
    pictures = product.get("pictures") or ()
    if not pictures:
        yield Finding(Code.NO_PICTURE, "There is no picture")
        return
    sides = [
        min(each["width"], each["height"]) for each in pictures if each.get("width") and each.get("height")
    ]
    if len(sides) == len(pictures) and max(sides) < SMALL_PIXELS:
        yield Finding(
            Code.PICTURE_SMALL,
            f"The largest picture has {max(sides)} pixels on its shorter side, and {SMALL_PIXELS} look sharp",
        )


def _price(product: Shape) -> Iterator[Finding]:
    try:
        price = Decimal(str(product.get("price")))
    except InvalidOperation:
        price = Decimal(0)
    if not (price.is_finite() and price > 0):
        yield Finding(Code.NO_PRICE, "There is no price")
    if not _has_currency(product):
        yield Finding(Code.NO_CURRENCY, "The price has no currency")


def _has_currency(found: Shape) -> bool:
    """Tell whether a currency is named by its code: XXX is that of none (ISO 4217)."""
    code = found.get("currency") or ""
    return code != "XXX" and _CURRENCY.fullmatch(code) is not None


def _title(product: Shape, formats: Any) -> Iterator[Finding]:
    title = product.get("title") or ""
    if not any(unicodedata.category(letter)[0] in "LNSP" for letter in title):
        yield Finding(Code.NO_TITLE, "There is nothing to read in the title")
        return
    # A wider box never takes more lines: the narrowest tells, of a title that may be one of very many.
    narrowest = min(_line_pixels(each) for each in formats)
    most = wording.lines(title, narrowest / LEAST_PIXELS)
    if most > MOST_LINES:
        yield Finding(
            Code.TITLE_TOO_LONG,
            f"The title takes {most} lines of the least size, and {MOST_LINES} fit its box",
        )
    elif (good := wording.lines(title, narrowest / GOOD_PIXELS)) > GOOD_LINES:
        yield Finding(
            Code.TITLE_LONG, f"The title takes {good} lines of a good size, and {GOOD_LINES} look best"
        )
    letters = [letter for letter in title if letter.isupper() or letter.islower()]
    if len(letters) >= CAPITALS and all(map(str.isupper, letters)):
        yield Finding(Code.TITLE_CAPITALS, "The title is all capitals")


def _line_pixels(format_hint: Shape) -> float:
    """Return how long a line is, on a canvas whose shorter side is 1080."""
    shorter: int = min(format_hint["width"], format_hint["height"])
    return float(format_hint["safe"]["width"] * 1080 / shorter)


def _text(product: Shape) -> Iterator[Finding]:
    words = " ".join(filter(None, (product.get("title"), product.get("text"))))
    controls = sum(unicodedata.category(each) == "Cc" and not each.isspace() for each in words)
    if controls:
        yield Finding(Code.CONTROL_CHARACTERS, f"Title and text have {controls} control characters")
    yield from _directions(words)
    shaped = len(_SHAPED.findall(words))
    if shaped:
        yield Finding(
            Code.RTL_NOT_SHAPED,
            f"{shaped} Arabic letters are forms for a typewriter, which no font joins or turns around",
        )
    if len(_ENDS_FIRST.findall(words)) > len(_ENDS_LAST.findall(words)):
        yield Finding(
            Code.RTL_VISUAL_ORDER, "Words begin with letters that only end one: they are stored back to front"
        )


_CURRENCY: Final = re.compile(r"[A-Z]{3}")
# Arabic presentation forms, without the ligatures and signs that people type, such as the rial.
_SHAPED: Final = re.compile(r"[\ufb50-\ufdcf\ufe70-\ufefc]")
# Hebrew's five final letters; in Arabic ta marbuta and alef maksura: each only ends a word.
_LAST: Final = "ךםןףץةى"
_ENDS_FIRST: Final = re.compile(rf"(?<!\w)[{_LAST}](?=\w)")
_ENDS_LAST: Final = re.compile(rf"(?<=\w)[{_LAST}](?!\w)")
_OVERRIDES: Final = "\u202d\u202e"
# Embeddings and isolates (UAX 9), which stand in pairs.
_OPENS_OR_CLOSES: Final = frozenset("\u202a\u202b\u202c\u2066\u2067\u2068\u2069")
_PAIR: Final = re.compile("[\u202a\u202b]\u202c|[\u2066-\u2068]\u2069")


def _directions(words: str) -> Iterator[Finding]:
    if any(each in words for each in _OVERRIDES):
        yield Finding(
            Code.DIRECTION_OVERRIDDEN, "The text turns the direction of its letters around by force"
        )
        return
    marks = "".join(each for each in words if each in _OPENS_OR_CLOSES)
    while (fewer := _PAIR.sub("", marks)) != marks:
        marks = fewer
    if marks:
        yield Finding(Code.DIRECTION_CONTROLS, "Marks of direction are opened and not closed, or closed only")


def _brand(brief: Shape) -> Iterator[Finding]:
    brand = brief.get("brand") or {}
    if not _has_currency(brand):
        yield Finding(Code.NO_CURRENCY, "The store has no currency")
    runs = wording.direction(brand.get("locale"))
    if brand.get("direction") != runs:
        yield Finding(
            Code.DIRECTION_MISMATCH, f"The store's language runs {runs}, and its direction does not"
        )
    if not brief.get("products"):
        yield Finding(Code.NOTHING_TO_SHOW, "There is no product that can be shown")


def _words(brief: Shape) -> Iterator[Finding]:
    language, words = (brief.get("brand") or {}).get("language"), brief.get("texts")
    if words == wording.FALLBACK and language not in (None, wording.FALLBACK):
        yield Finding(Code.WORDS_ELSEWHERE, "Our words are English: we do not have the store's language")
