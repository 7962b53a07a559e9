"""The engine for many machines: procrastinate on PostgreSQL.

Its defer function writes on Django's own connection, so that a job commits with the fact that
causes it; its worker listens, sends heartbeats and runs; `procrastinate_rows` takes and settles.
"""

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from procrastinate import App, exceptions, sql
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Status

from connectors.work import procrastinate_rows as rows
from connectors.work.outcome import holding
from connectors.work.pace import pace
from connectors.work.port import Argument, Counts, Dead, Fenced, Standing, Task
from connectors.work.procrastinate_worker import Turn
from connectors.work.pulse import Beat, Pulse
from connectors.work.ticks import tick

# An enqueue and a fetch may meet on one row; each meeting settles one of them.
ENQUEUE_TRIES = 20
RECOVER_SECONDS = 30.0


class Procrastinate:
    """Jobs in procrastinate's table."""

    def __init__(self) -> None:
        self._desk = App(connector=DjangoConnector())

    def enqueue(self, task: Task, args: Sequence[Argument]) -> None:
        """Write the job in the caller's transaction, or let the waiting one of its key do for it."""
        if task.dedupe is None:
            self._defer(task, args)
            return
        for _ in range(ENQUEUE_TRIES):
            with transaction.atomic():
                if _joined(task, task.dedupe) or self._deferred(task, args):
                    return
        raise IntegrityError(f"{task.name} could not be queued: its key changed hands all the time")

    def drain(self, until: datetime | None = None, *, ticks: bool = False) -> Counts:
        """Do everything that is due, in one worker that ends; see `Engine.drain`."""
        if ticks:
            tick()
        times = pace()
        with Turn(times, 1, until) as turn:
            while True:
                before = turn.counts()
                rows.recover(times.lease_seconds)
                asyncio.run(turn.once())
                if turn.counts() == before:
                    return before

    def work(self, *, threads: int, stop: threading.Event) -> None:
        """Work on `threads` jobs at a time until `stop` is set; see `Engine.work`."""
        times = pace()
        beats = (
            Beat(
                min(RECOVER_SECONDS, times.lease_seconds / 2),
                lambda: rows.recover(times.lease_seconds),
                first_seconds=0,
            ),
            Beat(times.tick_seconds, tick, first_seconds=0),
            Beat(times.prune_seconds, lambda: self._prune(times.keep_done_hours)),
        )
        with Pulse(*beats), Turn(times, threads) as turn:
            asyncio.run(turn.serve(stop))

    def fence(self) -> None:
        """Raise Fenced unless the job of this thread is still ours; see `port.fence`."""
        held = holding()
        if held is not None and rows.held_row(held) is None:
            raise Fenced

    def standing(self) -> Standing:
        """Count the jobs by state."""
        return rows.standing()

    def dead(self) -> list[Dead]:
        """Return the dead jobs, oldest first."""
        return rows.dead()

    def _defer(self, task: Task, args: Sequence[Argument]) -> None:
        self._desk.configure_task(
            task.name,
            lock=task.lock,
            queueing_lock=task.dedupe,
            priority=task.priority,
            schedule_at=task.run_after,
        ).defer(args=list(args))

    def _deferred(self, task: Task, args: Sequence[Argument]) -> bool:
        try:
            with transaction.atomic():  # or the refusal would abort the caller's transaction
                self._defer(task, args)
        except exceptions.AlreadyEnqueued:
            return False
        return True

    def _prune(self, keep_done_hours: int) -> None:
        self._desk.connector.get_sync_connector().execute_query(
            sql.queries["delete_old_jobs"],
            nb_hours=keep_done_hours,
            queue=None,
            statuses=[Status.SUCCEEDED.value],
        )


def _joined(task: Task, key: str) -> bool:
    """Find the waiting job of the same key, and hold it until the caller's transaction ends.

    Were it not held, a worker could run it before the fact that the caller has written is to be
    seen, and nobody would come again.
    """
    twin = rows.waiting_row(key)
    if twin is None:
        return False
    at, wanted = twin["scheduled_at"], task.run_after
    sooner = at is not None and (wanted is None or wanted < at) and not twin["args"].get("failures")
    if sooner or task.priority > twin["priority"]:
        twin["scheduled_at"] = wanted if sooner else at
        twin["priority"] = max(twin["priority"], task.priority)
        rows.change(twin)
    return True
