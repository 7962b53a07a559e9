"""One text for one value: as RFC 8785 says, and as another's implementation of it writes."""

import json
from enum import Enum, StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.canonical import DEEPEST, MOST, canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.none() | st.booleans() | st.integers(-MOST, MOST) | TEXTS
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@example({"\U0001f600": 1, "\ufb33": 2})
@example({"\ue000": 1, "\U00010000": 2, "": 3})
@example('\x00\x1f\x7f\x80\u2028\ufeff"\\/')
@example([MOST, -MOST, 0, True, False, None])
def test_it_is_what_the_other_implementation_writes(value: Any) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)


@given(VALUES)
def test_what_is_read_back_is_the_same_and_is_written_the_same(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(TEXTS, PLAIN), st.randoms(use_true_random=False))
def test_the_order_in_which_it_was_built_says_nothing(value: dict[str, Any], chance: Any) -> None:
    names = list(value)
    chance.shuffle(names)
    assert canonical({name: value[name] for name in names}) == canonical(value)


def test_the_names_of_the_rfc_stand_in_its_order() -> None:
    """https://www.rfc-editor.org/rfc/rfc8785#section-3.2.3"""
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\x80": "Control",
        "\xf6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical(value)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_the_text_and_the_literals_of_the_rfc_are_its_bytes() -> None:
    """https://www.rfc-editor.org/rfc/rfc8785#section-3.2.4, without the numbers that have a fraction."""
    value = {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/", "literals": [None, True, False]}
    assert canonical(value).encode() == bytes.fromhex(
        "7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c"
        "22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 5c 6e 41 27 42 5c 22 5c 5c 5c"
        "5c 5c 22 2f 22 7d"
    )


class Word(str, Enum):  # noqa: UP042 - its str() is another text than its value
    """A text whose name is another."""

    GONE = "gone"


class Named(StrEnum):
    """A text."""

    GONE = "gone"


@pytest.mark.parametrize("word", [Word.GONE, Named.GONE])
def test_a_named_text_is_written_as_its_value(word: str) -> None:
    assert canonical({word: [word]}) == '{"gone":["gone"]}'


@pytest.mark.parametrize(
    "value",
    [
        *(
            1.0,
            0.5,
            float("nan"),
            float("inf"),
            MOST + 1,
            -MOST - 1,
            10**400,
            1j,
            b"gone",
            {"gone"},
            object(),
        ),
        *({1: "x"}, {None: 1}, "gone\ud800", {"\udfff": 1}, ["\ud800"], {"x": {"y": 1.5}}),
    ],
)
def test_what_has_no_canonical_form_is_refused_and_not_shown(value: Any) -> None:
    with pytest.raises(ValueError) as failure:  # noqa: PT011 - of several kinds
        canonical(value)
    assert "gone" not in str(failure.value)


def nested(depth: int, *, named: bool) -> Any:
    """A value that is so deep."""
    value: Any = 1
    for _ in range(depth):
        value = {"x": value} if named else [value]
    return value


@pytest.mark.parametrize("named", [True, False])
def test_what_is_nested_too_deep_is_refused_and_what_is_not_is_written(named: bool) -> None:
    assert json.loads(canonical(nested(DEEPEST, named=named))) == nested(DEEPEST, named=named)
    for depth in (DEEPEST + 1, 1000, 100_000):
        with pytest.raises(ValueError, match="nested more than"):
            canonical(nested(depth, named=named))


def test_what_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValueError, match="nested more than"):
        canonical(value)
