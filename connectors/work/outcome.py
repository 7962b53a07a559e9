"""One run of one job, and what follows from how it ended; the same for every engine."""

import logging
import random
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum

from django.db import connections

from connectors.errors import MintaError
from connectors.work.port import Argument, Fenced, Later, find

logger = logging.getLogger("connectors.work")

BACKOFF_CAP_SECONDS = 15 * 60.0
# A job that is running when its worker dies is run again at once; one that keeps killing
# its workers would take everybody else's jobs down with it for ever.
MAX_LOSSES = 20
REASON_CHARACTERS = 300

_disorder = random.SystemRandom()


class End(Enum):
    """How a run ended."""

    DONE = "done"
    AGAIN = "again"
    LATER = "later"
    RELEASED = "released"
    DEAD = "dead"
    FENCED = "fenced"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, after how long the job is due again, and with how many failures in a row."""

    end: End
    after_seconds: float = 0.0
    failures: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A job that a worker holds, under the number of its claim, after `failures` in a row."""

    id: int
    number: int
    task: str
    args: tuple[Argument, ...]
    failures: int
    max_attempts: int


_holding: ContextVar[Held | None] = ContextVar("holding", default=None)


def holding() -> Held | None:
    """Return the job that this thread is running."""
    return _holding.get()


def attempt(held: Held) -> Outcome:
    """Run a job once and say how it ended; only an interrupt from the keyboard comes out."""
    token = _holding.set(held)
    try:
        find(held.task).call(*held.args)
    except Later as later:
        return Outcome(End.LATER, max(0.0, later.seconds))
    except Fenced:
        logger.warning("%s was given to another worker; its late result is not written", held.task)
        return Outcome(End.FENCED)
    except (Exception, SystemExit) as error:
        outcome = judge(error, failures=held.failures + 1, max_attempts=held.max_attempts)
    else:
        return Outcome(End.DONE)
    finally:
        _holding.reset(token)
    _let_go_of_connections()
    _tell(held.task, outcome)
    return outcome


def _let_go_of_connections() -> None:
    """Close what the failed job may have broken; a drain inside its caller's transaction keeps it."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def judge(error: BaseException, *, failures: int, max_attempts: int) -> Outcome:
    """Say what follows from an error, the `failures`th in a row."""
    worth_trying = error.retry if isinstance(error, MintaError) else True
    if worth_trying and failures < max_attempts:
        return Outcome(End.AGAIN, backoff_seconds(failures, error), failures, reason(error))
    return Outcome(End.DEAD, failures=failures, reason=reason(error))


def backoff_seconds(failures: int, error: BaseException | None = None) -> float:
    """Return how long to wait: 1-2, 2-4, 4-8 … seconds; what a Throttled asks; at most 15 minutes."""
    doubled = min(BACKOFF_CAP_SECONDS, 2.0 ** min(failures, 20))
    asked = float(getattr(error, "wait_seconds", 0.0))
    return min(BACKOFF_CAP_SECONDS, max(doubled * _disorder.uniform(0.5, 1.0), asked))


def reason(error: BaseException) -> str:
    """Name an error; only our own messages are known to hold no value."""
    if isinstance(error, MintaError):
        return f"{type(error).__name__}: {error}"[:REASON_CHARACTERS]
    return f"{type(error).__name__}{_place(error)}"[:REASON_CHARACTERS]


def _place(error: BaseException) -> str:
    """Return where in our code it was raised, since the message cannot be shown."""
    place, frame = "", error.__traceback__
    while frame is not None:
        module = str(frame.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("connectors.") and not module.startswith("connectors.work."):
            place = f" at {module}:{frame.tb_lineno}"
        frame = frame.tb_next
    return place


def _tell(name: str, outcome: Outcome) -> None:
    if outcome.end is End.DEAD:
        logger.error("%s is dead after %d failures: %s", name, outcome.failures, outcome.reason)
    else:
        logger.warning("%s tries again in %.0f s: %s", name, outcome.after_seconds, outcome.reason)
