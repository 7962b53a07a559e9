"""Parameters, checked: an unknown, repeated or impossible one is refused rather than overlooked.

A misspelt cursor that is overlooked starts a mirror again from 0 without a word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from connectors.errors import Malformed

_DIGITS: Final = re.compile(r"[0-9]{1,19}")
_REF: Final = re.compile(r"[a-z]{2}_[a-z2-7]{16}")
#: What a reference names, by how it begins.
_NAMED: Final = {"st": "store", "vd": "video", "er": "erasure"}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    default: int
    least: int
    most: int


CURSOR: Final = Whole(0, 0, 2**63 - 1)


def only(query: QueryDict, *names: str) -> None:
    """Raise Malformed unless every parameter is one of `names`, each at most once."""
    for name in query:
        if name not in names:
            raise Malformed(f"This address takes {', '.join(names) or 'no parameters'}, and nothing else")
        if len(query.getlist(name)) != 1:
            raise Malformed(f"{name} is given more than once")


def whole(query: QueryDict, name: str, bounds: Whole) -> int:
    """Return a parameter that is a whole number, or raise Malformed."""
    text = query.get(name)
    if text is None:
        return bounds.default
    if not _DIGITS.fullmatch(text) or not bounds.least <= int(text) <= bounds.most:
        raise Malformed(f"{name} is a whole number from {bounds.least} to {bounds.most}")
    return int(text)


def cursor(query: QueryDict, prefix: str) -> str:
    """Return `after`, a reference or nothing at all: "" where the list begins; or raise Malformed."""
    return reference(query, "after", prefix) if query.get("after") else ""


def reference(query: QueryDict, name: str, prefix: str) -> str:
    """Return a parameter that is a reference, "" when it is not given, or raise Malformed."""
    text = query.get(name)
    if text is None:
        return ""
    if not (_REF.fullmatch(text) and text.startswith(prefix)):
        raise Malformed(f"{name} is a {_NAMED[prefix]} reference, as the feed gives them: {prefix}_...")
    return text


def one_of(query: QueryDict, name: str, choices: Sequence[str], default: str) -> str:
    """Return a parameter that is one of some words, or raise Malformed."""
    word = query.get(name)
    if word is None:
        return default
    if word not in choices:
        raise Malformed(f"{name} is one of {', '.join(choices)}")
    return word
