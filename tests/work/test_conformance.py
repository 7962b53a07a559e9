"""What verbs may rely on, whichever engine works."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
import time_machine
from django.db import connections, transaction
from django.utils import timezone

from connectors.work import Counts, Engine, enqueue
from connectors.work.ticks import tick
from tests.work import cast, effects, tables
from tests.work.cast import CANARY
from tests.work.conftest import ENGINES, needs_postgres

T = TypeVar("T")


def in_hours(hours: float) -> datetime:
    return timezone.now() + timedelta(hours=hours)


@pytest.fixture(autouse=True)
def _still() -> Iterator[None]:
    """Stop the clock: what waits a second is not due because the machine is slow."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


def elsewhere(*functions: Callable[[], T]) -> list[T]:
    """Run each in a thread of its own, at once, and return what they returned."""

    def run(function: Callable[[], T]) -> T:
        try:
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))


def ticked(when: str, *, callers: int = 1) -> int:
    """Return how many of the callers, all at one moment, have queued the hourly task."""
    with time_machine.travel(datetime.fromisoformat(when), tick=False):
        return sum(len(queued) for queued in elsewhere(*[lambda: tick({"cast.look": 3600})] * callers))


@needs_postgres
def test_both_engines_are_held_to_this_suite() -> None:
    assert ENGINES == ["ledger", "procrastinate"]


def test_a_job_is_done_once(work: Engine) -> None:
    enqueue("cast.note", "a")
    cast.note.enqueue(7)
    assert work.standing().waiting == 2
    assert work.drain() == Counts(done=2)
    assert work.drain() == Counts()
    assert effects.words() == ["a", "7"]
    assert (work.standing().waiting, work.standing().running, work.standing().dead) == (0, 0, 0)


def test_a_job_vanishes_with_its_transaction(work: Engine) -> None:
    with transaction.atomic():
        enqueue("cast.note", "undone")
        enqueue("cast.note", "undone", dedupe="k", lock="l")
        transaction.set_rollback(True)
    enqueue("cast.note", "done", dedupe="k", lock="l")
    assert work.drain() == Counts(done=1)
    assert effects.words() == ["done"]


def test_a_job_is_not_to_be_seen_before_the_commit(work: Engine) -> None:
    with transaction.atomic():
        enqueue("cast.note", "a")
        assert elsewhere(lambda: work.drain()) == [Counts()]
    assert work.drain() == Counts(done=1)


def test_what_a_job_queues_is_done_in_the_same_drain(work: Engine) -> None:
    enqueue("cast.chain", 5)
    assert work.drain() == Counts(done=5)
    assert effects.words()[-1] == "link:1"


def test_at_most_one_job_of_a_key_waits(work: Engine) -> None:
    with transaction.atomic():
        for _ in range(3):
            enqueue("cast.note", "a", dedupe="k")
        enqueue("cast.note", "b", dedupe="other")
    enqueue("cast.note", "a", dedupe="k")
    assert work.standing().waiting == 2
    assert work.drain() == Counts(done=2)
    enqueue("cast.note", "a", dedupe="k")
    assert work.drain() == Counts(done=1)


def test_a_refused_twin_leaves_the_transaction_whole(work: Engine) -> None:
    enqueue("cast.note", "a", dedupe="k")
    with transaction.atomic():
        enqueue("cast.note", "a", dedupe="k")
        effects.write("still here")
    assert effects.words() == ["still here"]


def test_a_key_takes_the_sooner_time_and_the_higher_priority(work: Engine) -> None:
    enqueue("cast.note", "a", dedupe="k", run_after=in_hours(1))
    enqueue("cast.note", "b")
    enqueue("cast.note", "a", dedupe="k", priority=5)
    enqueue("cast.note", "a", dedupe="k", run_after=in_hours(2))
    assert work.drain() == Counts(done=2)
    assert effects.words() == ["a", "b"]


def test_many_at_once_leave_one_job_waiting(work: Engine) -> None:
    def one() -> None:
        for _ in range(5):
            enqueue("cast.note", "a", dedupe="k")

    elsewhere(*[one] * 4)
    assert work.standing().waiting == 1


