"""The rate limit: so many requests of all apps together in a window of 30 seconds, per store."""

import threading

WINDOW_SECONDS = 30.0
LIMIT = 150


class Quota:
    """Count the requests of one store."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self._used = 0
        self._began = 0.0
        self._lock = threading.Lock()

    def spend(self, now: float, count: int = 1) -> bool:
        """Take `count` requests from the window; tell whether they were there. Others may take them all."""
        with self._lock:
            self._turn(now)
            fits = self._used + count <= self.limit
            self._used = min(self.limit, self._used + count)
            return fits

    def end_in(self, seconds: float, now: float) -> None:
        """Let the window that runs end so many seconds from now."""
        with self._lock:
            self._began = now + seconds - WINDOW_SECONDS

    def headers(self, now: float) -> dict[str, str]:
        """Write the headers that every answer carries."""
        with self._lock:
            self._turn(now)
            left_seconds = self._began + WINDOW_SECONDS - now
            return {
                "X-Rate-Limit-Time-Window-Ms": str(int(WINDOW_SECONDS * 1000)),
                "X-Rate-Limit-Time-Reset-Ms": str(max(1, int(left_seconds * 1000))),
                "X-Rate-Limit-Requests-Quota": str(self.limit),
                "X-Rate-Limit-Requests-Left": str(self.limit - self._used),
            }

    def _turn(self, now: float) -> None:
        if now >= self._began + WINDOW_SECONDS:
            self._began, self._used = now, 0
