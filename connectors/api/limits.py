"""How often a key may ask: so many requests a minute, counted over all web processes of a machine.

A bucket holds a minute's requests and fills again evenly. Each is one number, the time at which it is full
again, in a file that the processes share in memory: a limit that wrote to the database would cost a commit
for each request, and one of each process alone would depend on which of them a connection happened to meet.
"""

import logging
import mmap
import os
import time
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

from django.conf import settings

from connectors.errors import Refused

FILE: Final = "feed-pace"
#: Keys beyond so many share a bucket with an older one.
BUCKETS: Final = 4096

_MINUTE_SECONDS: Final = 60.0
_ROUNDING_SECONDS: Final = 0.0001
_SIZE_BYTES: Final = BUCKETS * 8
_lock = Lock()
_log = logging.getLogger(__name__)


class TooOften(Refused):
    """This key has asked too often: come back after Retry-After seconds."""

    status = 429

    def __init__(self, wait_seconds: float) -> None:
        super().__init__()
        self.wait_seconds = wait_seconds


def take(key_id: int) -> None:
    """Count a request of a key; raises TooOften when its bucket is empty."""
    each_seconds = _MINUTE_SECONDS / settings.FEED_PER_MINUTE
    full_at, bucket = _buckets(settings.VAR_DIR / FILE), key_id % BUCKETS
    # Of two processes in the same instant one may go uncounted; within a process none does.
    with _lock:
        now = time.monotonic()  # the same for all processes of a machine
        ahead = full_at[bucket] - now
        # What is further ahead than a bucket is deep was written before the machine started anew.
        owed_seconds = (ahead if 0 < ahead < _MINUTE_SECONDS + 2 * _ROUNDING_SECONDS else 0.0) + each_seconds
        if owed_seconds > _MINUTE_SECONDS + _ROUNDING_SECONDS:
            raise TooOften(owed_seconds - _MINUTE_SECONDS)
        full_at[bucket] = now + owed_seconds


@lru_cache(maxsize=4)
def _buckets(path: Path) -> "memoryview[float]":
    return memoryview(_shared(path)).cast("d")


def _shared(path: Path) -> mmap.mmap:
    """Return the file in memory; where there can be none, memory of this process alone."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            # Bytes, not a length: a disk that is full by then would kill who writes here. Never cut, as
            # that would kill who has more of it in memory.
            held = os.fstat(file.fileno()).st_size
            os.pwrite(file.fileno(), bytes(max(0, _SIZE_BYTES - held)), held)
            return mmap.mmap(file.fileno(), _SIZE_BYTES)
    except (OSError, ValueError) as error:
        _log.warning("Requests are counted by each process alone: no %s (%s)", FILE, type(error).__name__)
        return mmap.mmap(-1, _SIZE_BYTES)
