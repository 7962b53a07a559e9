"""What happens to the ledger's rows: taken under a lease, renewed, and settled by their holder alone.

Every write of a running job carries the number of its claim. A worker that was frozen while its
lease ran out finds the number changed, and writes nothing.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from connectors.work.outcome import MAX_LOSSES, End, Held, Outcome
from connectors.work.rows import Job, State

logger = logging.getLogger("connectors.work")

# Two workers may pick two jobs of one lock in the same moment; the constraint stops the second.
CLAIM_TRIES = 5

# Long enough for somebody to look, short enough that one thing that is stuck does not fill the table.
DEAD_KEPT = timedelta(days=14)


def due(until: datetime | None = None, put_off: Collection[int] = ()) -> QuerySet[Job]:
    """Return the waiting jobs that could run now, or by `until` unless they are in `put_off`."""
    now = timezone.now()
    when = Q(run_at__lte=now)
    if until is not None and until > now:
        when |= Q(run_at__lte=until) & ~Q(pk__in=put_off)
    same_lock = Job.objects.filter(state=State.RUNNING, lock_key=OuterRef("lock_key"))
    return Job.objects.filter(when, ~Exists(same_lock), state=State.READY)


def expired() -> QuerySet[Job]:
    """Return the running jobs whose worker has not renewed its lease."""
    return Job.objects.filter(state=State.RUNNING, lease_until__lte=timezone.now())


def claim(
    worker: str, lease_seconds: float, *, until: datetime | None = None, put_off: Collection[int] = ()
) -> Held | None:
    """Take the next job: first one that another worker lost, then by priority and time."""
    # A plain read: an idle worker must not take SQLite's one write lock twice a second.
    if not (expired().exists() or due(until, put_off).exists()):
        return None
    for _ in range(CLAIM_TRIES):
        try:
            with transaction.atomic():
                row = _lost() or _next(due(until, put_off).order_by("-priority", "run_at", "id"))
                return _take(row, worker, lease_seconds) if row else None
        except IntegrityError:
            continue
    return None


def _next(rows: QuerySet[Job]) -> Job | None:
    return rows.select_for_update(skip_locked=True, of=("self",)).first()


def _lost() -> Job | None:
    while row := _next(expired().order_by("lease_until", "id")):
        row.losses += 1
        logger.warning("%s was lost with its worker, for the %d. time", row.task, row.losses)
        if row.losses <= MAX_LOSSES:
            return row
        _finish(row, State.DEAD, "WorkerLost")
    return None


def _take(row: Job, worker: str, lease_seconds: float) -> Held:
    now = timezone.now()
    row.state, row.worker, row.started = State.RUNNING, worker, now
    row.lease_no += 1
    row.lease_until = now + timedelta(seconds=lease_seconds)
    row.save()
    return Held(row.pk, row.lease_no, row.task, tuple(row.args), row.attempts, row.max_attempts)


def held_row(held: Held) -> QuerySet[Job]:
    """Return the job while it is held under this number, and nothing after."""
    return Job.objects.filter(pk=held.id, lease_no=held.number, state=State.RUNNING)


def renew(helds: Iterable[Held], lease_seconds: float) -> None:
    """Prolong the leases."""
    for held in helds:
        with transaction.atomic():
            # A row locked by its own fence cannot be given away meanwhile, and must not hold up the others.
            if held_row(held).select_for_update(skip_locked=True).exists():
                held_row(held).update(lease_until=timezone.now() + timedelta(seconds=lease_seconds))


def settle(held: Held, outcome: Outcome) -> int:
    """Write how a run ended, if the job is still held; return the id under which it goes on, if it does."""
    for _ in range(CLAIM_TRIES):
        try:
            with transaction.atomic():
                return _settle(held, outcome)
        except IntegrityError:
            continue  # a job of the same dedupe key was queued in this moment: now it is seen
    return held.id


def _settle(held: Held, outcome: Outcome) -> int:
    if outcome.end is End.FENCED:
        return held.id
    row = held_row(held).select_for_update().first()
    if row is None:
        logger.warning("%s was given to another worker; its end is not written", held.task)
        return held.id
    if outcome.end in (End.DONE, End.DEAD):
        _finish(row, State(outcome.end.value), outcome.reason)
        return held.id
    return _put_back(row, outcome)


def _finish(row: Job, state: State, reason: str) -> None:
    row.state, row.last_error, row.finished, row.lease_until = state, reason, timezone.now(), None
    row.save()


def _put_back(row: Job, outcome: Outcome) -> int:
    if outcome.end is not End.RELEASED:
        row.attempts, row.losses, row.last_error = outcome.failures, 0, outcome.reason
    row.state, row.lease_until = State.READY, None
    row.run_at = timezone.now() + timedelta(seconds=outcome.after_seconds)
    twin = None
    if row.dedupe_key is not None:
        same_key = Job.objects.filter(state=State.READY, dedupe_key=row.dedupe_key)
        twin = same_key.select_for_update().first()
    if twin is not None and (twin.task, twin.args) == (row.task, row.args):
        return _merge(row, twin, outcome)
    if twin is not None:
        row.dedupe_key = None
    row.save()
    return row.pk


def _merge(row: Job, twin: Job, outcome: Outcome) -> int:
    """Let the job that was queued while this one ran do for both."""
    twin.attempts = max(twin.attempts, row.attempts)
    if outcome.end is End.AGAIN:
        twin.run_at, twin.last_error = max(twin.run_at, row.run_at), row.last_error
    twin.save()
    _finish(row, State.DONE, row.last_error)
    return twin.pk


def prune(keep_done_hours: int) -> int:
    """Delete the jobs that ended so long ago that nobody will look at them; return how many."""
    old = timezone.now() - timedelta(hours=keep_done_hours)
    dead = timezone.now() - DEAD_KEPT
    ended = Q(state=State.DONE, finished__lte=old) | Q(state=State.DEAD, finished__lte=dead)
    return Job.objects.filter(ended).delete()[0]
