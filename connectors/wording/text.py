"""Text for a screen: short, cut where a reader would, and which way a language runs."""

import re
import unicodedata
from typing import Final

ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"

_BLANKS: Final = re.compile(r"\s+")
_FLAGS_LAST: Final = re.compile("[\U0001f1e6-\U0001f1ff]+\\Z")
_TAIL: Final = " ,;:.-\N{EN DASH}\N{EM DASH}"
_JOINER: Final = "\N{ZERO WIDTH JOINER}"
#: Begin and end of a piece that runs its own way, whatever stands around it (UAX 9).
_ISOLATE: Final = ("\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}")
# What CLDR says is written from right to left: languages, and scripts by their four letters.
# fmt: off
_RIGHT_TO_LEFT: Final = frozenset((
    "ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "ks", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi",
))
_RIGHT_TO_LEFT_SCRIPTS: Final = frozenset((
    "adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa",
))
# fmt: on


def one_line(text: str) -> str:
    """Return the text in one line, without control characters, which no font draws."""
    line = _BLANKS.sub(" ", text).strip()
    return (
        line if line.isprintable() else "".join(each for each in line if unicodedata.category(each) != "Cc")
    )


def isolated(text: str, line_direction: str) -> str:
    """Return a piece as it may stand in a line: apart, where one of the two runs from right to left."""
    if line_direction == "ltr" and not any(unicodedata.bidirectional(each) in ("R", "AL") for each in text):
        return text
    return text.join(_ISOLATE)


def shortened(text: str, characters: int) -> str:
    """Return the text in one line of at most so many characters, cut at a word and marked where it is cut."""
    line = one_line(text)
    if len(line) <= characters:
        return line
    room = characters - len(ELLIPSIS)
    end = line.rfind(" ", 0, room + 1)
    # A script without blanks, or one endless word: cut between two letters.
    if end < room // 2:
        end = _between_letters(line, room)
    return line[:end].rstrip(_TAIL) + ELLIPSIS


def direction(locale: str | None) -> str:
    """Return `rtl` or `ltr`; a script in the locale (`uz-Arab`) outweighs its language."""
    language, *rest = re.split(r"[-_]", (locale or "").lower())
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    if script is not None:
        return "rtl" if script in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def language(locale: str | None) -> str | None:
    """Return the language of a locale such as `pt-BR`."""
    return re.split(r"[-_]", locale)[0].lower() if locale else None


def _between_letters(line: str, room: int) -> int:
    """Return the last place at or before `room` where no letter, accent or emoji is torn apart."""
    end = room
    while end > 0 and (_joins(line[end]) or line[end - 1] == _JOINER):
        end -= 1
    # A flag is two letters of its own: where their number is odd, the cut goes through one.
    flags = _FLAGS_LAST.search(line, 0, end)
    if flags is not None and len(flags[0]) % 2 and _FLAGS_LAST.match(line[end]):
        end -= 1
    return end or room


def _joins(character: str) -> bool:
    return character == _JOINER or unicodedata.category(character) in ("Mn", "Me", "Mc", "Sk")
