"""Times, money, texts."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Final

from connectors.errors import BadAnswer

#: How much of a description is read for its text, and how much text is kept.
_MARKUP_CHARACTERS: Final = 40_000
DESCRIPTION_CHARACTERS: Final = 4000
_BLANKS: Final = re.compile(r"\s+")
# None of these reads a character twice: a description may be made to be slow.
_SILENT: Final = re.compile(r"<(/?)(script|style)\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")
_CENT: Final = Decimal("0.01")
_TOO_MUCH: Final = Decimal(10**15)


def utc(time: datetime) -> datetime:
    """Return the same moment in UTC; raises BadAnswer in the calendar's first and last hours."""
    try:
        return time if time.tzinfo is UTC else time.astimezone(UTC)
    except OverflowError:
        raise BadAnswer("a time is out of range") from None


def moment(text: str, name: str) -> datetime:
    """Return a time that is written as RFC 2822 or ISO 8601 do; raises BadAnswer naming the field."""
    try:
        said = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise BadAnswer(f"{name} is no time") from None


def moment_or_none(text: str | None, name: str) -> datetime | None:
    """Return a time, None where v2 writes an empty text for none."""
    return moment(text, name) if text else None


def amount(money: Decimal | None, name: str) -> Decimal:
    """Return an amount; what the platform leaves out is nothing. Raises BadAnswer when it is no number."""
    if money is None:
        return Decimal(0)
    if not money.is_finite() or abs(money) >= _TOO_MUCH:
        raise BadAnswer(f"{name} is no amount")
    cents = money.quantize(_CENT)  # v2 writes four decimals
    return cents if cents == money else money


def positive(money: Decimal | None, name: str) -> Decimal | None:
    """Return an amount, None where 0 or nothing means that there is none."""
    found = amount(money, name)
    return found if found > 0 else None


def text_or_none(text: str | None) -> str | None:
    """Return a text without blanks around it, None when nothing is left."""
    return (text or "").strip() or None


def plain_text(markup: str | None) -> str:
    """Return the text of a description, which is HTML, cut to what is kept."""
    # Text, then for each script or style sheet: the slash of its tag if it ends there, its name, text.
    first, *parts = _SILENT.split((markup or "")[:_MARKUP_CHARACTERS])
    shown = [first, *(text for slash, _, text in zip(*[iter(parts)] * 3, strict=True) if slash)]
    text = unescape(_TAG.sub(" ", " ".join(shown)))
    return _BLANKS.sub(" ", text).strip()[:DESCRIPTION_CHARACTERS]
