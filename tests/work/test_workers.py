"""Workers in processes of their own: killed, frozen, stopped, and several at once."""

import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from connectors.work import Engine, engine, enqueue
from connectors.work.rows import Tick
from tests.work import effects, tables
from tests.work.conftest import LEASE_SECONDS, PATIENCE_SECONDS, Worker, needs_postgres, stop_periods

Start = Callable[..., Worker]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, engine().standing()
        time.sleep(0.05)


def test_a_killed_workers_job_is_run_again_within_the_lease(
    work: Engine, start: Start, engine_name: str
) -> None:
    enqueue("cast.hold", "job", lock="store:1")
    first = start()
    effects.wait_for("job:begins")
    first.kill()
    assert work.standing().running == 1
    if engine_name == "ledger":  # the other engine has it from the settings of whoever looks for the lost
        assert tables.heard(engine_name) <= timezone.now() + timedelta(seconds=LEASE_SECONDS)
    second = start()
    effects.wait_for("job:ends")
    second.send(signal.SIGTERM)
    assert second.end() == 0
    assert (effects.count("job:begins"), effects.count("job:ends")) == (2, 1)
    assert (work.standing().running, work.standing().dead) == (0, 0)


def test_a_frozen_worker_writes_nothing_when_it_wakes(work: Engine, start: Start) -> None:
    enqueue("cast.hold", "job")
    frozen = start()
    effects.wait_for("job:begins")
    frozen.send(signal.SIGSTOP)
    other = start()
    effects.wait_for("job:ends")
    other.kill()
    effects.write("job:go")
    frozen.send(signal.SIGCONT)
    # It leaves the job alone, and goes on with other work.
    enqueue("cast.note", "next")
    effects.wait_for("next")
    frozen.send(signal.SIGTERM)
    assert frozen.end() == 0
    assert "cast.hold was given to another worker" in frozen.told
    assert (effects.count("job:begins"), effects.count("job:ends")) == (2, 1)
    assert (work.standing().waiting, work.standing().dead) == (0, 0)


def test_a_job_longer_than_the_lease_keeps_it(work: Engine, start: Start, engine_name: str) -> None:
    enqueue("cast.hold", "job")
    start(lease_seconds=6)  # of which a slow machine may take five from its heartbeat
    effects.wait_for("job:begins")
    start(lease_seconds=6)
    first = tables.heard(engine_name)
    wait_until(lambda: tables.heard(engine_name) > first + timedelta(seconds=6))
    effects.write("job:go")
    effects.wait_for("job:ends")
    assert effects.count("job:begins") == 1


@needs_postgres
def test_a_worker_outlives_its_connections(work: Engine, start: Start) -> None:
    start()
    enqueue("cast.note", "before")
    effects.wait_for("before")
    tables.end_connections()
    enqueue("cast.note", "after")
    effects.wait_for("after")


def test_a_stopped_worker_finishes_what_it_runs_and_takes_nothing_more(work: Engine, start: Start) -> None:
    enqueue("cast.hold", "job")
    worker = start()
    effects.wait_for("job:begins")
    worker.stop()
    enqueue("cast.note", "left")
    effects.write("job:go")
    assert worker.end() == 0
    assert (effects.count("job:begins"), effects.count("job:ends"), effects.count("left")) == (1, 1, 0)
    assert (work.standing().waiting, work.standing().running) == (1, 0)


def test_a_stopped_worker_gives_back_what_does_not_end_in_time(work: Engine, start: Start) -> None:
    enqueue("cast.hold", "job")
    worker = start(grace_seconds=0.5)
    effects.wait_for("job:begins")
    worker.send(signal.SIGINT)
    assert worker.end() == 0
    assert "cast.hold did not end in time; it is released" in worker.told
    standing = work.standing()
    assert (standing.waiting, standing.due, standing.running) == (1, 1, 0)
    work.drain()  # at once, for nobody has to wait for a lease
    assert (effects.count("job:begins"), effects.count("job:ends")) == (2, 1)


class TestCrew:
    """Four workers of two threads at once."""

    @pytest.fixture(autouse=True)
    def _engine(self, transactional_db: None, crew: str, settings: Settings) -> Iterator[None]:
        settings.WORK_ENGINE = crew
        # The workers go on while the tables are emptied, and then know of no period that had its turn.
        self.rest()
        effects.create()
        yield
        self.rest()

    def rest(self) -> None:
        """Wait until the workers have nothing to do."""
        stop_periods()
        wait_until(lambda: engine().standing().waiting + engine().standing().running == 0)

    def mine(self, prefix: str) -> list[str]:
        """Return the words of this test."""
        return [word for word in effects.words() if word.startswith(prefix)]

    def test_no_job_is_lost_or_doubled(self) -> None:
        for number in range(200):
            enqueue("cast.note", f"note:{number}")
        wait_until(lambda: len(self.mine("note:")) >= 200)
        wait_until(lambda: engine().standing().running == 0)
        assert sorted(self.mine("note:")) == sorted(f"note:{number}" for number in range(200))

    def test_jobs_of_one_lock_do_not_overlap(self) -> None:
        for _ in range(10):
            for store in ("a", "b", "c"):
                enqueue("cast.alone", f"alone:{store}", 10, lock=f"store:{store}")
        wait_until(lambda: len(self.mine("alone:")) >= 60)
        for store in ("a", "b", "c"):
            turns = self.mine(f"alone:{store}:")
            assert turns == [f"alone:{store}:begins", f"alone:{store}:ends"] * 10

    def test_a_period_is_run_once_over_all_workers(self) -> None:
        begun = int(time.time())
        Tick.objects.filter(name="cast.tick").update(last=begun)
        wait_until(lambda: len(self.mine("tick")) >= 3)
        assert len(self.mine("tick")) <= int(time.time()) - begun
