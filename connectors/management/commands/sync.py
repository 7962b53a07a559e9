"""Sync stores now."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from connectors import audit, sync, work
from connectors.models import Run, RunMode, RunState, Store, StoreState

_POLL_SECONDS = 0.5


class Command(BaseCommand):
    """Open runs, work until they end, say how."""

    help = "Sync a store, or all that are open, now and in this process; says what was kept and refused"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the store and --full."""
        parser.add_argument("store", nargs="?", help="a store's opaque reference; without it all open stores")
        parser.add_argument("--full", action="store_true", help="read everything, and see what is gone")

    def handle(self, *, store: str | None, full: bool, **_: Any) -> None:
        """Do it; ends with 1 when a run failed."""
        runs = [pk for each in _stores(store) for pk in _begin(each, RunMode.FULL if full else RunMode.SINCE)]
        while Run.objects.filter(pk__in=runs, state__in=Run.OPEN).exists():
            if not work.engine().drain().total:
                time.sleep(_POLL_SECONDS)
        failed = 0
        for run in Run.objects.filter(pk__in=runs).select_related("store").order_by("pk"):
            self.stdout.write(_line(run))
            failed += run.state != RunState.DONE
        if failed:
            raise CommandError(f"{failed} of {len(runs)} runs failed")


def _stores(ref: str | None) -> list[Store]:
    if ref is None:
        return list(Store.objects.filter(state__in=[StoreState.ACTIVE, StoreState.CLOSED]).order_by("pk"))
    found = Store.objects.filter(ref=ref).first()
    if found is None:
        raise CommandError("There is no such store; `manage.py stores` lists them")
    if found.state not in (StoreState.ACTIVE, StoreState.CLOSED):
        raise CommandError(f"Store {found.ref} is {found.state}: there is nothing to sync with")
    return [found]


def _begin(store: Store, mode: RunMode) -> list[int]:
    with transaction.atomic():
        locked = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        sync.begin(locked, mode)
        audit.note(locked.ref, audit.operator(), "sync.asked", mode=mode)
    # Those that were open before count too: they are what is being waited for.
    opened = Run.objects.filter(store=store, epoch=store.epoch, state__in=Run.OPEN)
    return list(opened.values_list("pk", flat=True))


def _line(run: Run) -> str:
    counts = f"{run.parsed} parsed, {run.kept} kept, {run.refused} refused, {run.gone} gone"
    return f"{run.store.ref}\t{run.kind}\t{run.mode}\t{run.state}\t{counts}{run.error and f'  {run.error}'}"
