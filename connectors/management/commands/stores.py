"""The stores: which there are, how they stand, what is owed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Max

from connectors import erase
from connectors.models import Duty, DutyState, Run, RunState, Store, StoreState


class Command(BaseCommand):
    """List stores."""

    help = (
        "List the stores by their opaque reference: state, epoch, last complete sync, erasures not yet proved"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --state and --platform."""
        parser.add_argument("--state", choices=StoreState.values, help="only those in this state")
        parser.add_argument("--platform", help="only those of this platform")

    def handle(self, *, state: str | None, platform: str | None, **options: Any) -> None:
        """Print a line for each store, and how many there are."""
        stores = Store.objects.order_by("pk")
        if state:
            stores = stores.filter(state=state)
        if platform:
            stores = stores.filter(platform=platform)
        count = 0
        for count, store in enumerate(stores.iterator(), start=1):  # noqa: B007 - the last number is the count
            self.stdout.write("\t".join(_line(store)))
        self.stdout.write(f"{count} {'store' if count == 1 else 'stores'}")


def _line(store: Store) -> Iterator[str]:
    yield store.ref
    yield store.platform
    yield store.state
    yield f"epoch {store.epoch}"
    if store.installed_at:
        yield f"installed {_moment(store.installed_at)}"
    done = Run.objects.filter(store=store, epoch=store.epoch, state=RunState.DONE)
    synced = done.aggregate(at=Max("finished_at"))["at"]
    if synced:
        yield f"synced {_moment(synced)}"
    owed = Duty.objects.filter(store_ref=store.ref, kind=Duty.ERASE_STORE, state__in=Duty.OWED)
    for duty in owed.order_by("due_at"):
        yield f"epoch {duty.epoch} {_erasure(duty)}"


def _erasure(duty: Duty) -> str:
    if duty.state != DutyState.SENT:
        return f"to be erased {_moment(duty.due_at)}"
    return f"erased here, copies to be confirmed until {_moment(duty.deadline_at)} by: {erase.awaited(duty)}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
