"""The worker: does what is queued until it is told to stop, or what is due now."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from connectors import replay
from connectors.work import Counts, engine

OUTDATED: Final = (
    "The database is older than the ledger of erasures: `manage.py erasures replay` tells it the rest"
)
#: How often a worker that runs sees whether a database was put back under it.
LOOK_SECONDS: Final = 5.0


class Command(BaseCommand):
    """Run the worker."""

    help = "Do background work until told to stop (SIGTERM, Ctrl-C); with --drain, what is due now"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --threads, --drain and --strict."""
        parser.add_argument("--threads", type=int, default=4, help="jobs at a time (default 4)")
        parser.add_argument("--drain", action="store_true", help="do all that is due, then exit")
        parser.add_argument("--strict", action="store_true", help="after --drain, fail if a job went dead")

    def handle(self, *, threads: int, drain: bool, strict: bool, **options: Any) -> None:
        """Work or drain."""
        if threads < 1:
            raise CommandError("--threads must be at least 1")
        if replay.needed():
            raise CommandError(OUTDATED)
        if drain:
            self._drain(strict=strict)
        else:
            self._work(threads)

    def _drain(self, *, strict: bool) -> None:
        counts = engine().drain(ticks=True)
        standing = engine().standing()
        self.stdout.write(f"{_line(counts)}; {standing.waiting} waiting, {standing.dead} dead in all")
        if strict and counts.dead:
            raise CommandError(f"{counts.dead} jobs went dead")

    def _work(self, threads: int) -> None:
        with _stopped_by_signals(self._say_stopping) as stop:
            self.stdout.write(f"working: {settings.WORK_ENGINE}, {threads} threads")
            self.stdout.flush()
            outdated = threading.Event()
            looking = threading.Thread(target=_look, args=(stop, outdated), daemon=True)
            looking.start()
            engine().work(threads=threads, stop=stop)
        self.stdout.write("stopped")
        # Whose own connection went with the database before cannot ask any more.
        if outdated.is_set() or replay.needed_lately():
            raise CommandError(OUTDATED)

    def _say_stopping(self) -> None:
        self.stdout.write("stopping: nothing more is begun")
        self.stdout.flush()


def _look(stop: threading.Event, outdated: threading.Event) -> None:
    """Stop a worker whose database has turned out to be an older one."""
    try:
        while not stop.wait(LOOK_SECONDS):
            if replay.needed_lately():
                outdated.set()
                stop.set()
            connections.close_all()  # or one that broke would answer nothing for ever
    finally:
        connections.close_all()


def _line(counts: Counts) -> str:
    return f"{counts.done} done, {counts.again} to be tried again, {counts.later} put off, {counts.dead} dead"


@contextmanager
def _stopped_by_signals(say: Callable[[], None]) -> Iterator[threading.Event]:
    stop = threading.Event()
    speaking: list[threading.Thread] = []

    def end() -> None:
        stop.set()
        say()

    def tell(number: int, frame: FrameType | None) -> None:
        # From a thread: the signal may have met this one inside the event's own lock.
        speaking.append(threading.Thread(target=end))
        speaking[-1].start()

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
        # Python aborts when it ends while a thread is writing.
        for thread in speaking:
            thread.join()
