"""Our few words: the same in every language, with its own plurals, and apart from what is put into them."""

import re
from decimal import Decimal
from string import Formatter

import pytest
from babel import Locale

from connectors import money, wording
from connectors.wording.words import FALLBACK, NAMES, tables, words_for

FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
LANGUAGES = sorted(tables())


def locale_of(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


def test_there_are_many_languages() -> None:
    assert len(LANGUAGES) >= 25
    assert {"ar", "he", "fa", "ja", "zh-Hans", "zh-Hant", "hi", "th", "de", "fr", "es"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_all_words_and_no_others(language: str) -> None:
    table = tables()[language]
    assert set(table) == set(NAMES)
    assert all(text.strip() == text != "" for name, text in table.items() if name != "left")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_plurals_that_cldr_knows_of_it(language: str) -> None:
    forms = tables()[language]["left"]
    assert set(forms) == set(locale_of(language).plural_form.tags) | {"other"}
    assert all(forms.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_for_a_value_is_filled_and_there_is_no_other(language: str) -> None:
    table = tables()[language]
    assert _places(table["off"]) == {"value"}
    assert _places(table["until"]) == {"day"}
    assert all(_places(form) <= {"n"} for form in table["left"].values())
    words = words_for(locale_of(language))
    said = [words.off("25%"), words.until("December 1"), *(words.left(n, str(n)) for n in range(1, 6))]
    assert not [each for each in said if "{" in each or "}" in each]
    assert "25%" in said[0]
    assert "December 1" in said[1]


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_is_said_or_written_out_in_words(language: str) -> None:
    """Arabic and Hebrew have words of their own for one and two."""
    words = words_for(locale_of(language))
    said = [words.left(n, str(n)) for n in range(3, 6)]
    assert all(str(n) in each for n, each in zip(range(3, 6), said, strict=True))
    assert len(set(said)) == 3


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en-AU", "en"),
        ("pt-PT", "pt"),
        ("no", "nb"),
        ("nn", "nb"),
        ("iw", "he"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
        ("hr", "hr"),
        ("uz-Arab", FALLBACK),
        ("is", FALLBACK),
        ("tlh", FALLBACK),
    ],
)
def test_a_locale_reads_its_language_or_english(locale: str, language: str) -> None:
    assert words_for(money.manner(locale)).language == language


@pytest.mark.parametrize(
    ("locale", "number", "said"),
    [
        ("en", 1, "Only 1 left"),
        ("es", 1, "Solo queda 1"),
        ("es", 2, "Solo quedan 2"),
        ("pl", 1, "Została tylko 1 szt."),
        ("pl", 3, "Zostały tylko 3 szt."),
        ("pl", 5, "Zostało tylko 5 szt."),
        ("sl", 2, "Samo še 2 kosa"),
        ("ja", 3, "残り3点"),
        ("ar-AE", 2, "بقيت قطعتان فقط"),
        ("ar-AE", 3, f"بقيت {FSI}3{PDI} قطع فقط"),
        ("he", 3, f"נותרו רק {FSI}3{PDI} יחידות"),
    ],
)
def test_what_is_left_is_said_by_the_languages_own_rules(locale: str, number: int, said: str) -> None:
    how = money.manner(locale)
    assert words_for(how).left(number, money.count(number, how)) == said


def test_a_value_stands_apart_where_one_of_the_two_runs_from_right_to_left() -> None:
    arabic, english = words_for(money.manner("ar-AE")), words_for(money.manner("en"))
    price = money.price(Decimal("12.5"), "AED", money.manner("ar-AE"))
    assert arabic.off("25%") == f"خصم {FSI}25%{PDI}"
    assert english.off("25%") == "25% off"
    assert english.off(price) == f"{FSI}{price}{PDI} off"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_run_as_their_language_does(language: str) -> None:
    right_to_left = re.compile(r"[\u0590-\u08ff]")
    words = words_for(locale_of(language))
    runs = "rtl" if right_to_left.search(words.shop_now) else "ltr"
    assert words.direction == wording.direction(language) == runs
