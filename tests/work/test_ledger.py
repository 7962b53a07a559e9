"""What only the embedded ledger does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from connectors.work import Counts, enqueue, fence, leases
from connectors.work.ledger import Ledger
from connectors.work.outcome import End, Outcome, attempt
from connectors.work.rows import Job, State
from tests.work import effects

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger with nothing in it, inside the test's own transaction."""
    effects.create()
    Job.objects.all().delete()
    return Ledger()


def test_a_drain_works_inside_a_transaction(ledger: Ledger) -> None:
    enqueue("cast.chain", 3)
    enqueue("cast.note", "a", dedupe="k", lock="l")
    assert ledger.drain() == Counts(done=4)


def test_an_interrupted_drain_gives_the_job_back(ledger: Ledger) -> None:
    enqueue("cast.interrupted")
    with pytest.raises(KeyboardInterrupt):
        ledger.drain()
    job = Job.objects.get()
    assert (job.state, job.attempts, job.last_error) == (State.READY, 0, "")


def test_a_claim_is_numbered_and_an_old_number_writes_nothing(ledger: Ledger) -> None:
    enqueue("cast.note", "a")
    first = leases.claim("one", 0.0)
    second = leases.claim("two", 60.0)
    assert first is not None
    assert second is not None
    assert (first.id, first.number + 1) == (second.id, second.number)
    leases.settle(first, Outcome(End.DONE))
    leases.settle(first, Outcome(End.DEAD, reason="late"))
    leases.renew([first], 9999.0)
    job = Job.objects.get()
    assert (job.state, job.worker, job.last_error) == (State.RUNNING, "two", "")
    assert job.lease_until is not None
    assert job.lease_until < timezone.now() + timedelta(seconds=61)
    leases.settle(second, Outcome(End.DONE))
    assert Job.objects.get().state == State.DONE


def test_a_lease_is_renewed(ledger: Ledger) -> None:
    enqueue("cast.note", "a")
    held = leases.claim("one", 0.0)
    assert held is not None
    leases.renew([held], 60.0)
    assert leases.claim("two", 60.0) is None


def test_the_fence_is_open_outside_a_job(ledger: Ledger) -> None:
    fence()


def test_the_fence_is_shut_once_the_job_is_given_away(ledger: Ledger) -> None:
    enqueue("cast.once", "a")
    first = leases.claim("one", 0.0)
    second = leases.claim("two", 60.0)
    assert first is not None
    assert second is not None
    assert attempt(second).end is End.DONE
    assert attempt(first).end is End.FENCED
    assert effects.words() == ["a"]


@pytest.mark.parametrize(("key", "state"), [("lock_key", State.RUNNING), ("dedupe_key", State.READY)])
def test_the_database_itself_keeps_the_keys(ledger: Ledger, key: str, state: State) -> None:
    now = timezone.now()
    fields = {"task": "cast.note", "run_at": now, "created": now, "max_attempts": 1, "state": state}
    Job.objects.create(**fields, **{key: "k"})
    Job.objects.create(**fields)
    Job.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(**fields, **{key: "k"})


def test_done_jobs_are_kept_for_a_while(ledger: Ledger) -> None:
    enqueue("cast.note", "a")
    enqueue("cast.refused")
    ledger.drain()
    assert leases.prune(24) == 0
    Job.objects.update(finished=timezone.now() - timedelta(hours=25))
    assert leases.prune(24) == 1
    assert [job.state for job in Job.objects.all()] == [State.DEAD]


def test_an_idle_worker_writes_nothing(ledger: Ledger, django_assert_num_queries: object) -> None:
    assert callable(django_assert_num_queries)
    with django_assert_num_queries(2) as asked:
        assert leases.claim("one", 60.0) is None
    assert all(query["sql"].startswith("SELECT") for query in asked)
