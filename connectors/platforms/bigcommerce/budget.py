"""What a store still lets us ask: its window of requests, which every app on the store shares.

https://docs.bigcommerce.com/developer/docs: API rate limits. Each answer tells the window's quota, how much
of it is left and when it begins anew. A tenth stays for the others.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final

_RESERVE: Final = 0.1
# Without figures a refusal is the whole platform's overload.
OVERLOAD_SECONDS: Final = 60.0
LONGEST_SECONDS: Final = 900.0


class Budget:
    """The window of one store."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free = 1.0
        self._resets_at = 0.0

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take in what an answer says."""
        left = _figure(headers.get("x-rate-limit-requests-left"))
        quota = _figure(headers.get("x-rate-limit-requests-quota"))
        reset = _reset_seconds(headers)
        if left is None or reset is None:
            return
        self._free = left - (quota or 0.0) * _RESERVE
        self._resets_at = self._clock() + reset

    def wait_seconds(self) -> float:
        """Return how long until something may be asked; 0 while more than the reserve is left."""
        return max(0.0, self._resets_at - self._clock()) if self._free < 1 else 0.0


def refused_seconds(headers: Mapping[str, str]) -> float | None:
    """Return how long a 429 asks us to wait; None when it is no store's window but an overload."""
    for seconds in (
        _reset_seconds(headers),
        _figure(headers.get("x-retry-after")),
        _figure(headers.get("retry-after")),
    ):
        if seconds is not None:
            return min(seconds, LONGEST_SECONDS)
    return None


def _reset_seconds(headers: Mapping[str, str]) -> float | None:
    reset = _figure(headers.get("x-rate-limit-time-reset-ms"))
    return None if reset is None else min(reset / 1000, LONGEST_SECONDS)


def _figure(said: str | None) -> float | None:
    """Return a whole number of an answer's head."""
    return float(said) if said is not None and said.isascii() and said.isdigit() and len(said) < 16 else None
