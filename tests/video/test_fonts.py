"""Facts about what can be drawn."""

import pytest

from connectors.video import fonts


@pytest.mark.parametrize(
    "text",
    [
        "Ærøskøbing",
        "Ελλάδα",
        "Київ",
        "حقيبة",
        "תיק",
        "हिन्दी",
        "กระเป๋า",
        "東京コレクション",
        "手提包",
        "가죽",
        "₫€₹₪¥£",
    ],
)
def test_letters_of_these_scripts_are_there(text: str) -> None:
    assert fonts.drawable(text) == text


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ("Hot 🔥 sale", "Hot sale"),
        ("Family 👨‍👩‍👧 mug", "Family mug"),
        ("Step 1️⃣ of 2", "Step 1 of 2"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("  space  ", "space"),
    ],
)
def test_what_no_font_has_is_left_away(given: str, drawn: str) -> None:
    assert fonts.drawable(given) == drawn


@pytest.mark.parametrize("text", ["தமிழ் பை", "Nike தமிழ்", "🔥🔥", "", None, " \n "])
def test_a_text_that_would_lose_letters_is_not_drawn_at_all(text: str | None) -> None:
    assert fonts.drawable(text) == ""


@pytest.mark.parametrize("text", ["\u200e-25%", "\u200f-\u200e25%", "\u2068Nike\u2069 נעלי"])
def test_marks_that_say_which_way_to_read_stay(text: str) -> None:
    assert fonts.drawable(text) == text


def test_joiners_that_spelling_needs_stay() -> None:
    assert fonts.drawable("می\u200cخواهم") == "می\u200cخواهم"


def test_accents_that_stand_apart_become_one_letter() -> None:
    assert fonts.drawable("Cafe\u0301") == "Café"
