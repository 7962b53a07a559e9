"""docs/feed.md says what the feed does: addresses, bounds, reasons, errors."""

import re
from pathlib import Path

import pytest

from connectors import entries, feed, ranking, scopes
from connectors.api import bodies, briefs, limits, reads
from connectors.api.query import Whole
from connectors.brief import making, shapes
from connectors.errors import Forbidden, Malformed, Missing, Refused, TooLarge, Unverified
from connectors.models import StoreState
from connectors.policy.records import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "feed.md").read_text(encoding="utf-8")


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
    assert f"{bodies.JSON_BYTES:,} bytes" in PAGE
    assert (shapes.PICTURES, feed.WAITING, entries.PAGE_BYTES) == (10, 4, 4_000_000)


def test_kinds_states_and_purposes_are_on_the_page() -> None:
    shown = [*KINDS, "all", *entries.OPEN, StoreState.QUARANTINED, *scopes.purposes()]
    assert not [word for word in shown if f"`{word}`" not in PAGE]


def test_the_errors_are_on_the_page() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", PAGE, re.MULTILINE)
    listed = {name: status for status, name in rows}
    errors: list[type[Refused]] = [
        *(Malformed, Unverified, Forbidden, Missing, TooLarge, feed.CursorAhead),
        *(bodies.LengthNeeded, bodies.WrongMediaType, limits.TooOften),
    ]
    statuses = {each.__name__: str(each.status) for each in errors}
    assert listed.items() >= (statuses | {"MethodNotAllowed": "405", "Fault": "500", "Busy": "503"}).items()
