"""Prices, percents and days: as CLDR has them, in the locale that a store's readers have."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from babel import Locale

from connectors import money

NBSP = "\N{NO-BREAK SPACE}"
RLM = "\N{RIGHT-TO-LEFT MARK}"
LRM = "\N{LEFT-TO-RIGHT MARK}"
ALM = "\N{ARABIC LETTER MARK}"
MINUS = "\N{MINUS SIGN}"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def price(amount: str, currency: str, locale: str | None, country: str | None = None) -> str:
    return money.price(Decimal(amount), currency, money.manner(locale, country))


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        ("1299.9", "USD", "en-US", "$1,299.90"),
        ("1299.9", "CAD", "fr-CA", f"1{NBSP}299,90{NBSP}$"),
        ("1299.9", "EUR", "de", f"1.299,90{NBSP}€"),
        ("1299.9", "CHF", "de-CH", f"CHF{NBSP}1’299.90"),
        ("20", "EUR", "nl", f"€{NBSP}20,00"),
        ("20", "BRL", "pt-BR", f"R${NBSP}20,00"),
        ("1500000", "INR", "hi", "₹15,00,000.00"),
        ("1300", "JPY", "ja", "￥1,300"),
        ("1300", "KRW", "ko", "₩1,300"),
        ("12.5", "KWD", "en", f"KWD{NBSP}12.500"),
        ("12.5", "ILS", "he", f"{RLM}12.50{NBSP}{RLM}₪"),
        ("12.5", "AED", "ar-AE", f"{RLM}12.50{NBSP}د.إ.{RLM}"),
        ("12.5", "EGP", "ar-EG", f"{RLM}١٢٫٥٠{NBSP}ج.م.{RLM}"),
        ("12.5", "EUR", "fa", f"{LRM}€{NBSP}۱۲٫۵۰"),
        ("12.5", "BDT", "bn", "১২.৫০৳"),
    ],
)
def test_a_price_is_written_as_its_readers_write_it(
    amount: str, currency: str, locale: str, shown: str
) -> None:
    assert price(amount, currency, locale) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("49", "USD", "$49.00"),
        ("49.005", "USD", "$49.01"),
        ("49.5", "JPY", "¥50"),
        ("0.0005", "KWD", "0.001"),
    ],
)
def test_a_currency_has_its_own_decimals_and_no_others(amount: str, currency: str, shown: str) -> None:
    assert price(amount, currency, "en").endswith(shown)


@pytest.mark.parametrize(
    ("locale", "country", "shown"),
    [
        ("en", "CA", "$20.00"),
        ("en", "US", "CA$20.00"),
        ("en-US", "CA", "CA$20.00"),
        ("fr", "CA", f"20,00{NBSP}$"),
        ("fr", "FR", f"20,00{NBSP}$CA"),
        ("fr", "US", f"20,00{NBSP}$CA"),
        (None, "CA", "$20.00"),
        (None, None, "CA$20.00"),
    ],
)
def test_a_locale_without_a_country_takes_the_stores(
    locale: str | None, country: str | None, shown: str
) -> None:
    assert price("20", "CAD", locale, country) == shown


@pytest.mark.parametrize(
    ("locale", "known"),
    [
        ("iw", "he_IL"),
        ("pt_BR", "pt_BR"),
        ("zh-TW", "zh_Hant_TW"),
        ("en-GB-oxendict", "en_GB"),
        ("de-XX", "de"),
        ("tlh", "en"),
        ("", "en"),
        ("../../etc/passwd", "en"),
        ("en\x00", "en"),
        ("e" * 5000, "en"),
    ],
)
def test_what_cldr_does_not_know_is_written_as_the_nearest_that_it_knows(locale: str, known: str) -> None:
    assert str(money.manner(locale)) == known


@pytest.mark.parametrize("currency", ["", "usd", "US", "USDT", "$"])
def test_a_price_without_a_currency_is_a_number(currency: str) -> None:
    assert price("1299.9", currency, "en") == "1,299.9"


@pytest.mark.parametrize(
    ("percent", "locale", "off", "of"),
    [
        ("25", "en", "-25%", "25%"),
        ("25", "fr", f"-25{NBSP}%", f"25{NBSP}%"),
        ("25", "de", f"-25{NBSP}%", f"25{NBSP}%"),
        ("25", "tr", "-%25", "%25"),
        ("12.5", "en", "-12.5%", "12.5%"),
        ("100", "ja", "-100%", "100%"),
        ("-5", "en", "-5%", "-5%"),
        ("25", "ar-EG", f"{ALM}-٢٥٪{ALM}", f"٢٥٪{ALM}"),
        ("12.5", "ar-EG", f"{ALM}-١٢٫٥٪{ALM}", f"١٢٫٥٪{ALM}"),
        ("25", "ar-AE", f"{LRM}-25{LRM}%{LRM}", f"25{LRM}%{LRM}"),
        ("25", "fa", f"{LRM}{MINUS}۲۵٪", "۲۵٪"),
        ("25", "he", f"{LRM}-25%", "25%"),
        ("25", "sv", f"{MINUS}25{NBSP}%", f"25{NBSP}%"),
        ("25", "bn", "-২৫%", "২৫%"),
        ("33.333333", "en", "-33.33%", "33.33%"),
        ("66.666666", "de", f"-66,66{NBSP}%", f"66,66{NBSP}%"),
    ],
)
def test_a_percent_is_written_as_its_readers_write_it(percent: str, locale: str, off: str, of: str) -> None:
    how = money.manner(locale)
    assert money.percent_off(Decimal(percent), how) == off
    assert money.percent_of(Decimal(percent), how) == of


def test_a_number_takes_the_digits_of_the_locale() -> None:
    assert [money.count(3, Locale.parse(each)) for each in ("en", "ar_EG", "fa", "mr", "ar")] == [
        "3",
        "٣",
        "۳",
        "३",
        "3",
    ]


@pytest.mark.parametrize(
    ("ends_at", "timezone", "locale", "shown"),
    [
        (datetime(2026, 12, 1, 12, tzinfo=UTC), "UTC", "en", "December 1"),
        (datetime(2026, 12, 1, 12, tzinfo=UTC), "UTC", "de", "1. Dezember"),
        (datetime(2026, 12, 1, 12, tzinfo=UTC), "UTC", "ja", "12月1日"),
        (datetime(2027, 1, 2, 12, tzinfo=UTC), "UTC", "en", "January 2, 2027"),
        (datetime(2026, 12, 1, 2, tzinfo=UTC), "America/Toronto", "en", "November 30"),
        (datetime(2026, 12, 1, 22, tzinfo=UTC), "Asia/Tokyo", "en", "December 2"),
        (datetime(2026, 12, 1, 12, tzinfo=UTC), "UTC", "fa", "۱ دسامبر"),
    ],
)
def test_the_last_day_is_that_of_the_store_and_of_its_language(
    ends_at: datetime, timezone: str, locale: str, shown: str
) -> None:
    assert money.last_day(ends_at, NOON, timezone, money.manner(locale)) == shown


def test_what_ends_at_midnight_has_its_last_day_before() -> None:
    midnight = datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert money.last_day(midnight, NOON, "America/Toronto", money.ENGLISH) == "November 30"


@pytest.mark.parametrize("name", ["", "Nowhere/Else", "../../etc/passwd", "/etc/passwd", "\x00"])
def test_a_time_zone_that_is_none_is_utc(name: str) -> None:
    assert money.last_day(datetime(2026, 12, 1, 12, tzinfo=UTC), NOON, name, money.ENGLISH) == "December 1"


@pytest.mark.parametrize("timezone", ["Asia/Tokyo", "Pacific/Kiritimati", "America/Toronto", "UTC"])
@pytest.mark.parametrize("year", [1, 9999])
def test_the_calendars_ends_are_days_too(timezone: str, year: int) -> None:
    """Who means never writes the last second of 9999."""
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    ends_at = first if year == 1 else last
    assert str(year) in money.last_day(ends_at, NOON, timezone, money.ENGLISH)
