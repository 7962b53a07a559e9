"""The register is complete, or says what is missing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from connectors.customers import REPORTS_KEPT
from connectors.platforms import PLATFORMS
from connectors.policy.clauses import OTHER_ROWS, Clause
from connectors.policy.leaves import leaves
from connectors.policy.records import KINDS
from connectors.policy.register import Incomplete, Register, leaf_names, register
from connectors.policy.rendering import as_json, as_markdown, as_text
from connectors.policy.retention import KEPT, PERIOD, PERIODS

ABSENT = "StoreInfo.reported.google_apps_domain"


@dataclass
class Shop:
    """A platform that serves every leaf but one, for which it has a reason."""

    title: str = "Shop"
    sources: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {name: (f"the.{name}",) for name in leaf_names() - {ABSENT}}
    )
    absent: Mapping[str, str] = field(default_factory=lambda: {ABSENT: "no query | offers it"})


def faults_of(shop: Shop) -> tuple[str, ...]:
    with pytest.raises(Incomplete) as caught:
        register([shop])
    return caught.value.faults


class TestTheRealOne:
    def test_every_platform_serves_every_leaf_or_says_why_not(self) -> None:
        assert PLATFORMS
        assert register(PLATFORMS.values()).platforms == tuple(each.title for each in PLATFORMS.values())

    def test_every_clause_has_a_leaf_and_every_leaf_stands_in_one_clause(self) -> None:
        whole = register(PLATFORMS.values())
        assert [entry.clause for entry in whole.entries] == list(Clause)
        assert all(entry.lines for entry in whole.entries)
        shown = [line.leaf for line in whole.lines]
        assert sorted(shown) == sorted(leaf_names())

    def test_every_kind_says_how_long_it_is_kept(self) -> None:
        assert KEPT.keys() == KINDS.keys()
        assert KINDS.keys() <= PERIOD.keys()

    def test_every_period_says_how_long_and_why_and_of_what(self) -> None:
        assert len(PERIOD) == len(PERIODS)
        for each in PERIODS:
            assert all((each.title, each.end, each.why, each.words)), each.key
            assert (each.days is None) is each.words.startswith("until "), each.key
        assert PERIOD["sale"].words == "90 days after it was made"

    def test_what_ends_by_an_event_has_no_days(self) -> None:
        with pytest.raises(ValueError, match="product is kept until an event"):
            PERIOD["product"].time  # noqa: B018


class TestGaps:
    def test_a_leaf_that_a_platform_leaves_open(self) -> None:
        shop = Shop()
        shop.sources = {name: fields for name, fields in shop.sources.items() if name != "Sale.total"}
        assert faults_of(shop) == ("Shop: Sale.total has neither a source nor a reason",)

    def test_a_leaf_that_is_none(self) -> None:
        shop = Shop()
        shop.sources = {**shop.sources, "Sale.customer": ("Order.customer",)}
        assert faults_of(shop) == ("Shop: Sale.customer is no leaf",)

    def test_a_leaf_that_is_served_and_absent_at_once(self) -> None:
        assert faults_of(Shop(absent={ABSENT: "why", "Sale.total": "why"})) == (
            "Shop: Sale.total has both sources and a reason",
        )

    @pytest.mark.parametrize("fields", [(), ("",), ("Order.total", "")])
    def test_a_source_without_a_name(self, fields: tuple[str, ...]) -> None:
        shop = Shop()
        shop.sources = {**shop.sources, "Sale.total": fields}
        assert faults_of(shop) == ("Shop: Sale.total names an empty source",)

    def test_an_absence_without_a_reason(self) -> None:
        assert faults_of(Shop(absent={ABSENT: " "})) == (f"Shop: {ABSENT} is absent without a reason",)

    def test_gaps_of_one_platform_are_not_filled_by_another(self) -> None:
        with pytest.raises(Incomplete) as caught:
            register([Shop(), Shop(title="Empty", sources={}, absent={})])
        assert len(caught.value.faults) == len(leaf_names())
        assert all(fault.startswith("Empty: ") for fault in caught.value.faults)


class TestForms:
    @pytest.fixture
    def whole(self) -> Register:
        return register([Shop()])

    @pytest.mark.parametrize("form", [as_text, as_markdown, as_json])
    def test_every_form_names_all_clauses_leaves_sources_and_other_rows(
        self, form: Callable[[Register], str], whole: Register
    ) -> None:
        shown = form(whole)
        for words in [clause.words for clause in Clause] + list(OTHER_ROWS):
            assert words in shown
        for line in whole.lines:
            assert line.leaf in shown
        for record in KINDS.values():
            for leaf in leaves(record):
                name = f"{record.__name__}.{leaf.path}"
                assert (f"the.{name}" in shown) is (name != ABSENT)

    def test_a_terminal_shows_no_line_wider_than_it_is(self, whole: Register) -> None:
        assert max(len(line) for line in as_text(whole).splitlines()) <= 110

    def test_a_reason_does_not_break_the_table(self, whole: Register) -> None:
        (row,) = (line for line in as_markdown(whole).splitlines() if ABSENT in line)
        assert row.endswith("| not offered: no query \\| offers it |")

    def test_json_keeps_sources_and_reasons_apart(self, whole: Register) -> None:
        shown = json.loads(as_json(whole))
        assert [clause["number"] for clause in shown["clauses"]] == list(range(1, 19))
        google = shown["clauses"][11]["leaves"]
        assert {"Shop": "no query | offers it"} in [leaf["absent"] for leaf in google]

    def test_sales_that_the_platform_shows_no_more_are_said_to_stay(self, whole: Register) -> None:
        words = " ".join(as_text(whole).split())
        assert "one that the platform merely no longer shows stays until then" in words
        assert "one that the platform merely no longer shows stays until then" in as_markdown(whole)

    @pytest.mark.parametrize("form", [as_text, as_markdown, as_json])
    def test_every_form_says_how_long_each_thing_is_kept_and_why(
        self, form: Callable[[Register], str], whole: Register
    ) -> None:
        shown = " ".join(form(whole).split())
        for each in PERIODS:
            assert each.words in shown
            assert each.why.lower() in shown.lower()

    def test_answers_to_customers_are_in_the_register_with_their_days(self, whole: Register) -> None:
        said = f"stays on the merchant's page for {REPORTS_KEPT.days} days"
        assert said in " ".join(as_text(whole).split())
        assert said in as_markdown(whole)
        assert said in json.loads(as_json(whole))["also_kept"]
