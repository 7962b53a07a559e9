"""How often and how long, in seconds; from the settings where an operator may want another figure."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Pace:
    """The times that a worker keeps."""

    lease_seconds: float
    heartbeat_seconds: float
    grace_seconds: float
    poll_seconds: float = 0.5
    tick_seconds: float = 1.0
    prune_seconds: float = 600.0
    keep_done_hours: int = 24


def pace() -> Pace:
    """Return the times that the settings ask for."""
    return Pace(
        lease_seconds=settings.WORK_LEASE_SECONDS,
        heartbeat_seconds=settings.WORK_HEARTBEAT_SECONDS,
        # Less than the 30 s after which service managers kill.
        grace_seconds=getattr(settings, "WORK_GRACE_SECONDS", 25),
    )
