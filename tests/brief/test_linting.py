"""What cannot look good: each fault is found, is named, and what is fine has none."""

import csv
from typing import Any

import pytest

from connectors import linting, wording
from connectors.linting import FORMATS, WARNINGS, Code
from connectors.ranking import Lack
from tests.brief.briefs import brief, product
from tests.shared import SHARED, needs_shared


def codes(**changed: Any) -> list[str]:
    return [found.code for found in linting.of_product(product(**changed), brief())]


def test_what_is_fine_has_no_finding() -> None:
    assert codes() == []
    assert linting.of_whole(brief()) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"pictures": []}, Code.NO_PICTURE),
        ({"pictures": None}, Code.NO_PICTURE),
        ({"price": None}, Code.NO_PRICE),
        ({"price": "0.00"}, Code.NO_PRICE),
        ({"price": "-1"}, Code.NO_PRICE),
        ({"price": "NaN"}, Code.NO_PRICE),
        ({"price": "free"}, Code.NO_PRICE),
        ({"currency": ""}, Code.NO_CURRENCY),
        ({"currency": "XXX"}, Code.NO_CURRENCY),
        ({"currency": "usd"}, Code.NO_CURRENCY),
        ({"currency": "$"}, Code.NO_CURRENCY),
        ({"title": ""}, Code.NO_TITLE),
        ({"title": " \u200b\n"}, Code.NO_TITLE),
        ({"title": "\x07\x08"}, Code.NO_TITLE),
        ({"title": "A paddle " * 20}, Code.TITLE_TOO_LONG),
        ({"title": "木の櫂" * 30}, Code.TITLE_TOO_LONG),
        ({"title": "Pad\x07dle"}, Code.CONTROL_CHARACTERS),
        ({"text": "of\x00 ash"}, Code.CONTROL_CHARACTERS),
        ({"title": "\ufee3\ufeae\ufea3\ufe92\ufe8e"}, Code.RTL_NOT_SHAPED),
        ({"text": "\ufe91\ufe8e\ufedf\ufea8\ufeb8\ufe90"}, Code.RTL_NOT_SHAPED),
        ({"title": "םולש דלי"}, Code.RTL_VISUAL_ORDER),
        ({"title": "ةرايس ةديدج"}, Code.RTL_VISUAL_ORDER),
        ({"title": "a \u202eelddap"}, Code.DIRECTION_OVERRIDDEN),
        ({"text": "a \u202dpaddle\u202c"}, Code.DIRECTION_OVERRIDDEN),
    ],
)
def test_what_cannot_be_shown_is_refused(changed: dict[str, Any], code: Code) -> None:
    assert code in codes(**changed)
    assert code not in WARNINGS


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"pictures": [{"url": "u", "width": 599, "height": 2000}]}, Code.PICTURE_SMALL),
        ({"title": "A paddle of seasoned ash, carved by hand out of one piece"}, Code.TITLE_LONG),
        ({"title": "BEST PADDLE EVER"}, Code.TITLE_CAPITALS),
        ({"title": "a \u2067paddle"}, Code.DIRECTION_CONTROLS),
        ({"title": "a paddle\u2069"}, Code.DIRECTION_CONTROLS),
        ({"title": "a \u202bpaddle\u2069"}, Code.DIRECTION_CONTROLS),
    ],
)
def test_what_is_doubtful_is_said_and_shown_all_the_same(changed: dict[str, Any], code: Code) -> None:
    assert codes(**changed) == [code]
    assert code in WARNINGS


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Canoe paddle, ash, 140 cm"},
        {"title": "IKEA NASA"},
        {"title": "مضرب من خشب الدردار"},
        {"title": "سيارة جديدة"},
        {"title": "משוט מעץ מילה"},
        {"title": "שלום לכם"},
        {"title": "A paddle for \u2068שלום\u2069"},
        {"title": "a \u2066b \u2067c\u2069 d\u2069"},
        {"title": "ﷲ 12 ﷼"},
        {"title": "木の櫂 140cm"},
        {"title": "ไม้พายเรือแคนู"},
        {"title": "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL} set"},
        {"text": "one\nline\tand another"},
        {"text": None},
        {"pictures": [{"url": "u"}]},
        {"pictures": [{"url": "u", "width": 200, "height": 200}, {"url": "v", "width": 900, "height": 900}]},
        {"pictures": [{"url": "u", "width": 200, "height": 200}, {"url": "v"}]},
    ],
)
def test_what_only_looks_odd_is_fine(changed: dict[str, Any]) -> None:
    assert codes(**changed) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"products": []}, Code.NOTHING_TO_SHOW),
        ({"brand": {"locale": "he", "direction": "ltr", "currency": "ILS"}}, Code.DIRECTION_MISMATCH),
        ({"brand": {"locale": "fr", "direction": "rtl", "currency": "EUR"}}, Code.DIRECTION_MISMATCH),
        ({"brand": {"locale": "fr", "direction": "ltr", "currency": ""}}, Code.NO_CURRENCY),
        ({"brand": {"locale": "is", "language": "is", "direction": "ltr", "currency": "ISK"}, "texts": "en"},
         Code.WORDS_ELSEWHERE),
    ],
)  # fmt: skip
def test_of_the_whole_it_is_said_once(changed: dict[str, Any], code: Code) -> None:
    assert [found.code for found in linting.of_whole(brief() | changed)] == [code]


def test_a_store_without_a_language_is_not_told_that_it_has_another() -> None:
    unknown = {"locale": None, "language": None, "direction": "ltr", "currency": "CAD"}
    assert linting.of_whole(brief() | {"brand": unknown, "texts": "en"}) == []


@needs_shared
@pytest.mark.parametrize(("name", "most"), [("apparel", 20), ("snowdevil", 200)])
def test_titles_of_real_shops_are_fine(name: str, most: int) -> None:
    with (SHARED / "catalogs" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
        titles = {row["Title"] for row in csv.DictReader(lines) if row["Title"]}
    assert len(titles) > most
    assert [title for title in titles if codes(title=title)] == []


def test_a_title_is_measured_in_the_narrowest_format_of_the_brief() -> None:
    title = "A paddle of seasoned ash, carved by hand out of one piece"
    wide = [each for each in FORMATS if each["format"] == "16x9"]
    assert linting.of_product(product(title=title), brief(formats=wide)) == []
    assert linting.of_product(product(title=title), brief(formats=list(FORMATS)))


def test_messages_hold_no_word_of_the_merchant() -> None:
    spoilt = product(title="CANARY CANARY \x07\u202e" * 9, text="canary \u2067", pictures=[], price="canary")
    found = linting.of_product(spoilt, brief())
    assert len(found) >= 4
    assert not [each for each in found if "canary" in each.message.lower()]


def test_why_nothing_of_a_product_could_be_shown_is_a_code_too() -> None:
    assert {str(each) for each in Lack} <= {str(each) for each in Code}
    assert not {str(each) for each in Lack} & {str(each) for each in WARNINGS}


# Widths -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, 0),
        ("word", 10, 1),
        ("word word word word", 5, 2),
        ("x" * 40, 5.4, 4),
        ("木の櫂で静かな湖を渡る", 5, 3),
        ("e\u0301" * 10, 5.4, 1),
    ],
)
def test_lines_break_at_words_or_where_a_script_has_none(text: str, width: float, lines: int) -> None:
    assert wording.lines(text, width) == lines


def test_a_wider_column_never_needs_more_lines() -> None:
    text = "A paddle of ash, carved from one piece, 木の櫂 and oiled by hand " * 3
    counts = [wording.lines(text, width) for width in range(2, 60)]
    assert counts == sorted(counts, reverse=True)
