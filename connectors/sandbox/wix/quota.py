"""How much an instance may ask: 200 requests in a minute. Nothing in an answer tells how many are left."""

import threading
from collections import deque

PER_MINUTE = 200
WINDOW_SECONDS = 60.0


class Quota:
    """Count the requests of each instance in the minute that has just passed."""

    def __init__(self) -> None:
        self.per_minute = PER_MINUTE
        self._taken: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, instance_id: str, now: float) -> bool:
        """Take one request; tell whether there was one left."""
        with self._lock:
            taken = self._window(instance_id, now)
            if len(taken) >= self.per_minute:
                return False
            taken.append(now)
            return True

    def spend(self, instance_id: str, now: float) -> None:
        """Take all that is left."""
        with self._lock:
            taken = self._window(instance_id, now)
            taken.extend([now] * (self.per_minute - len(taken)))

    def left(self, instance_id: str, now: float) -> int:
        """Tell how many are left."""
        with self._lock:
            return self.per_minute - len(self._window(instance_id, now))

    def _window(self, instance_id: str, now: float) -> deque[float]:
        taken = self._taken.setdefault(instance_id, deque())
        while taken and taken[0] <= now - WINDOW_SECONDS:
            taken.popleft()
        return taken
