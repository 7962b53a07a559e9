"""The embedded engine: our rows, leases with heartbeat, several threads and several workers."""

import logging
import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, connections, transaction
from django.db.models import Count, Q
from django.utils import timezone

from connectors.work import leases
from connectors.work.outcome import End, Held, Outcome, attempt, holding
from connectors.work.pace import Pace, pace
from connectors.work.port import Argument, Counts, Dead, Fenced, Standing, Task
from connectors.work.pulse import Beat, Pulse
from connectors.work.rows import Job, State
from connectors.work.ticks import tick

logger = logging.getLogger("connectors.work")

# An enqueue and a claim may meet on one row; each meeting settles one of them.
ENQUEUE_TRIES = 20


class Ledger:
    """Jobs in our own table, on SQLite and PostgreSQL."""

    def enqueue(self, task: Task, args: Sequence[Argument]) -> None:
        """Write the job in the caller's transaction, or let the waiting one of its key do for it."""
        now = timezone.now()
        job = Job(
            task=task.name,
            args=list(args),
            lock_key=task.lock,
            dedupe_key=task.dedupe,
            priority=task.priority,
            run_at=task.run_after or now,
            max_attempts=task.max_attempts,
            created=now,
        )
        if task.dedupe is None:
            job.save(force_insert=True)
            return
        for _ in range(ENQUEUE_TRIES):
            with transaction.atomic():
                if _joined(job) or _inserted(job):
                    return
        raise IntegrityError(f"{task.name} could not be queued: its key changed hands all the time")

    def drain(self, until: datetime | None = None, *, ticks: bool = False) -> Counts:
        """Do everything that is due, in this thread; see `Engine.drain`."""
        if ticks:
            tick()
        shift, ends, put_off = Shift(pace()), Counter[End](), set[int]()
        with Pulse(shift.heartbeat()):
            while (ended := shift.step(until, put_off)) is not None:
                job_id, end = ended
                ends[end] += 1
                if end in (End.AGAIN, End.LATER):
                    put_off.add(job_id)
        return Counts(ends[End.DONE], ends[End.AGAIN], ends[End.LATER], ends[End.DEAD])

    def work(self, *, threads: int, stop: threading.Event) -> None:
        """Work in `threads` threads until `stop` is set; see `Engine.work`."""
        times = pace()
        shift = Shift(times)
        beats = (
            shift.heartbeat(),
            Beat(times.tick_seconds, tick, first_seconds=0),
            Beat(times.prune_seconds, lambda: leases.prune(times.keep_done_hours)),
        )
        hands = [threading.Thread(target=shift.run, args=(stop,), daemon=True) for _ in range(threads)]
        with Pulse(*beats):
            for hand in hands:
                hand.start()
            while not stop.wait(1.0):
                pass
            deadline = time.monotonic() + times.grace_seconds
            for hand in hands:
                hand.join(max(0.0, deadline - time.monotonic()))
            shift.release()

    def fence(self) -> None:
        """Raise Fenced unless the job of this thread is still ours; see `port.fence`."""
        held = holding()
        if held is None:
            return
        row = leases.held_row(held)
        if transaction.get_connection().in_atomic_block:
            row = row.select_for_update()
        if row.first() is None:
            raise Fenced

    def standing(self) -> Standing:
        """Count the jobs by state."""
        counted = Job.objects.aggregate(
            waiting=Count("pk", filter=Q(state=State.READY)),
            running=Count("pk", filter=Q(state=State.RUNNING)),
            dead=Count("pk", filter=Q(state=State.DEAD)),
        )
        return Standing(**counted, due=leases.due().count())

    def dead(self) -> list[Dead]:
        """Return the dead jobs, oldest first."""
        rows = Job.objects.filter(state=State.DEAD).order_by("finished", "id")
        return [Dead(row.pk, row.task, tuple(row.args), row.last_error) for row in rows]


def _joined(job: Job) -> bool:
    """Find the waiting job of the same key, and hold it until the caller's transaction ends.

    Were it not held, a worker could run it before the fact that the caller has written is to be
    seen, and nobody would come again.
    """
    waiting = Job.objects.filter(state=State.READY, dedupe_key=job.dedupe_key)
    twin = waiting.select_for_update().first()
    if twin is None:
        return False
    sooner = job.run_at < twin.run_at and twin.attempts == 0  # a failed job keeps its distance
    if sooner or job.priority > twin.priority:
        twin.run_at = job.run_at if sooner else twin.run_at
        twin.priority = max(twin.priority, job.priority)
        twin.save(update_fields=["run_at", "priority"])
    return True


def _inserted(job: Job) -> bool:
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        job.pk = None
        return False
    return True


class Shift:
    """One worker's time at work: what it holds, and how it runs it."""

    def __init__(self, times: Pace) -> None:
        self._worker = f"{socket.gethostname()[:64]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._times = times
        self._holds: dict[int, Held] = {}
        self._lock = threading.Lock()

    def heartbeat(self) -> Beat:
        """Return the beat that keeps the leases of what this shift holds."""
        return Beat(self._times.heartbeat_seconds, self._renew)

    def step(self, until: datetime | None = None, put_off: Collection[int] = ()) -> tuple[int, End] | None:
        """Run the next job, and return the id under which it goes on with how it ended; or None."""
        held = leases.claim(self._worker, self._times.lease_seconds, until=until, put_off=put_off)
        if held is None:
            return None
        with self._lock:
            self._holds[held.id] = held
        outcome = Outcome(End.RELEASED)  # what an interrupt leaves behind
        try:
            outcome = attempt(held)
        finally:
            job_id = self._let_go(held, outcome)
        return job_id, outcome.end

    def run(self, stop: threading.Event) -> None:
        """Run jobs until `stop` is set; one thread of a worker."""
        try:
            while not stop.is_set():
                if not self._try_step():
                    stop.wait(self._times.poll_seconds)
        finally:
            connections.close_all()

    def release(self) -> None:
        """Give back what is still running; what its thread writes later is fenced off."""
        with self._lock:
            left, self._holds = list(self._holds.values()), {}
        for held in left:
            logger.warning("%s did not end in time; it is released", held.task)
            leases.settle(held, Outcome(End.RELEASED))

    def _try_step(self) -> bool:
        try:
            return self.step() is not None
        except Exception as error:
            # The database is away or busy: a job that was running is run again when its lease ends.
            logger.error("a worker's step failed: %s", type(error).__name__)
            connections.close_all()
            return False

    def _let_go(self, held: Held, outcome: Outcome) -> int:
        with self._lock:
            self._holds.pop(held.id, None)
        return leases.settle(held, outcome)

    def _renew(self) -> None:
        with self._lock:
            holds = list(self._holds.values())
        leases.renew(holds, self._times.lease_seconds)