def test_a_fact_of_the_same_key_is_not_missed(work: Engine) -> None:
    """The job waits already when the fact is written: it must not run before the fact is to be seen."""
    enqueue("cast.look", dedupe="k")
    joined, drained = threading.Event(), threading.Event()

    def write_the_fact() -> None:
        with transaction.atomic():
            effects.write("fact")
            enqueue("cast.look", dedupe="k")
            joined.set()
            drained.wait(0.5)

    def work_meanwhile() -> None:
        assert joined.wait(60)
        work.drain()
        drained.set()

    elsewhere(write_the_fact, work_meanwhile)
    work.drain()
    assert "saw" in effects.words()


def test_priority_goes_first_then_age(work: Engine) -> None:
    for word, priority in (("low", -5), ("first", 0), ("second", 0), ("high", 9)):
        enqueue("cast.note", word, priority=priority)
    work.drain()
    assert effects.words() == ["high", "first", "second", "low"]


def test_a_job_waits_for_its_time(work: Engine) -> None:
    enqueue("cast.note", "later", run_after=in_hours(1))
    assert work.drain() == Counts()
    assert (work.standing().waiting, work.standing().due) == (1, 0)
    assert work.drain(until=in_hours(2)) == Counts(done=1)


def test_a_job_that_waits_does_not_hold_up_its_lock(work: Engine) -> None:
    enqueue("cast.note", "later", lock="l", run_after=in_hours(1))
    enqueue("cast.note", "now", lock="l")
    assert work.drain() == Counts(done=1)
    assert effects.words() == ["now"]


def test_a_failed_job_does_not_hold_up_its_lock(work: Engine) -> None:
    enqueue("cast.unavailable", "fails", 9, lock="l")
    enqueue("cast.note", "other", lock="l")
    assert work.drain() == Counts(done=1, again=1)


def test_an_error_that_passes_is_tried_again(work: Engine) -> None:
    enqueue("cast.unavailable", "w", 2)
    assert work.drain() == Counts(again=1)
    assert work.drain(until=in_hours(1)) == Counts(again=1)
    assert work.drain(until=in_hours(1)) == Counts(done=1)
    assert (effects.count("w"), work.standing().dead) == (3, 0)


def test_trying_again_waits_longer_each_time(work: Engine) -> None:
    enqueue("cast.unavailable", "w", 9)
    work.drain()
    assert work.drain(until=timezone.now() + timedelta(seconds=0.2)) == Counts()
    assert work.drain(until=timezone.now() + timedelta(seconds=2)) == Counts(again=1)
    assert work.drain(until=timezone.now() + timedelta(seconds=1)) == Counts()


def test_a_job_is_dead_after_its_last_attempt(work: Engine) -> None:
    enqueue("cast.unavailable", "w", 9)
    for ended in (Counts(again=1), Counts(again=1), Counts(dead=1), Counts()):
        assert work.drain(until=in_hours(1)) == ended
    (dead,) = work.dead()
    assert (dead.task, dead.args) == ("cast.unavailable", ("w", 9))
    assert dead.reason == "Unavailable: the platform did not answer"
    assert (effects.count("w"), work.standing().dead) == (3, 1)


def test_a_platform_that_asks_to_wait_is_left_alone(work: Engine) -> None:
    enqueue("cast.throttled", 600)
    assert work.drain() == Counts(again=1)
    assert work.drain(until=timezone.now() + timedelta(seconds=590)) == Counts()
    assert work.drain(until=timezone.now() + timedelta(seconds=605)) == Counts(again=1)


def test_a_refusal_is_final(work: Engine) -> None:
    enqueue("cast.refused")
    assert work.drain() == Counts(dead=1)
    assert work.drain(until=in_hours(1)) == Counts()
    assert [dead.reason for dead in work.dead()] == ["Refused: the store is not known"]
    assert effects.words() == ["refused"]


