"""What a process has cost: CPU seconds and peak memory."""

import resource
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """CPU time of user and system, and the most memory that was held at once."""

    cpu_seconds: float
    peak_mb: float

    def since(self, begun: "Cost") -> "Cost":
        """Return what was spent after an earlier look; the peak is of the whole time."""
        return Cost(self.cpu_seconds - begun.cpu_seconds, self.peak_mb)


def own_cost() -> Cost:
    """Return what this process has cost since its start."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def family_cost() -> Cost:
    """Return the same with the processes that this one has started and seen end."""
    own, theirs = own_cost(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(own.cpu_seconds + theirs.ru_utime + theirs.ru_stime, own.peak_mb)
