"""A kept value comes back as what it was, of the type it was, or not at all."""

import traceback
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connectors.errors import Unsealable, VaultError
from connectors.vault import StoreKey
from tests.vault.refusal import refused


@dataclass(frozen=True, repr=False)
class Price:
    amount: Decimal
    currency: str | None
    seen_at: datetime
    tags: tuple[str, ...] = ()
    by_place: dict[str, int] = field(default_factory=dict)


class Token(msgspec.Struct, frozen=True):
    token: str
    expires_at: datetime | None


@pytest.mark.parametrize("value", ["", 0, False, None, 0.0, b"", [], {}, "0", "False", "None"], ids=repr)
def test_every_kind_of_nothing_comes_back_as_itself(ours: StoreKey, value: object) -> None:
    back = ours.recall("setting", "s1", ours.keep("setting", "s1", value), Any)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    ("value", "asked"),
    [("", int), (0, bool), (False, int), (None, str), (0, str), ("", type(None)), (1, bool), ("1", int)],
)
def test_no_kind_of_nothing_passes_for_another(ours: StoreKey, value: object, asked: type) -> None:
    sealed = ours.keep("setting", "s1", value)
    refused(ours.recall, "setting", "s1", sealed, asked)


@pytest.mark.parametrize(
    ("value", "into"),
    [
        (
            Price(
                Decimal("699.950"),
                "CAD",
                datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC),
                ("a",),
                {"b": 1},
            ),
            Price,
        ),
        (Price(Decimal("-0.00"), None, datetime(1969, 1, 1, tzinfo=UTC)), Price),
        (Token("shpat_1", None), Token),
        (Decimal("1E+30"), Decimal),
        (date(2026, 2, 28), date),
        (timedelta(seconds=90), timedelta),
        (b"\x00\xff", bytes),
        (2**63, int),
        ([Token("a", None)], list[Token]),
        (None, Token | None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_typed_value_comes_back_equal(ours: StoreKey, value: object, into: Any) -> None:
    assert ours.recall("grant", "g1", ours.keep("grant", "g1", value), into) == value


def test_a_recalled_price_keeps_its_digits(ours: StoreKey) -> None:
    back = ours.recall("price", "p", ours.keep("price", "p", Decimal("10.00")), Decimal)
    assert str(back) == "10.00"


def test_a_value_of_another_type_is_not_shown_by_the_error(ours: StoreKey) -> None:
    sealed = ours.keep("grant", "g1", "shpat_hush")
    with pytest.raises(Unsealable) as failure:
        ours.recall("grant", "g1", sealed, Token)
    shown = traceback.TracebackException.from_exception(failure.value, capture_locals=True)
    assert "shpat_hush" not in "".join(shown.format())


@dataclass(frozen=True)
class Picky:
    name: str

    def __post_init__(self) -> None:
        raise LookupError(self.name)


def test_what_a_types_own_check_raises_is_not_let_out(ours: StoreKey) -> None:
    sealed = ours.keep("grant", "g1", {"name": "hush"})
    refused(ours.recall, "grant", "g1", sealed, Picky)


@pytest.mark.parametrize(
    "value", ["hush \ud800", 2**64, object(), {"hush": object()}], ids=lambda v: type(v).__name__
)
def test_what_cannot_be_kept_is_refused_without_its_value(ours: StoreKey, value: object) -> None:
    with pytest.raises(VaultError, match=r"A value of kind product cannot be kept: \w+\.") as failure:
        ours.keep("product", "p1", value)
    assert "hush" not in str(failure.value)
    assert failure.value.__suppress_context__
