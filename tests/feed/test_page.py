"""docs/feed.md says what the feed does: addresses, bounds, reasons, errors."""

import re
from pathlib import Path

import pytest

from connectors import entries, feed, ranking, scopes
from connectors.api import briefs, reads, urls
from connectors.api.query import Whole
from connectors.brief import making, shapes
from connectors.models import StoreState
from connectors.policy.records import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "feed.md").read_text(encoding="utf-8")


def test_every_address_is_on_the_page_and_no_other() -> None:
    patterns = [str(each.pattern).replace("<str:", "{").replace(">", "}") for each in urls.urlpatterns]
    addresses = {f"/feed/v1/{each}" for each in patterns if not each.startswith("(?s)")}
    assert set(re.findall(r"^\| `(/feed/v1/[^`]*)`", PAGE, re.MULTILINE)) == addresses


@pytest.mark.parametrize(
    ("words", "bounds"),
    [
        ("`limit` ({0.default}, at most {0.most})", reads.PAGE),
        ("`limit` ({0.default}, at most {0.most})", reads.STORES),
        ("`limit` ({0.default} products, at most {0.most})", briefs.PRODUCTS),
        ("`wait` ({0.default}, at most {0.most} seconds)", reads.WAIT_SECONDS),
    ],
)
def test_the_bounds_of_parameters_are_on_the_page(words: str, bounds: Whole) -> None:
    assert words.format(bounds) in PAGE


def test_reasons_stand_on_the_page_in_their_order() -> None:
    table = PAGE.split("| `reason` |")[1]
    assert re.findall(r"^\| `(\w+)` \|", table.split("Products stand")[0], re.MULTILINE) == list(
        ranking.Reason
    )


def test_the_figures_are_on_the_page() -> None:
    assert f"the last {ranking.SOLD_WITHIN.days} days" in PAGE
    assert f"within the last {ranking.NEW_WITHIN.days} days" in PAGE
    assert f"1 to {ranking.LOW_STOCK_UNITS} units left" in PAGE
    assert f"at most {shapes.TEXT_CHARACTERS} characters" in PAGE
    assert f"at most {making.OFFERS}, the highest first" in PAGE
    assert (shapes.PICTURES, feed.WAITING, entries.PAGE_BYTES) == (10, 4, 4_000_000)


def test_kinds_states_and_purposes_are_on_the_page() -> None:
    shown = [*KINDS, "all", *entries.OPEN, StoreState.QUARANTINED, *scopes.purposes()]
    assert not [word for word in shown if f"`{word}`" not in PAGE]


def test_the_errors_are_on_the_page() -> None:
    listed = dict(re.findall(r"^\| \d+ \| `(\w+)` \|(.*)$", PAGE, re.MULTILINE))
    assert set(listed) == {
        "Malformed",
        "Unverified",
        "Forbidden",
        "Missing",
        "MethodNotAllowed",
        "CursorAhead",
        "Fault",
    }
