"""What our promises need of procrastinate's table beyond what its own functions do.

As of 3.10 its retry breaks on a second waiting job of the same queueing lock and leaves the job
running for ever, its finish writes no matter who holds the job by then, and its fetch lets a job
that waits for its time hold up every later one of the same lock.

A job's arguments are {"args": [ids], "failures": n, "losses": n, "reason": text}; `attempts`
counts up whenever a job is put back or ends, so that it numbers the claims.
"""

import json
import logging
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from connectors.work.outcome import MAX_LOSSES, End, Held, Outcome
from connectors.work.port import Dead, Standing

logger = logging.getLogger("connectors.work")

# A job of the same key may be queued in the moment in which one is put back.
TRIES = 5

# Two workers may pick two jobs of one lock in the same moment; procrastinate's unique index on it
# stops the second. The jobs `put_off` wait for `now` even if `until` is later.
FETCH = """
WITH candidate AS (
    SELECT job.id FROM procrastinate_jobs AS job
    WHERE job.status = 'todo'
      AND (job.scheduled_at IS NULL OR job.scheduled_at <= %(now)s
           OR (job.scheduled_at <= %(until)s AND NOT job.id = ANY(%(put_off)s::bigint[])))
      AND (job.lock IS NULL OR NOT EXISTS (
          SELECT 1 FROM procrastinate_jobs AS other
          WHERE other.lock = job.lock AND other.status = 'doing'))
    ORDER BY job.priority DESC, job.id LIMIT 1 FOR UPDATE OF job SKIP LOCKED)
UPDATE procrastinate_jobs AS job SET status = 'doing', worker_id = %(worker_id)s
FROM candidate WHERE job.id = candidate.id
RETURNING job.id, job.status, job.task_name, job.priority, job.lock, job.queueing_lock, job.args,
          job.scheduled_at, job.queue_name, job.attempts, job.worker_id
"""

_HELD = """
SELECT id, queueing_lock, args, scheduled_at FROM procrastinate_jobs
WHERE id = %(id)s AND attempts = %(number)s AND status = 'doing'
"""

_WAITING = """
SELECT id, task_name, args, scheduled_at, priority FROM procrastinate_jobs
WHERE queueing_lock = %(key)s AND status = 'todo' FOR UPDATE
"""

_FINISH = """
UPDATE procrastinate_jobs SET status = %(status)s::procrastinate_job_status, attempts = attempts + 1,
    abort_requested = false, args = args || %(told)s::jsonb
WHERE id = %(id)s
"""

_PUT_BACK = """
UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, scheduled_at = %(at)s,
    abort_requested = false, queueing_lock = %(key)s, args = args || %(told)s::jsonb
WHERE id = %(id)s
"""

_CHANGE = """
UPDATE procrastinate_jobs SET scheduled_at = %(at)s, priority = %(priority)s, args = args || %(told)s::jsonb
WHERE id = %(id)s
"""

# Jobs whose worker has gone, or has sent no heartbeat for so long.
_LOST = """
SELECT job.id, job.attempts, job.task_name, job.args FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing' AND (
    worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(lease_seconds)s))
ORDER BY job.id LIMIT 100
"""

_STANDING = """
SELECT count(*) FILTER (WHERE status = 'todo') AS waiting,
       count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %(now)s)) AS due,
       count(*) FILTER (WHERE status = 'doing') AS running,
       count(*) FILTER (WHERE status = 'failed') AS dead
FROM procrastinate_jobs
"""

_DEAD = "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'failed' ORDER BY id"

Row = dict[str, Any]


def _rows(query: str, **parameters: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        if cursor.description is None:
            return []
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in found:
        # Django leaves jsonb as text for its own field to read.
        if isinstance(row.get("args"), str):
            row["args"] = json.loads(row["args"])
    return found


def held_row(held: Held, *, wait: bool = True) -> Row | None:
    """Return the job while it is held under this number, locked until the transaction ends."""
    query = _HELD + ("FOR UPDATE" if wait else "FOR UPDATE SKIP LOCKED")
    return next(iter(_rows(query, id=held.id, number=held.number)), None)


def waiting_row(key: str) -> Row | None:
    """Return the waiting job of that queueing lock, locked until the transaction ends."""
    return next(iter(_rows(_WAITING, key=key)), None)


def change(row: Row, **told: object) -> None:
    """Write a waiting job's time, priority and what is told of it."""
    _rows(_CHANGE, id=row["id"], at=row["scheduled_at"], priority=row["priority"], told=json.dumps(told))


def settle(held: Held, outcome: Outcome, *, losses: int | None = None) -> int:
    """Write how a run ended, if the job is still held; return the id under which it goes on, if it does.

    `losses` says how often its worker was lost in a row, when that is how it ended.
    """
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return _settle(held, outcome, losses)
        except IntegrityError:
            continue
    return held.id


def _settle(held: Held, outcome: Outcome, losses: int | None) -> int:
    if outcome.end is End.FENCED:
        return held.id
    # A row that a frozen worker keeps locked must not freeze the one that looks for lost jobs.
    row = held_row(held, wait=losses is None)
    if row is None:
        logger.warning("%s was given to another worker; its end is not written", held.task)
        return held.id
    if outcome.end in (End.DONE, End.DEAD):
        _finish(row, "succeeded" if outcome.end is End.DONE else "failed", outcome.reason)
        return held.id
    told: dict[str, object] = {} if losses is None else {"losses": losses}
    if outcome.end is not End.RELEASED:
        told = {"failures": outcome.failures, "losses": 0, "reason": outcome.reason}
    return _put_back(row, held.task, outcome, told)


def _finish(row: Row, status: str, reason: str) -> None:
    _rows(_FINISH, id=row["id"], status=status, told=json.dumps({"reason": reason}))


def _put_back(row: Row, task: str, outcome: Outcome, told: dict[str, object]) -> int:
    at = timezone.now() + timedelta(seconds=outcome.after_seconds)
    key = row["queueing_lock"]
    twin = waiting_row(key) if key else None
    if twin is None or (twin["task_name"], twin["args"]["args"]) != (task, row["args"]["args"]):
        _rows(_PUT_BACK, id=row["id"], at=at, key=None if twin else key, told=json.dumps(told))
        return int(row["id"])
    # The job that was queued while this one ran does for both.
    if outcome.end is End.AGAIN:
        twin["scheduled_at"] = max(twin["scheduled_at"] or at, at)
    change(twin, **told)
    _finish(row, "succeeded", outcome.reason)
    return int(twin["id"])


def recover(lease_seconds: float) -> None:
    """Put back the jobs that were lost with their worker."""
    for row in _rows(_LOST, lease_seconds=lease_seconds):
        losses = row["args"].get("losses", 0) + 1
        logger.warning("%s was lost with its worker, for the %d. time", row["task_name"], losses)
        end = Outcome(End.DEAD, reason="WorkerLost") if losses > MAX_LOSSES else Outcome(End.RELEASED)
        settle(Held(row["id"], row["attempts"], row["task_name"], (), 0, 0), end, losses=losses)


def standing() -> Standing:
    """Count the jobs by state."""
    return Standing(**_rows(_STANDING, now=timezone.now())[0])


def dead() -> list[Dead]:
    """Return the dead jobs, oldest first."""
    return [
        Dead(row["id"], row["task_name"], tuple(row["args"]["args"]), row["args"].get("reason", ""))
        for row in _rows(_DEAD)
    ]
