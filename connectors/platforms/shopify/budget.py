"""What a store still lets us ask: Shopify's bucket of points, as its answers tell it.

https://shopify.dev/docs/api/usage/limits: points come back at `restoreRate` a second up to
`maximumAvailable`; a query's requested cost is taken first and the difference to its real cost given back.
"""

import math
import time
from collections.abc import Callable

from connectors.platforms.shopify.wire.replies import Cost

# Without figures: about what a page of a hundred points takes to come back on the smallest plan.
_UNKNOWN_WAIT_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = 900.0


class Budget:
    """The bucket of one store, and what each document was last asked for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._available = 0.0
        self._maximum = math.inf
        self._rate = 0.0
        self._seen_at: float | None = None
        self._costs: dict[str, float] = {}

    def learn(self, shape: str, cost: Cost | None) -> None:
        """Take in what an answer says; `shape` names a document and its page sizes."""
        if cost is None:
            return
        if cost.requested_query_cost is not None:
            self._costs[shape] = cost.requested_query_cost
        status = cost.throttle_status
        if status is None or status.currently_available is None:
            return
        self._available = status.currently_available
        self._seen_at = self._clock()
        if status.maximum_available is not None:
            self._maximum = status.maximum_available
        if status.restore_rate is not None:
            self._rate = status.restore_rate

    def wait_seconds(self, shape: str) -> float:
        """Return how long until a query of this shape fits; 0 when it does, or was never asked before."""
        if self._seen_at is None or shape not in self._costs:
            return 0.0
        missing = self._costs[shape] - self._left(self._seen_at)
        return 0.0 if missing <= 0 else self._seconds(missing)

    def refused_seconds(self, cost: Cost | None) -> float:
        """Return how long to wait after a THROTTLED answer: (requested - available) / rate."""
        status = None if cost is None else cost.throttle_status
        if cost is None or cost.requested_query_cost is None or status is None:
            return _UNKNOWN_WAIT_SECONDS
        if status.currently_available is None or not status.restore_rate or status.restore_rate < 0:
            return _UNKNOWN_WAIT_SECONDS
        missing = max(cost.requested_query_cost - status.currently_available, 1.0)
        return min(missing / status.restore_rate, _LONGEST_WAIT_SECONDS)

    def _left(self, seen_at: float) -> float:
        return min(self._maximum, self._available + (self._clock() - seen_at) * self._rate)

    def _seconds(self, missing: float) -> float:
        return min(missing / self._rate, _LONGEST_WAIT_SECONDS) if self._rate > 0 else _UNKNOWN_WAIT_SECONDS
