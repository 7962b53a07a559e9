"""Periodic tasks: one job per period over all workers, whichever engine runs it."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from connectors.work.port import find, periods
from connectors.work.rows import Tick


def tick(seconds_by_name: Mapping[str, int] | None = None) -> list[str]:
    """Queue the periodic tasks whose period has begun, and return the names that this call has queued.

    Periods missed while no worker ran are made up for by one run, not by all of them.
    """
    last = dict(Tick.objects.values_list("name", "last"))
    stamp = timezone.now().timestamp()
    every = periods() if seconds_by_name is None else seconds_by_name
    begun = {name: int(stamp // seconds) for name, seconds in every.items()}
    return [name for name, period in begun.items() if last.get(name, -1) < period and _take(name, period)]


@transaction.atomic
def _take(name: str, period: int) -> bool:
    """Queue the job if this worker is the first that sees the period."""
    Tick.objects.get_or_create(name=name, defaults={"last": -1})
    if not Tick.objects.filter(name=name, last__lt=period).update(last=period):
        return False
    # A run that has not come to its turn yet does for this period too.
    find(name).using(dedupe=f"tick:{name}").enqueue()
    return True
