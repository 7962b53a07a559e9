"""One procrastinate worker: its own loop, listening and heartbeats, our way of taking and settling."""

import asyncio
import contextlib
import logging
import threading
from collections import Counter
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from django.utils import timezone
from procrastinate import App, JobContext, exceptions
from procrastinate.app import WorkerOptions
from procrastinate.contrib.django import connector_params
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import PsycopgConnector

from connectors.work import procrastinate_rows as rows
from connectors.work.hands import Hands
from connectors.work.outcome import End, Held, Outcome, attempt, judge
from connectors.work.pace import Pace
from connectors.work.port import MAX_ATTEMPTS, Counts, UnknownTask, find, tasks

logger = logging.getLogger("connectors.work")

WATCH_SECONDS = 0.1


class FencedJobs(JobManager):
    """procrastinate's own manager of jobs, with our way of taking and settling them."""

    def __init__(self, connector: PsycopgConnector, turn: "Turn") -> None:
        super().__init__(connector)
        self._turn = turn

    async def fetch_job(self, queues: Any, worker_id: int) -> Job | None:
        """Take the next job that is due, or none; none at all once the worker is told to stop."""
        if self._turn.stop.is_set():
            return None
        now = timezone.now()
        try:
            found = await self.connector.execute_query_all_async(
                query=rows.FETCH,
                now=now,
                until=self._turn.until or now,
                put_off=sorted(self._turn.put_off),
                worker_id=worker_id,
            )
        except exceptions.UniqueViolation:
            return None  # another worker has just taken a job of the same lock
        return Job.from_row(found[0]) if found else None

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Do nothing for a job that its run has settled; put any other back."""
        await self._turn.see_to(job)


class Turn:
    """One worker's time at work, on procrastinate's event loop."""

    def __init__(self, times: Pace, threads: int, until: datetime | None = None) -> None:
        self.until = until
        self.put_off: set[int] = set()
        self.stop = threading.Event()
        self._pace = times
        self._threads = threads
        self._hands = Hands(threads + 1)  # one to write for those that do not end
        self._ends: Counter[End] = Counter()
        self._settled: set[tuple[int, int]] = set()

    def __enter__(self) -> Self:
        self._hands.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hands.__exit__(kind, error, trace)

    def counts(self) -> Counts:
        """Return how the runs have ended so far."""
        ends = self._ends
        return Counts(ends[End.DONE], ends[End.AGAIN], ends[End.LATER], ends[End.DEAD])

    async def once(self) -> None:
        """Run what is due, and end."""
        app = self._app()
        async with app.open_async():
            await app.run_worker_async(**self._options(wait=False))

    async def serve(self, stop: threading.Event) -> None:
        """Run what is due until `stop` is set; a worker that fails is followed by a new one."""
        self.stop = stop
        while not stop.is_set():
            try:
                app = self._app()
                async with app.open_async():
                    await self._watched(app, stop)
            except Exception as error:
                logger.error("a worker failed: %s", type(error).__name__)
            if not stop.is_set():
                await asyncio.sleep(1.0)

    async def _watched(self, app: App, stop: threading.Event) -> None:
        running = asyncio.create_task(app.run_worker_async(**self._options(wait=True)))
        while not running.done() and not stop.is_set():
            await asyncio.wait({running}, timeout=WATCH_SECONDS)
        if stop.is_set():
            running.cancel()  # the worker takes it as the wish to end, and waits for its jobs
        with contextlib.suppress(asyncio.CancelledError):
            await running

    def _options(self, *, wait: bool) -> WorkerOptions:
        times = self._pace
        # The worker sends no heartbeat while it ends; its jobs must not count as lost meanwhile.
        heard_seconds = times.lease_seconds - times.heartbeat_seconds - 1
        return {
            "concurrency": self._threads,
            "wait": wait,
            "listen_notify": wait,
            "fetch_job_polling_interval": times.poll_seconds,
            "shutdown_graceful_timeout": max(0.5, min(times.grace_seconds, heard_seconds)),
            "update_heartbeat_interval": times.heartbeat_seconds,
            "stalled_worker_timeout": times.lease_seconds,
            "install_signal_handlers": False,
        }

    def _app(self) -> App:
        connector = PsycopgConnector(kwargs=connector_params())
        app = App(connector=connector)
        app.job_manager = FencedJobs(connector, self)
        for task in tasks():
            app.task(name=task.name, pass_context=True)(self._run)
        return app

    async def _run(self, context: JobContext, /, **told: Any) -> str:
        """Run one job in a thread, for Django's connections belong to threads."""
        held = _held(context.job, told)
        try:
            job_id, end = await self._hands.do(lambda: _attempt_and_settle(held))
        except asyncio.CancelledError:
            logger.warning("%s did not end in time; it is released", held.task)
            end = End.RELEASED
            job_id = await self._hands.do(lambda: rows.settle(held, Outcome(End.RELEASED)))
        self._settled.add((held.id, held.number))
        self._note(job_id, end)
        return end.value

    async def see_to(self, job: Job) -> None:
        """Put back a job that nobody has settled: its task is unknown here, or the writing failed."""
        held = _held(job, job.task_kwargs)
        if (held.id, held.number) in self._settled:
            self._settled.discard((held.id, held.number))
            return
        try:
            find(held.task)
            outcome = Outcome(End.RELEASED)
        except UnknownTask as error:
            outcome = judge(error, failures=held.failures + 1, max_attempts=held.max_attempts)
        job_id = await self._hands.do(lambda: rows.settle(held, outcome))
        self._note(job_id, outcome.end)

    def _note(self, job_id: int, end: End) -> None:
        self._ends[end] += 1
        if end in (End.AGAIN, End.LATER):
            self.put_off.add(job_id)


def _held(job: Job, told: dict[str, Any]) -> Held:
    try:
        max_attempts = find(job.task_name).max_attempts
    except UnknownTask:
        max_attempts = MAX_ATTEMPTS
    return Held(
        job.id or 0, job.attempts, job.task_name, tuple(told["args"]), told.get("failures", 0), max_attempts
    )


def _attempt_and_settle(held: Held) -> tuple[int, End]:
    outcome = attempt(held)
    return rows.settle(held, outcome), outcome.end
