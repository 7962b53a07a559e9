"""Words for a screen: nothing is torn apart, and languages run their own way."""

import pytest

from connectors.wording import direction, language, shortened


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("", ""),
        ("   \n\t ", ""),
        ("ten chars.", "ten chars."),
        ("  two\n\nlines  ", "two lines"),
        ("a paddle of ash", "a paddle…"),
        ("paddles, oars", "paddles…"),
        ("Donaudampfschiff", "Donaudamp…"),
        ("木の櫂で静かな湖を渡る", "木の櫂で静かな湖を…"),
    ],
    ids=["empty", "blank", "fits", "lines", "word", "comma", "one word", "no blanks"],
)
def test_text_is_cut_where_a_reader_would(text: str, short: str) -> None:
    assert shortened(text, 10) == short


def test_a_letter_is_not_torn_from_its_accent_nor_an_emoji_from_its_parts() -> None:
    accents = "e\u0301" * 20
    assert shortened(accents, 10) == "e\u0301" * 4 + "…"
    family = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
    assert shortened(family * 4, 10) == family + "…"


@pytest.mark.parametrize("characters", range(2, 40))
def test_text_is_never_longer_than_its_room(characters: int) -> None:
    for text in ("word " * 40, "x" * 100, "e\u0301" * 50, "\u0301" * 100):
        assert 0 < len(shortened(text, characters)) <= characters


@pytest.mark.parametrize(
    ("locale", "runs"),
    [
        (None, "ltr"),
        ("", "ltr"),
        ("en", "ltr"),
        ("pt-BR", "ltr"),
        ("zh-Hant-TW", "ltr"),
        ("he", "rtl"),
        ("iw_IL", "rtl"),
        ("AR-eg", "rtl"),
        ("fa-IR", "rtl"),
        ("ckb", "rtl"),
        ("uz-Arab", "rtl"),
        ("pa_Arab_PK", "rtl"),
        ("ar-Latn", "ltr"),
        ("\N{ROMAN NUMERAL FIVE}", "ltr"),
    ],
)
def test_a_language_runs_its_own_way(locale: str | None, runs: str) -> None:
    assert direction(locale) == runs


@pytest.mark.parametrize(("locale", "word"), [(None, None), ("", None), ("pt-BR", "pt"), ("ZH_hant", "zh")])
def test_the_language_is_the_first_part_of_a_locale(locale: str | None, word: str | None) -> None:
    assert language(locale) == word


@pytest.mark.parametrize("before", ["", "a", "\U0001f1e6\U0001f1f9"])
@pytest.mark.parametrize("characters", range(8, 14))
def test_no_flag_is_cut_in_two(before: str, characters: int) -> None:
    flag = "\U0001f1e9\U0001f1ea"
    cut = shortened(before + flag * 20, characters)
    assert len(cut) <= characters
    assert cut.removesuffix("…").removeprefix(before).replace(flag, "") == ""
