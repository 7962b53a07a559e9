"""Background work by name: what is to be done, when, for whom one at a time; never how.

The names are those of Django's Tasks API. Verbs know this port; the engines stand behind it:

    enqueue("sync.step", run_id, lock=f"store:{store_id}", dedupe=f"sync:{run_id}")

Arguments are ids and nothing else, because a queue is read by more people than a sealed row.
"""

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import autodiscover_modules, import_string

from connectors.errors import MintaError

Argument = int | str
Verb = Callable[..., object]

# With the doubling waits of `outcome.backoff_seconds`: about two and a half hours of trying.
MAX_ATTEMPTS = 20
PRIORITIES = range(-100, 101)  # Django's own bounds; higher goes first

_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_ID = re.compile(r"[A-Za-z0-9_:.\-]{1,64}")
_KEY = re.compile(r"[A-Za-z0-9_:.\-]{1,128}")
_ENGINES = {
    "ledger": "connectors.work.ledger.Ledger",
    "procrastinate": "connectors.work.procrastinate_engine.Procrastinate",
}


class Unqueueable(MintaError):
    """The task is unknown, or an argument is not an id."""


class UnknownTask(Unqueueable):
    """No task is registered under the name."""

    retry = True  # at a rolling deploy an old worker meets the jobs of the new code


class Later(Exception):
    """Ask to be run again after `seconds`; raised by a task that waits for somebody else."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:g} s")
        self.seconds = seconds


class Fenced(Exception):
    """This job has been given to another worker: stop, and write nothing."""


@dataclass(frozen=True, slots=True)
class Task:
    """A function under a stable name, and how its next job shall be queued."""

    name: str
    verb: Verb = field(repr=False)
    max_attempts: int = MAX_ATTEMPTS
    run_after: datetime | None = None
    priority: int = 0
    lock: str | None = None
    dedupe: str | None = None

    def using(
        self,
        *,
        run_after: datetime | None = None,
        priority: int = 0,
        lock: str | None = None,
        dedupe: str | None = None,
    ) -> "Task":
        """Return this task with the way its jobs are queued changed.

        `lock`: at most one job of that key runs at a time. `dedupe`: at most one job of that key
        waits; a running one does not count, for it may have looked before the new fact was there.
        """
        return replace(self, run_after=run_after, priority=priority, lock=lock, dedupe=dedupe)

    def enqueue(self, *args: Argument) -> None:
        """Queue one job in the caller's transaction; it vanishes with a rollback.

        Raises Unqueueable when an argument or key is not an id, or a time has no zone.
        """
        for position, argument in enumerate(args, start=1):
            if not _is_id(argument):
                raise Unqueueable(f"{self.name}: argument {position} is not an id")
        for place, key in (("lock", self.lock), ("dedupe", self.dedupe)):
            if key is not None and not _KEY.fullmatch(key):
                raise Unqueueable(f"{self.name}: {place} is not a key")
        if self.priority not in PRIORITIES:
            raise Unqueueable(f"{self.name}: priority is not within -100..100")
        if self.run_after is not None and self.run_after.tzinfo is None:
            raise Unqueueable(f"{self.name}: run_after has no time zone")
        engine().enqueue(self, args)

    def call(self, *args: Argument) -> object:
        """Do it here and now."""
        return self.verb(*args)


def _is_id(argument: object) -> bool:
    if isinstance(argument, bool):
        return False
    if isinstance(argument, int):
        return abs(argument) < 2**63
    return isinstance(argument, str) and _ID.fullmatch(argument) is not None


@dataclass(frozen=True, slots=True)
class Counts:
    """How the jobs of one drain ended."""

    done: int = 0
    again: int = 0
    later: int = 0
    dead: int = 0

    @property
    def total(self) -> int:
        """Return how many runs that were."""
        return self.done + self.again + self.later + self.dead


@dataclass(frozen=True, slots=True)
class Standing:
    """How many jobs there are now; `due` of the waiting ones could run at once."""

    waiting: int
    due: int
    running: int
    dead: int


@dataclass(frozen=True, slots=True)
class Dead:
    """A job that nobody will try again, and why."""

    id: int
    task: str
    args: tuple[Argument, ...]
    reason: str


class Engine(Protocol):
    """What an engine does for the port."""

    def enqueue(self, task: Task, args: Sequence[Argument]) -> None:
        """Write the job on Django's own connection."""

    def drain(self, until: datetime | None = None, *, ticks: bool = False) -> Counts:
        """Do everything that is due now, or by `until`, with what that enqueues.

        A job that this drain has put off waits for the real clock, or it would spin.
        `ticks` makes the periodic jobs that are due first.
        """

    def work(self, *, threads: int, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish what runs, or release it after the grace."""

    def fence(self) -> None:
        """Raise Fenced when the job of this thread belongs to another worker by now."""

    def standing(self) -> Standing:
        """Return how many jobs there are."""

    def dead(self) -> list[Dead]:
        """Return the dead jobs, oldest first."""


_tasks: dict[str, Task] = {}
_periods_seconds: dict[str, int] = {}


def task(*, name: str, max_attempts: int = MAX_ATTEMPTS) -> Callable[[Verb], Task]:
    """Register a function as the task of that name."""

    def register(verb: Verb) -> Task:
        if not _NAME.fullmatch(name):
            raise Unqueueable("a task's name is 1-64 of a-z, 0-9, dot and underscore")
        if name in _tasks:
            raise Unqueueable(f"{name} is registered twice")
        _tasks[name] = Task(name, verb, max_attempts)
        return _tasks[name]

    return register


def periodic(name: str, *, every_seconds: int, max_attempts: int = MAX_ATTEMPTS) -> Callable[[Verb], Task]:
    """Register a function without arguments that is to be run once per `every_seconds`, over all workers."""

    def register(verb: Verb) -> Task:
        registered = task(name=name, max_attempts=max_attempts)(verb)
        _periods_seconds[name] = every_seconds
        return registered

    return register


def periods() -> dict[str, int]:
    """Return {task name: seconds between two runs}."""
    load()
    return dict(_periods_seconds)


def find(name: str) -> Task:
    """Return the task of that name, or raise UnknownTask when nobody registered one."""
    if name not in _tasks:
        load()
    if name not in _tasks:
        shown = name if _NAME.fullmatch(name) else "that is no task's name"
        raise UnknownTask(f"no task is registered under {shown}")
    return _tasks[name]


def tasks() -> list[Task]:
    """Return every registered task."""
    load()
    return list(_tasks.values())


@cache
def load() -> None:
    """Import the `tasks` module of every installed app, which stands on a floor above this one."""
    autodiscover_modules("tasks")


def enqueue(
    name: str,
    *args: Argument,
    lock: str | None = None,
    dedupe: str | None = None,
    priority: int = 0,
    run_after: datetime | None = None,
) -> None:
    """Queue one job by its task's name; see `Task.using` and `Task.enqueue`.

    Raises UnknownTask when no task has that name.
    """
    find(name).using(run_after=run_after, priority=priority, lock=lock, dedupe=dedupe).enqueue(*args)


def fence() -> None:
    """Raise Fenced when this job has been given to another worker.

    Call it first in the transaction that writes what must happen once: until that transaction
    ends, the job cannot be given away. Outside a job it does nothing.
    """
    engine().fence()


def engine() -> Engine:
    """Return the engine that the settings name."""
    return _engine(settings.WORK_ENGINE)


@cache
def _engine(name: str) -> Engine:
    return cast(Engine, import_string(_ENGINES[name])())
