"""Prices, percents and days as a reader of the store's language writes them, by CLDR (babel).

Shopify's `money_format` is not followed: it is HTML for a theme, may leave the decimals out, and so may show
a price that is none. It stays in the brief for who wants it.
"""

import re
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError, dates, numbers

ENGLISH: Final = Locale("en")

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4}")
_PERCENT: Final = Decimal("0.01")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
#: CLDR's `currencySpacing`, which babel does not apply: a code such as KWD does not touch the number.
_LETTER_AT_DIGIT: Final = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
#: The zero of the digits that a locale writes by CLDR, where it is not ours; babel writes ours everywhere.
_ZEROES: Final = {"arab": 0x660, "arabext": 0x6F0, "beng": 0x9E6, "deva": 0x966, "mymr": 0x1040}


@lru_cache(maxsize=512)
def manner(locale: str | None, country_code: str | None = None) -> Locale:
    """Return how the readers of a store write numbers: its locale, of its country where it names none.

    `fr` in Canada writes `20,00 $`, and in France `20,00 $CA`. What CLDR does not know is written as in
    English.
    """
    known = _known(locale) if locale else ENGLISH
    if known is None:
        return ENGLISH
    # Of a script only the locale itself tells: `zh` of TW is another one than `zh`.
    if known.territory is None and known.script is None and country_code and _COUNTRY.fullmatch(country_code):
        return _known(f"{known.language}_{country_code}") or known
    return known


def price(amount: Decimal, currency: str, how: Locale) -> str:
    """Return a price with its currency; where the currency is none, the number alone."""
    if not _CURRENCY.fullmatch(currency):
        return _digits(numbers.format_decimal(amount, locale=how, numbering_system="default"), how)
    with localcontext(rounding=ROUND_HALF_UP):
        text = numbers.format_currency(amount, currency, locale=how, numbering_system="default")
    return _digits(_LETTER_AT_DIGIT.sub("\N{NO-BREAK SPACE}", text), how)


def percent_off(percent: Decimal, how: Locale) -> str:
    """Return a reduction as a badge has it: `-25%`."""
    return percent_of(-abs(percent), how)


def percent_of(percent: Decimal, how: Locale) -> str:
    """Return a percent, cut to two decimals: `25%`, `12.5%`."""
    share = percent.quantize(_PERCENT, ROUND_DOWN) / 100
    text = numbers.format_percent(share, locale=how, numbering_system="default", decimal_quantization=False)
    return _digits(text.translate(_signs(how)), how)


def count(number: int, how: Locale) -> str:
    """Return a whole number."""
    return _digits(numbers.format_decimal(number, locale=how, numbering_system="default"), how)


def last_day(ends_at: datetime, now: datetime, timezone: str, how: Locale) -> str:
    """Return the last day of what ends at a time, where the store is; with its year when that is not this.

    What ends at midnight has its last day before.
    """
    there = zone(timezone)
    try:
        day = (ends_at.astimezone(there) - timedelta(microseconds=1)).date()
    except OverflowError:  # the first and last hours of the calendar: 9999 is how some say never
        day = ends_at.date()
    if day.year == now.astimezone(there).year:
        return _digits(dates.format_skeleton("MMMMd", day, locale=how), how)
    return _digits(dates.format_date(day, "long", locale=how), how)


def zone(name: str) -> tzinfo:
    """Return a time zone, UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _known(tag: str) -> Locale | None:
    if not _TAG.fullmatch(tag):
        return None
    parts = tag.replace("-", "_").split("_")
    for end in range(len(parts), 0, -1):
        try:
            return Locale.parse("_".join(parts[:end]))
        except (UnknownLocaleError, ValueError):
            continue
    return None


@lru_cache(maxsize=512)
def _signs(how: Locale) -> dict[int, str]:
    """Return what stands for the signs of a percent, which babel writes as in English.

    With the marks that keep a minus on its side of a number where lines run from right to left.
    """
    signs = how.number_symbols.get(how.default_numbering_system, {})
    return {ord("-"): signs.get("minusSign", "-"), ord("%"): signs.get("percentSign", "%")}


def _digits(text: str, how: Locale) -> str:
    zero = _ZEROES.get(how.default_numbering_system)
    return text if zero is None else text.translate({ord("0") + each: zero + each for each in range(10)})
