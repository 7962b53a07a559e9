"""Text as pictures: shaped, broken into lines and set as large as it fits. The work is typst's.

A text stands in a nominal box, from the tops of its capitals to its last baseline; what it draws, such as
marks above and below the letters, may reach out of that box, and is never cut.
"""

import io
import json
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import typst
from PIL import Image

from connectors.video import fonts
from connectors.video.errors import Unusable
from connectors.video.plan import Colour, Pixels

_TEMPLATE: Final = Path(__file__).with_name("lettering.typ")
_ELLIPSIS: Final = "…"
_CLOSE: Final = 0.32
#: Scripts with marks above and below their letters need their lines further apart.
_MARKED: Final = re.compile("[\u0590-\u06ff\u0900-\u0fff\u1ea0-\u1ef9]")
_APART: Final = 0.62
#: Words of these scripts may be broken between letters: they are written without spaces.
_SPACELESS: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_SCRIPTS: Final = {
    "th": re.compile("[\u0e00-\u0e7f]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
}
#: A language as a store calls it: "pt-BR", "zh-Hant-HK", "de_DE".
_NAME: Final = re.compile(
    r"(?P<language>[a-z]{2,3})(?![a-z])(?:[-_](?P<script>[A-Z][a-z]{3}))?(?:[-_](?P<region>[A-Z]{2})(?![A-Za-z]))?"
)
#: How much larger the letters must come out for a word to be broken.
_WORTH_BREAKING: Final = 1.25
_SMALLER: Final = 0.88


class Unwritable(Unusable):
    """A text has nothing that can be drawn, or does not fit at the least size."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: sizes in pixels, of the letter's em; `align` is left, center or right.

    Words of a `solid` one are hyphenated only where it would not fit at all.
    """

    most: int
    least: int
    lines: int = 1
    weight: int = 700
    align: str = "left"
    struck: bool = False
    solid: bool = False


@dataclass(frozen=True, slots=True)
class Lettering:
    """A drawn text. `image` (RGBA) lies at (`x`, `y`) from its nominal box, which is `width` by `height`."""

    image: Pixels
    x: int
    y: int
    width: int
    height: int
    size: int
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class _Setting:
    text: str
    style: Style
    width: int
    colour: Colour
    language: str
    region: str | None
    rtl: bool
    hyphenate: bool = False

    def inputs(self) -> dict[str, str]:
        asked = {
            "text": self.text,
            "pieces": [] if self.hyphenate else _pieces(self.text),
            "families": fonts.FAMILIES,
            "weight": self.style.weight,
            "colour": "#{:02x}{:02x}{:02x}".format(*self.colour),
            "language": self.language,
            "region": self.region,
            "rtl": self.rtl,
            "hyphenate": self.hyphenate,
            "leading": _APART if _MARKED.search(self.text) else _CLOSE,
            "align": self.style.align,
            "struck": self.style.struck,
            "width": self.width,
            "lines": self.style.lines,
            "least": self.style.least,
            "most": self.style.most,
        }
        return {"asked": json.dumps(asked)}


def write(text: str | None, style: Style, width: int, colour: Colour, *, language: str = "en") -> Lettering:
    """Draw a text at most `width` pixels wide: as large as fits, whole where it can be.

    Raises Unwritable when no font has its letters, or not even one word of it fits at the least size.
    """
    shown = fonts.drawable(text)
    if not shown:
        raise Unwritable("no font of ours has the letters of a text")
    spoken = _language(shown, language)
    return _written(_Setting(shown, style, width, colour, *spoken, runs_left(shown)))


def runs_left(text: str) -> bool:
    """Tell whether a text is read from right to left: its first letter with a direction says so."""
    for each in text:
        direction = unicodedata.bidirectional(each)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


@lru_cache(maxsize=256)
def _written(setting: _Setting) -> Lettering:
    plain = _fit(setting)
    least = plain["size"] * _WORTH_BREAKING if plain["fits"] else 0
    whole = setting.style.struck or (setting.style.solid and plain["fits"])
    if setting.style.lines > 1 and not whole and (broken := _broken(setting, least)):
        return broken
    return _drawn(setting, plain) if plain["fits"] else _cut(setting)


def _broken(setting: _Setting, least: float) -> Lettering | None:
    """Set a text with its words hyphenated, at `least` pixels or more; None where that does not fit.

    A part of a word that is too wide can't be measured beforehand: it is seen when it is drawn.
    """
    most = setting.style.most
    while most >= max(least, setting.style.least):
        tried = replace(setting, hyphenate=True, style=replace(setting.style, most=most))
        fit = _fit(tried)
        if not fit["fits"] or fit["size"] < least:
            return None
        drawn = _drawn(tried, fit)
        if drawn.x >= -fit["size"] // 4 and drawn.x + drawn.image.shape[1] <= drawn.width + fit["size"] // 4:
            return drawn
        most = int(fit["size"] * _SMALLER)
    return None


def _cut(setting: _Setting) -> Lettering:
    """Set as many words as fit at the least size, and an ellipsis; of one word, as many letters."""
    style = replace(setting.style, most=setting.style.least)
    words = setting.text.split(" ")
    spaced = len(words) > 1 and not _SPACELESS.search(setting.text)
    for parts, joint in ((words if spaced else [], " "), (list(setting.text), "")):
        if kept := _most(replace(setting, style=style), parts, joint):
            return replace(_drawn(kept, _fit(kept)), shortened=True)
    raise Unwritable(f"a text does not fit at {setting.style.least} pixels")


def _most(setting: _Setting, parts: list[str], joint: str) -> _Setting | None:
    """Return the longest beginning of a text that fits, ended by an ellipsis; None where none does."""
    low, high = 0, len(parts)
    while high - low > 1:
        middle = (low + high) // 2
        fits = _fit(replace(setting, text=_ended(joint.join(parts[:middle]))))["fits"]
        low, high = (middle, high) if fits else (low, middle)
    return replace(setting, text=_ended(joint.join(parts[:low]))) if low else None


def _ended(text: str) -> str:
    return text.rstrip(" ,.;:-–—/&|(") + _ELLIPSIS


def _fit(setting: _Setting) -> dict[str, Any]:
    answer = typst.query(
        _template(),
        "<fit>",
        field="value",
        one=True,
        sys_inputs=setting.inputs(),
        font_paths=fonts.loaded(),
        ignore_system_fonts=True,
    )
    found: dict[str, Any] = json.loads(answer)
    return found


def _drawn(setting: _Setting, fit: dict[str, Any]) -> Lettering:
    drawn = typst.compile(
        _template(),
        format="png",
        ppi=72,
        sys_inputs=setting.inputs(),
        font_paths=fonts.loaded(),
        ignore_system_fonts=True,
    )
    with Image.open(io.BytesIO(drawn)) as opened:
        page = np.asarray(opened.convert("RGBA"))
    left, top, right, bottom = _inked(page)
    size = round(fit["size"])
    return Lettering(
        np.ascontiguousarray(page[top:bottom, left:right]),
        left - size,
        top - size,
        round(fit["width"]),
        round(fit["height"]),
        size,
    )


def _inked(page: Pixels) -> tuple[int, int, int, int]:
    """Return the box of what was drawn, with one clear pixel around it."""
    rows, columns = np.flatnonzero(page[..., 3].any(axis=1)), np.flatnonzero(page[..., 3].any(axis=0))
    if not len(rows):
        raise Unwritable("no font of ours has the letters of a text")
    high, wide = page.shape[:2]
    return (
        max(int(columns[0]) - 1, 0),
        max(int(rows[0]) - 1, 0),
        min(int(columns[-1]) + 2, wide),
        min(int(rows[-1]) + 2, high),
    )


def _pieces(text: str) -> list[str]:
    """Return what may not be broken: words, without those of scripts that break anywhere."""
    return [each for each in re.split(r"\s+|(?<=[-‐–—/])", text) if each and not _SPACELESS.search(each)]


def _language(text: str, name: str) -> tuple[str, str | None]:
    """Return the language that decides where lines may break, and its region: the text's, or the store's.

    Chinese, Japanese and Korean draw the same letters differently, and Taiwan and Hong Kong do of China.
    """
    for language, letters in _SCRIPTS.items():
        if letters.search(text):
            return language, None
    found = _NAME.match(name)
    if not found:
        return "en", None
    return found["language"], found["region"] or ("TW" if found["script"] == "Hant" else None)


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()
