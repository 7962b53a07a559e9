"""How long a processor that failed is left alone: a growing while, up to an hour, for ever."""

import random
from datetime import timedelta
from typing import Final

from connectors.errors import MintaError
from connectors.work.outcome import reason

#: From one attempt to the next; the last of them again and again.
GAPS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 2 * 60, 10 * 60, 30 * 60, 60 * 60))
HOURLY: Final = GAPS[-1]
#: A call that was begun so long ago has ended, whether we heard of it or not.
QUIET: Final = timedelta(seconds=90)
#: What a failure's words are cut to.
REASON_CHARACTERS: Final = 200

_disorder = random.SystemRandom()


def after(failures: int, error: MintaError | None = None) -> timedelta:
    """Return how long to wait after so many failures in a row; never less than what the error asks."""
    gap = GAPS[min(max(failures, 1), len(GAPS)) - 1] * _disorder.uniform(0.8, 1.0)
    return max(gap, timedelta(seconds=float(getattr(error, "wait_seconds", 0.0))))


def words(error: MintaError) -> str:
    """Name an error: its class, the place and the code; never a value."""
    return reason(error)[:REASON_CHARACTERS]
