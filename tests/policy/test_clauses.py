"""The clauses are the policy's merchant row, in its order and words."""

import pytest

from connectors.policy.clauses import (
    IF_NOT_PROVIDED,
    MERCHANT_PROCESSORS,
    OTHER_ROWS,
    Clause,
    Purpose,
    purpose,
)
from tests.shared import SHARED, needs_shared


@pytest.fixture(scope="module")
def merchant_row() -> list[str]:
    """The lines of the policy's text from the first item of the merchant row on."""
    text = (SHARED / "policy" / "privacy-policy.txt").read_text(encoding="utf-8")
    lines = [line.removeprefix("- ").strip() for line in text.splitlines()]
    return lines[lines.index("Merchant store ID") :]


@needs_shared
def test_the_clauses_are_the_items_of_the_policy_in_its_order_and_words(merchant_row: list[str]) -> None:
    assert [clause.words for clause in Clause] == merchant_row[: len(Clause)]
    assert merchant_row[len(Clause)].startswith("To create an account")


@needs_shared
def test_purposes_and_what_follows_without_them_come_in_the_policys_order(merchant_row: list[str]) -> None:
    rest = merchant_row[len(Clause) :]
    marks = ("account", "use of the Services", "integrate the Services", "provide the Services")
    for said, follows, mark in zip(rest[:4], rest[7:11], marks, strict=True):
        assert mark in said
        assert mark in follows
    assert list(IF_NOT_PROVIDED) == list(Purpose)
    assert len(Purpose) == len(marks)


@needs_shared
def test_the_processors_are_those_that_the_policy_names_for_merchants(merchant_row: list[str]) -> None:
    assert list(MERCHANT_PROCESSORS) == merchant_row[len(Clause) + 4 : len(Clause) + 7]


def test_eighteen_clauses_are_numbered_from_one() -> None:
    assert [clause.number for clause in Clause] == list(range(1, 19))


def test_the_other_rows_are_named_and_are_no_clauses() -> None:
    assert len(OTHER_ROWS) == 8
    assert not set(OTHER_ROWS) & {clause.words for clause in Clause}


def test_a_purpose_is_found_by_its_key_alone() -> None:
    assert purpose("videos") is Purpose.VIDEOS
    with pytest.raises(KeyError):
        purpose("advertising")
