"""Every leaf names one clause, and a cut shows only what its purpose allows."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from connectors.policy.clauses import Clause, Purpose
from connectors.policy.leaves import cut, leaves, serves
from connectors.policy.records import KINDS, Product, Record
from tests.policy.samples import filled, paths

A_NAME = serves(Clause.STORE_NAME, Purpose.VIDEOS)
AN_EMAIL = serves(Clause.EMAIL, Purpose.ACCOUNT)

records = pytest.mark.parametrize("record", KINDS.values(), ids=KINDS)
purposes = pytest.mark.parametrize("wanted", Purpose, ids=lambda each: each.key)


@dataclass
class Inner:
    name: Annotated[str, A_NAME]


@dataclass
class Unannotated:
    name: Annotated[str, A_NAME]
    phone: str


@dataclass
class UnannotatedWithin:
    inner: tuple[Unannotated, ...]


@dataclass
class Twice:
    name: Annotated[str, A_NAME, AN_EMAIL]


@dataclass
class RecordAnnotated:
    inner: Annotated[Inner, A_NAME]


@dataclass
class Open:
    extra: Annotated[dict[str, str], A_NAME]


@dataclass
class Anything:
    extra: Annotated[Any, A_NAME]


@dataclass
class Either:
    number: Annotated[str | int, A_NAME]


@dataclass
class Nested:
    grid: tuple[tuple[Annotated[str, A_NAME], ...], ...]


class TestLeaves:
    @records
    def test_every_leaf_names_its_clause_and_serves_integration(self, record: type[Record]) -> None:
        for leaf in leaves(record):
            assert leaf.clause in Clause
            assert Purpose.INTEGRATION in leaf.purposes

    @records
    def test_no_leaf_stands_twice(self, record: type[Record]) -> None:
        found = [leaf.path for leaf in leaves(record)]
        assert len(found) == len(set(found))

    def test_a_path_says_where_there_may_be_many(self) -> None:
        found = {leaf.path: leaf for leaf in leaves(Product)}
        assert found["variants[].stock[].available"].clause is Clause.INVENTORY
        assert "tags[]" in found

    @pytest.mark.parametrize(
        ("record", "reason"),
        [
            (Unannotated, "Unannotated.phone names no clause"),
            (UnannotatedWithin, "Unannotated.phone names no clause"),
            (Twice, "Twice.name names 2 clauses"),
            (RecordAnnotated, "RecordAnnotated.inner is a record"),
            (Open, "Open.extra is not a plain value"),
            (Anything, "Anything.extra is not a plain value"),
            (Either, "number may be of 2 types"),
            (Nested, "Nested.grid is not a plain value"),
        ],
    )
    def test_a_record_with_a_leaf_that_no_single_clause_allows_is_refused(
        self, record: type, reason: str
    ) -> None:
        with pytest.raises(TypeError, match=reason):
            list(leaves(record))


class TestCut:
    @records
    @purposes
    def test_a_cut_holds_the_leaves_of_its_purpose_and_no_other(
        self, record: type[Record], wanted: Purpose
    ) -> None:
        allowed = {leaf.path for leaf in leaves(record) if wanted in leaf.purposes}
        assert set(paths(cut(filled(record), wanted))) == allowed

    @records
    @purposes
    def test_no_value_of_another_leaf_is_in_a_cut(self, record: type[Record], wanted: Purpose) -> None:
        whole = cut(filled(record), Purpose.INTEGRATION)
        shown = repr(cut(filled(record), wanted))
        for path, value in _texts(whole):
            allowed = any(leaf.path == path and wanted in leaf.purposes for leaf in leaves(record))
            assert (repr(value) in shown) is allowed

    def test_a_cut_for_videos_shows_neither_account_nor_money_of_the_merchant(self) -> None:
        shown = cut(filled(KINDS["store"]), Purpose.VIDEOS)
        for name in ("email", "phone", "owner_name", "store_id", "payments_account", "billing_currency"):
            assert name not in shown

    def test_what_the_platform_did_not_say_is_none_and_what_is_not_allowed_is_absent(self) -> None:
        whole = filled(KINDS["store"])
        whole = type(whole)(**{**_fields(whole), "reported": None, "plan": None})
        assert cut(whole, Purpose.SERVICE)["reported"] is None
        assert cut(whole, Purpose.SERVICE)["plan"] is None
        assert "plan" not in cut(whole, Purpose.VIDEOS)


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__dataclass_fields__}


def _texts(shown: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in shown.items():
        many = isinstance(value, list)
        for each in value if many else [value]:
            path = f"{prefix}{name}{'[]' if many else ''}"
            if isinstance(each, dict):
                found += _texts(each, f"{path}.")
            elif isinstance(each, str):
                found.append((path, each))
    return found
