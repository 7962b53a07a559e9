"""Reading by pages: what is asked for again when the platform stops us, and what is not."""

from datetime import datetime
from typing import Any

import pytest

from connectors import reading, sync
from connectors.errors import CountsDisagree, Throttled
from connectors.models import Run, RunMode, RunState
from connectors.platforms.base import Page, Unreadable
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
