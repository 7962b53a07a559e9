"""`brief`: a store's brief as the feed gives it, or what of it cannot look good, without a value."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connectors import configured
from connectors.models import FeedRead, Store
from connectors.policy.records import Product
from tests import cast
from tests.cast import store_info
from tests.commands.conftest import Run
from tests.feed.cast import product

pytestmark = pytest.mark.django_db


def stocked(*goods: Product) -> Store:
    store, key = cast.store()
    cast.keep(store, key, store_info(), *goods)
    return store


def test_it_prints_the_brief(run: Run) -> None:
    made = json.loads(run("brief", stocked(product(1)).ref).out)
    assert [each["title"] for each in made["products"]] == ["Canoe paddle 1"]


def test_it_prints_what_a_renderer_takes(run: Run) -> None:
    ref = stocked(product(1)).ref
    made = json.loads(run("brief", ref, "--as", "json2video", "--format", "4x5", "--limit", "1").out)
    assert made["request"]["variables"]["height"] == 1350
    assert made["request"]["variables"]["product_1_title"] == "Canoe paddle 1"


def test_the_operators_look_is_no_read_of_a_key(run: Run) -> None:
    run("brief", stocked(product(1)).ref)
    assert not FeedRead.objects.exists()


def test_what_is_fine_passes_the_linter(run: Run) -> None:
    assert run("brief", stocked(product(1)).ref, "--lint").out == "1 products can be shown, 0 are refused\n"


def test_a_doubt_is_said_and_passes(run: Run) -> None:
    out = run("brief", stocked(product(1, title="BEST PADDLE EVER")).ref, "--lint").out
    assert "title_capitals: The title is all capitals" in out
    assert "PADDLE" not in out


def test_what_is_refused_fails_and_is_named_without_a_value() -> None:
    store = stocked(product(1), product(2, title="Canary " * 40))
    out = StringIO()
    with pytest.raises(CommandError, match="Not everything can be shown"):
        call_command("brief", store.ref, "--lint", stdout=out)
    assert "is refused: title_too_long" in out.getvalue()
    assert "1 products can be shown, 1 are refused" in out.getvalue()
    assert "anary" not in out.getvalue()


def test_a_store_with_nothing_to_show_fails(run: Run) -> None:
    with pytest.raises(CommandError):
        run("brief", stocked().ref, "--lint")


@pytest.mark.parametrize("limit", ["0", "51", "-1"])
def test_a_limit_is_within_the_feeds_bounds(run: Run, limit: str) -> None:
    with pytest.raises(CommandError, match="from 1 to 50"):
        run("brief", stocked(product(1)).ref, "--limit", limit)


def test_a_store_that_is_not_there_or_not_open_is_said(run: Run) -> None:
    with pytest.raises(CommandError, match="There is no store"):
        run("brief", "st_aaaaaaaaaaaaaaaa")
    store = stocked(product(1))
    configured.keystore().quarantine(store.ref, store.epoch)
    with pytest.raises(CommandError):
        run("brief", store.ref)
    unread, _ = cast.store("birch.myshopify.com")
    with pytest.raises(CommandError, match="not read yet"):
        run("brief", unread.ref)
