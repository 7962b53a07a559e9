"""How fast one instance may be asked, and what is remembered of it between two pieces of work.

Wix allows 200 requests a minute for an instance and says in no header how many are left
(https://dev.wix.com/docs/rest/articles/get-started/rate-limits), so we count ourselves, in each process.
"""

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Final

BURST: Final = 20
#: A burst and a minute of this are the 200.
PER_SECOND: Final = 3.0


class Pace:
    """Tokens of one instance: a burst, and then so many a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = float(BURST)
        self._seen_at = clock()

    def take(self, longest_seconds: float) -> float:
        """Take a token, and return how long to wait before it counts.

        What is longer than `longest_seconds` is returned too, but nothing is taken.
        """
        with self._lock:
            now = self._clock()
            self._tokens = min(BURST, self._tokens + (now - self._seen_at) * PER_SECOND)
            self._seen_at = now
            wait_seconds = max(0.0, (1.0 - self._tokens) / PER_SECOND)
            if wait_seconds <= longest_seconds:
                self._tokens -= 1.0
            return wait_seconds

    def spend(self) -> None:
        """Leave nothing: the platform has said that it was too much."""
        with self._lock:
            self._tokens = min(self._tokens, 0.0)


class Memory:
    """What a process remembers of one instance: its pace, the catalog that it had, and what it refused."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.pace = Pace(clock)
        self.catalog: str | None = None
        self._refusals: dict[str, set[int]] = {}

    def refused(self, part: str, token: str) -> bool:
        """Take in that a part of the site refused a token; tell whether it has refused another before."""
        tokens = self._refusals.setdefault(part, set())
        if len(tokens) < 2:
            tokens.add(hash(token))
        return len(tokens) == 2

    def granted(self, part: str) -> None:
        """Take in that a part of the site may be read."""
        self._refusals.pop(part, None)


@lru_cache(maxsize=4096)
def memory(origin: str, shop: str) -> Memory:
    """Return this process's memory of an instance at an origin."""
    return Memory()
