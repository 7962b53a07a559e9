"""What a process has cost: CPU seconds and peak memory."""

import resource
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """CPU time of user and system, and the most memory that was held at once."""

    cpu_seconds: float
    peak_mb: float


def own_cost() -> Cost:
    """Return what this process has cost since its start."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