def test_no_error_text_holds_a_value(
    work: Engine, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    enqueue("cast.surprised")
    assert work.drain(until=in_hours(1)) == Counts(again=1)
    assert work.drain(until=in_hours(1)) == Counts(dead=1)
    assert [dead.reason for dead in work.dead()] == ["ValueError"]
    assert "cast.surprised is dead after 2 failures: ValueError" in caplog.text
    assert CANARY not in caplog.text + repr([vars(record) for record in caplog.records])
    assert CANARY not in "".join(capsys.readouterr())


def test_a_task_that_exits_does_not_take_the_worker_with_it(work: Engine) -> None:
    enqueue("cast.exits")
    assert work.drain() == Counts(again=1)


def test_later_is_not_a_failure(work: Engine) -> None:
    enqueue("cast.later", "w", 4)  # more often than this task may fail
    assert work.drain() == Counts(later=1)
    assert work.drain() == Counts()
    for _ in range(3):
        assert work.drain(until=in_hours(1)) == Counts(later=1)
    assert work.drain(until=in_hours(1)) == Counts(done=1)
    assert effects.count("w") == 5


def test_a_drain_does_not_spin_on_what_it_has_put_off(work: Engine) -> None:
    enqueue("cast.later", "w", 5)
    assert work.drain(until=in_hours(9)) == Counts(later=1)


def test_a_running_job_does_not_count_as_waiting(work: Engine) -> None:
    enqueue("cast.relapse", "w", dedupe="w")
    # The first run queues its twin and fails; put back, the two are one.
    assert work.drain() == Counts(again=1)
    assert work.standing().waiting == 1
    assert work.drain(until=in_hours(1)) == Counts(done=1)
    assert (effects.count("w"), work.standing().waiting, work.standing().dead) == (2, 0, 0)


def test_failures_count_across_a_twin(work: Engine) -> None:
    enqueue("cast.addict", "w", dedupe="w")
    ends = [work.drain(until=in_hours(1)) for _ in range(3)]
    # The last run has queued a new one before it failed for good; that one begins anew.
    assert ends == [Counts(again=1), Counts(again=1), Counts(dead=1, again=1)]


def test_queueing_it_again_does_not_hurry_a_failed_job(work: Engine) -> None:
    enqueue("cast.throttled", 600, dedupe="k")
    assert work.drain() == Counts(again=1)
    enqueue("cast.throttled", 600, dedupe="k")
    assert work.drain() == Counts()
    assert work.standing().waiting == 1


def test_other_work_under_the_same_key_is_not_swallowed(work: Engine) -> None:
    enqueue("cast.changeling", "w", dedupe="w")
    work.drain()
    work.drain(until=in_hours(1))
    assert (effects.count("w"), effects.count("other")) == (2, 1)


def test_jobs_of_one_lock_do_not_overlap(work: Engine) -> None:
    for number in range(6):
        enqueue("cast.alone", "a", 20, lock="a" if number % 2 else None, run_after=in_hours(-1))
    for _ in range(3):
        enqueue("cast.alone", "locked", 30, lock="l")
    elsewhere(*[lambda: work.drain()] * 3)
    work.drain()
    locked = [word for word in effects.words() if word.startswith("locked")]
    assert locked == ["locked:begins", "locked:ends"] * 3


def test_a_busy_lock_holds_up_nothing_else(work: Engine, engine_name: str) -> None:
    enqueue("cast.note", "running", lock="l")
    tables.seize(engine_name)
    enqueue("cast.note", "locked", lock="l", priority=9)
    enqueue("cast.note", "free")
    assert work.drain() == Counts(done=1)
    assert effects.words() == ["free"]
    assert (work.standing().waiting, work.standing().running) == (1, 1)


def test_a_period_is_queued_once(work: Engine) -> None:
    assert ticked("2030-01-01T12:00:00Z") == 1
    assert ticked("2030-01-01T12:59:59Z") == 0
    assert ticked("2030-01-01T13:00:00Z", callers=5) == 1
    assert ticked("2030-01-01T12:30:00Z", callers=2) == 0  # a clock that goes back


def test_missed_periods_are_made_up_for_by_one_run(work: Engine) -> None:
    assert ticked("2030-01-01T12:00:00Z") + ticked("2030-01-02T12:00:00Z") == 2
    assert work.drain(until=datetime.fromisoformat("2030-01-03T12:00:00Z")) == Counts(done=1)
