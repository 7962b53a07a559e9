"""How much room a text takes, before any font is asked: an estimate by script, in ems.

The figures are those of FiraGO Bold, measured over sentences of each script; other fonts for screens are
near it. An estimate decides what is worth a warning, not where a line breaks.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from math import ceil
from typing import Final

_NARROW: Final = frozenset("ijltfrI.,:;!|'’()[]\N{MIDDLE DOT}")
_BROAD: Final = frozenset("mwMWQ@%&\N{EM DASH}")
_BLANK_EMS: Final = 0.24
_NARROW_EMS: Final = 0.31
_BROAD_EMS: Final = 0.81
_CAPITAL_EMS: Final = 0.62
_LETTER_EMS: Final = 0.54
#: Drawn over, under or within another, or not at all.
_DRAWN_WITHIN: Final = frozenset(("Mn", "Me", "Cf", "Cc"))
# Thai, Lao, Burmese, Khmer, Chinese and Japanese put no blanks between words: a line may end at any letter.
_UNBLANKED: Final = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60"
_PIECE: Final = re.compile(rf"(\s*)([{_UNBLANKED}]|[^\s{_UNBLANKED}]+)")


def ems(text: str) -> float:
    """Return how wide a text is in one line, in units of the size of its letters."""
    return sum(map(_em, text))


def lines(text: str, width_ems: float) -> int:
    """Return how many lines a text takes in a column of this width."""
    count, used = 0, 0.0
    for blank, piece in _pieces(text):
        wide = ems(piece)
        if count and used + blank + wide <= width_ems:
            used += blank + wide
            continue
        # A word that is longer than a line is broken where the line ends.
        rows = max(1, ceil(wide / width_ems))
        count, used = count + rows, wide - (rows - 1) * width_ems
    return count


def _pieces(text: str) -> Iterator[tuple[float, str]]:
    for blank, piece in _PIECE.findall(text):
        yield (_BLANK_EMS if blank else 0.0), piece


@lru_cache(maxsize=4096)
def _em(letter: str) -> float:
    if letter in _NARROW:
        return _NARROW_EMS
    if letter in _BROAD:
        return _BROAD_EMS
    if unicodedata.east_asian_width(letter) in ("W", "F"):
        return 1.0
    category = unicodedata.category(letter)
    if category in _DRAWN_WITHIN:
        return 0.0
    if category.startswith("Z"):
        return _BLANK_EMS
    return _CAPITAL_EMS if category == "Lu" else _LETTER_EMS
