"""Jobs whose worker is gone, or does not know them."""

from datetime import timedelta

from django.utils import timezone

from connectors.work import Counts, Engine, enqueue
from connectors.work.outcome import MAX_LOSSES
from tests.work import effects, tables


def test_a_lost_job_is_run_again(work: Engine, engine_name: str) -> None:
    enqueue("cast.note", "a", lock="l", dedupe="k")
    tables.lose(engine_name, losses=3)
    assert work.standing().running == 1
    assert work.drain() == Counts(done=1)
    assert effects.words() == ["a"]


def test_a_lost_job_and_its_waiting_twin_are_both_served(work: Engine, engine_name: str) -> None:
    enqueue("cast.note", "a", dedupe="k")
    tables.lose(engine_name, losses=0)
    enqueue("cast.note", "a", dedupe="k")
    work.drain()
    assert effects.count("a") >= 1
    standing = work.standing()
    assert (standing.waiting, standing.running, standing.dead) == (0, 0, 0)


def test_a_job_that_keeps_killing_its_workers_is_dead(work: Engine, engine_name: str) -> None:
    enqueue("cast.note", "a")
    tables.lose(engine_name, losses=MAX_LOSSES)
    assert work.drain() == Counts()
    assert [dead.reason for dead in work.dead()] == ["WorkerLost"]
    assert effects.words() == []


def test_losses_are_forgotten_after_a_run_that_ended(work: Engine, engine_name: str) -> None:
    enqueue("cast.later", "w", 1)
    tables.lose(engine_name, losses=MAX_LOSSES - 1)
    assert work.drain() == Counts(later=1)
    tables.lose(engine_name, losses=0)
    assert work.drain() == Counts(done=1)


def test_a_job_of_newer_code_waits_for_a_newer_worker(work: Engine, engine_name: str) -> None:
    enqueue("cast.note", "a")
    tables.rename(engine_name, "cast.future")
    assert work.drain() == Counts(again=1)
    assert (work.standing().waiting, work.standing().dead) == (1, 0)
    tables.rename(engine_name, "cast.note")
    assert work.drain(until=timezone.now() + timedelta(hours=1)) == Counts(done=1)
