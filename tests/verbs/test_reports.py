"""Reports of the store's own items: each leaf is as the newest report that spoke of it left it."""

from datetime import UTC, datetime, timedelta

from connectors.policy.records import Reported
from connectors.reading import merge_report

NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
HELD = Reported("shop/update", NOON, google_apps_domain="held.example", finances=True)


def test_without_a_report_nothing_changes() -> None:
    assert merge_report(None, None, frozenset()) is None
    assert merge_report(HELD, None, frozenset()) is HELD


def test_a_first_report_is_kept_as_it_is() -> None:
    assert merge_report(None, HELD, frozenset({"google_apps_domain", "finances"})) is HELD


def test_a_leaf_that_a_newer_report_does_not_speak_of_stays() -> None:
    came = Reported("shop/update", LATER, finances=False)
    assert merge_report(HELD, came, frozenset({"finances"})) == Reported(
        "shop/update", LATER, google_apps_domain="held.example", finances=False
    )


def test_a_leaf_that_is_reported_as_empty_is_empty() -> None:
    came = Reported("shop/update", LATER)
    assert merge_report(HELD, came, frozenset({"google_apps_domain"})) == Reported(
        "shop/update", LATER, finances=True
    )


def test_an_older_report_undoes_nothing() -> None:
    came = Reported("shop/update", NOON - timedelta(minutes=1), google_apps_domain="old.example")
    assert merge_report(HELD, came, frozenset({"google_apps_domain"})) is HELD


def test_of_two_reports_of_one_moment_the_later_one_to_come_counts() -> None:
    came = Reported("shop/update", NOON, google_apps_domain="same.example")
    merged = merge_report(HELD, came, frozenset({"google_apps_domain"}))
    assert merged is not None
    assert (merged.google_apps_domain, merged.finances) == ("same.example", True)
