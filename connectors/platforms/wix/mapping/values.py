"""Times, money, texts."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Final, TypeVar

from connectors.errors import BadAnswer
from connectors.platforms.wix.wire.answers import Money

T = TypeVar("T")

#: How much of a description is kept.
DESCRIPTION_CHARACTERS: Final = 4000
#: Wix's greatest amount has 15 digits before the point.
_MOST_DIGITS: Final = 15
_HIDDEN: Final = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")
_BLANKS: Final = re.compile(r"\s+")
#: What was cut before it is read is cut again behind it, so that no endless text is worked through.
_MARKED_UP_CHARACTERS: Final = 5 * DESCRIPTION_CHARACTERS


def needed(value: T | None, name: str) -> T:
    """Return what a record cannot be without; raises BadAnswer naming the field."""
    if value is None:
        raise BadAnswer(f"{name} is missing")
    return value


def utc(time: datetime) -> datetime:
    """Return the same moment in UTC; raises BadAnswer in the calendar's first and last hours."""
    try:
        return time if time.tzinfo is UTC else time.astimezone(UTC)
    except OverflowError:
        raise BadAnswer("a time is out of range") from None


def utc_or_none(time: datetime | None) -> datetime | None:
    """Return the same moment in UTC, or None."""
    return None if time is None else utc(time)


def stamp(time: datetime) -> str:
    """Return a moment as Wix's filters take it, cut to the millisecond."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"


def just_before(time: datetime) -> str:
    """Return the moment after which `time` itself lies still."""
    return stamp(time - timedelta(milliseconds=1))


def amount(number: Decimal, name: str) -> Decimal:
    """Return an amount; raises BadAnswer naming the field when it is none (`NaN` is a decimal)."""
    if number.is_finite() and number.adjusted() <= _MOST_DIGITS:
        return number
    raise BadAnswer(f"{name} is no amount")


def amount_or_none(number: Decimal | None, name: str) -> Decimal | None:
    """Return an amount, or None."""
    return None if number is None else amount(number, name)


def money(found: Money | None, name: str) -> Decimal:
    """Return an amount; what Wix leaves out is nothing."""
    return Decimal(0) if found is None or found.amount is None else amount(found.amount, name)


def text_or_none(text: str | None) -> str | None:
    """Return a text, None when it is empty: Wix has both for nothing."""
    return text or None


def word(text: str | None) -> str | None:
    """Return a value of an enumeration in lower case."""
    return text.lower() if text else None


def plain(text: str | None) -> str:
    """Return what a description says, without its markup: Wix's is HTML, the plain one too."""
    if not text:
        return ""
    said = text[:_MARKED_UP_CHARACTERS]
    if "<" in said:
        said = _TAG.sub(" ", _HIDDEN.sub(" ", said))
    return _BLANKS.sub(" ", unescape(said)).strip()[:DESCRIPTION_CHARACTERS]
