"""Reading by pages: what is asked for again when the platform stops us, and what is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors import reading, sync
from connectors.errors import CountsDisagree, Throttled
from connectors.models import Row, Run, RunMode, RunState, Store
from connectors.platforms.base import Found, Page, Unreadable
from connectors.policy.retention import OLDER, SALE
from tests import cast

pytestmark = pytest.mark.django_db


class Pages:
    """A reader of so many pages with two things each, whose count fails as often as it is told to."""

    exporter = None

    def __init__(self, pages: int, failures: int = 0, count: int | None = None) -> None:
        self.last, self.failures, self.total = pages, failures, 2 * pages if count is None else count
        self.asked: list[str | None] = []

    def page(self, kind: str, since: datetime | None, cursor: str | None) -> Page:
        self.asked.append(cursor)
        at = int(cursor or 1)
        return Page((Unreadable(kind, "odd"),) * 2, str(at + 1) if at < self.last else None)

    def count(self, kind: str) -> int | None:
        if self.failures:
            self.failures -= 1
            raise Throttled(wait_seconds=30)
        return self.total


def full_run() -> Run:
    store, _ = cast.store()
    (run,) = sync.begin(store, RunMode.FULL, ("product",))
    return run


def advance(run: Run, reader: Any) -> None:
    try:
        reading.advance(Run.objects.select_related("store").get(pk=run.pk), reader)
    finally:
        run.refresh_from_db()


def test_a_count_that_must_wait_costs_the_last_page_alone() -> None:
    run, reader = full_run(), Pages(3, failures=2)
    for _ in range(2):
        with pytest.raises(Throttled):
            advance(run, reader)
    advance(run, reader)
    assert reader.asked == [None, "2", "3", "3", "3"]
    assert (run.state, run.parsed, run.announced) == (RunState.DONE, 6, 6)


def test_more_than_the_pages_held_ends_no_run_well() -> None:
    run = full_run()
    with pytest.raises(CountsDisagree):
        advance(run, Pages(3, count=7))
    assert run.state == RunState.READING
    again = Pages(3)
    advance(run, again)
    assert again.asked == [None, "2", "3"]
    assert (run.state, run.parsed) == (RunState.DONE, 6)


class Sold:
    """A reader of one page of sales, of a platform that shows all of them."""

    exporter = None

    def __init__(self, *ages: timedelta) -> None:
        self.found: tuple[Found | Unreadable, ...] = tuple(
            cast.found(cast.sale(number, created_at=datetime.now(UTC) - age))
            for number, age in enumerate(ages, start=1)
        )

    def page(self, kind: str, since: datetime | None, cursor: str | None) -> Page:
        return Page(self.found, None)

    def count(self, kind: str) -> int | None:
        return len(self.found)


class TestSalesOfLongAgo:
    """They are counted as refused, written nowhere, and keep no full run from taking away what is gone."""

    OLD = SALE.time + timedelta(hours=1)

    @pytest.fixture
    def run(self) -> Run:
        store, key = cast.store()
        Store.objects.update(platform="bigcommerce")
        cast.keep(store, key, cast.sale(8, created_at=datetime.now(UTC)), cast.sale(9))
        fingerprint = key.fingerprint("sale", "9")
        Row.objects.filter(fingerprint=fingerprint).update(dated_at=datetime.now(UTC) - self.OLD)
        (run,) = sync.begin(Store.objects.get(), RunMode.FULL, ("sale",))
        return run

    def test_the_counts_agree(self, run: Run) -> None:
        advance(run, Sold(self.OLD, self.OLD, timedelta(days=1)))
        assert (run.state, run.announced, run.parsed, run.kept, run.refused) == (RunState.DONE, 3, 3, 1, 2)
        assert run.reasons == {OLDER: 2}

    def test_what_was_young_and_is_not_there_is_taken_away(self, run: Run) -> None:
        advance(run, Sold(self.OLD, timedelta(days=1)))
        assert run.gone == 1

    def test_what_is_held_over_its_time_is_left_to_the_retention(self, run: Run) -> None:
        advance(run, Sold(self.OLD))
        (left,) = Row.objects.filter(kind="sale", sealed__isnull=False)
        assert left.dated_at is not None
        assert left.dated_at < datetime.now(UTC) - SALE.time

    def test_another_reason_still_takes_nothing_away(self, run: Run) -> None:
        reader = Sold(self.OLD)
        reader.found = (*reader.found, Unreadable("sale", "odd"))
        advance(run, reader)
        assert (run.reasons, run.gone) == ({OLDER: 1, "odd": 1}, 0)
