"""docs/feed.md says what the feed does: addresses, bounds, reasons, errors."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from connectors import configured, entries, feed, linting, pictures, ranking, scopes
from connectors.adapters import RENDERERS
from connectors.api import bodies, briefs, limits, reads
from connectors.api.query import Whole
from connectors.brief import making, shapes
from connectors.errors import Forbidden, Malformed, Missing, Refused, TooLarge, Unverified
from connectors.models import StoreState
from connectors.platforms import PLATFORMS
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
    assert f"at most {ranking.RESTOCKED_WITHIN.days} days" in PAGE
    assert f"at most {pictures.LONGEST_SIDE} pixels a side" in PAGE
    assert f"for {pictures.LINK_LIFE // timedelta(hours=1)} hours" in PAGE
    assert f"less than {linting.SMALL_PIXELS} pixels" in PAGE
    assert f"{linting.LEAST_PIXELS} pixels on a canvas" in PAGE
    assert f"two lines at {linting.GOOD_PIXELS} pixels" in PAGE
    assert f"1 to {ranking.LOW_STOCK_UNITS} units left" in PAGE
    assert f"at most {shapes.TEXT_CHARACTERS} characters" in PAGE
    assert f"at most {making.OFFERS}, the highest first" in PAGE
    assert f"{bodies.JSON_BYTES:,} bytes" in PAGE
    assert (shapes.PICTURES, feed.WAITING, entries.PAGE_BYTES) == (10, 4, 4_000_000)


def test_the_codes_of_the_linter_are_on_the_page_and_whether_they_refuse() -> None:
    table = PAGE.split("| code | refused | |")[1].split("\n\n")[0]
    listed = dict(re.findall(r"^\| `(\w+)` \| (\w*) ?\|", table, re.MULTILINE))
    assert listed == {code: "" if code in linting.WARNINGS else "yes" for code in linting.Code}


def test_where_pictures_lie_is_on_the_page() -> None:
    own = [host for platform in PLATFORMS for host in configured.picture_hosts(platform) if "://" not in host]
    assert not [host for host in own if f"`{host}`" not in PAGE]


def test_the_formats_and_the_renderers_are_on_the_page() -> None:
    assert not [each["format"] for each in linting.FORMATS if f"`{each['format']}`" not in PAGE]
    assert not [name for name in RENDERERS if f"`{name}`" not in PAGE]


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
