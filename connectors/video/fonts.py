"""The fonts that text on screen is set in: they come with packages, so every machine draws the same.

FiraGO has Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai and Georgian; Noto Sans CJK has Chinese,
Japanese and Korean. A character that neither has would come out as an empty box, so it is left away.
"""

import struct
import tempfile
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Final

import noto_cjk_sans_jp_bold
import pymupdf_fonts
import typst

FAMILIES: Final = ("FiraGO", "Noto Sans CJK JP")
_FIRAGO: Final = ("figo", "figbo")
_FORMATS_READ: Final = (4, 12)
_WARMING: Final = '#set text(font: "FiraGO", fallback: false)\na *a*'

#: Joiners that Arabic and Indic spelling needs, and marks that set a direction: seen by the shaper only.
_JOINERS: Final = frozenset("\u200c\u200d")
#: They say which way to read, from the first letter on.
_DIRECTIONS: Final = frozenset("\u200e\u200f\u061c\u2066\u2067\u2068\u2069")

Spans = tuple[tuple[int, ...], tuple[int, ...]]


@cache
def loaded() -> typst.Fonts:
    """Return the fonts, in memory."""
    noto = Path(noto_cjk_sans_jp_bold.FONT_PATH).parent
    with tempfile.TemporaryDirectory(prefix="fonts-") as folder:
        for name in _FIRAGO:
            (Path(folder) / f"{name}.ttf").write_bytes(pymupdf_fonts.myfont(name))
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder, str(noto)]
        )
        # A font's file is read when it is first set: both are, before the folder goes.
        typst.compile(_WARMING.encode(), font_paths=fonts, ignore_system_fonts=True, format="png")
    return fonts


def drawable(text: str | None) -> str:
    """Return a text as it can be drawn, on one line: without symbols that no font has.

    Empty when a letter of it is in no font: half of a word is worse than none.
    """
    drawn = []
    for each in unicodedata.normalize("NFC", text or ""):
        if each.isspace() or unicodedata.category(each) == "Cc":
            drawn.append(" ")
        elif each in _DIRECTIONS:
            drawn.append(each)
        elif each in _JOINERS:
            # Between pictures that are left away there is nothing to join.
            drawn += [each] if drawn and drawn[-1] != " " else []
        elif covered(each):
            drawn.append(each)
        elif unicodedata.category(each)[0] in "LMN" and not _selects(each):
            return ""
    kept = " ".join("".join(drawn).split())
    seen = set(kept) - _DIRECTIONS - _JOINERS - {" "}
    return kept if any(map(covered, seen)) else ""


def covered(character: str) -> bool:
    """Tell whether one of the fonts has this character."""
    code = ord(character)
    for starts, ends in coverage():
        place = bisect_right(starts, code) - 1
        if place >= 0 and code <= ends[place]:
            return True
    return False


@cache
def coverage() -> tuple[Spans, ...]:
    """Return the first and the last code of each span of characters, font by font."""
    noto = Path(noto_cjk_sans_jp_bold.FONT_PATH).read_bytes()
    return tuple(_spans(font) for font in (pymupdf_fonts.myfont("figbo"), noto))


def _selects(character: str) -> bool:
    """Tell whether this chooses how the one before is drawn (as in emoji), or frames it as a key."""
    return "\ufe00" <= character <= "\ufe0f" or character == "\u20e3"


def _spans(font: bytes) -> Spans:
    """Read which characters a font has: https://learn.microsoft.com/typography/opentype/spec/cmap"""
    found: set[tuple[int, int]] = set()
    table = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, table + 2)
    for place in range(count):
        (offset,) = struct.unpack_from(">L", font, table + 8 + 8 * place)
        (form,) = struct.unpack_from(">H", font, table + offset)
        if form in _FORMATS_READ:
            found.update((_short if form == 4 else _long)(font, table + offset))
    joined = _joined(sorted(found))
    return tuple(first for first, _ in joined), tuple(last for _, last in joined)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in spans:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _table(font: bytes, name: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for place in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * place)
        if tag == name:
            return int(offset)
    raise LookupError("the font has no table of characters")


def _short(font: bytes, at: int) -> set[tuple[int, int]]:
    (doubled,) = struct.unpack_from(">H", font, at + 6)
    ends = struct.unpack_from(f">{doubled // 2}H", font, at + 14)
    starts = struct.unpack_from(f">{doubled // 2}H", font, at + 16 + doubled)
    return {(first, last) for first, last in zip(starts, ends, strict=True) if first != 0xFFFF}


def _long(font: bytes, at: int) -> set[tuple[int, int]]:
    (count,) = struct.unpack_from(">L", font, at + 12)
    spans = struct.iter_unpack(">LLL", font[at + 16 : at + 16 + 12 * count])
    return {(first, last) for first, last, _ in spans}
