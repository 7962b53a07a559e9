"""Erase a store now."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from connectors import erase, work
from connectors.models import Duty, DutyState, Store, StoreState

_POLL_SECONDS = 0.5


class Command(BaseCommand):
    """Uninstall a store at our side, erase it, name the receipt."""

    help = "Erase everything of a store now, and name the receipt. There is no way back"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the store and --yes."""
        parser.add_argument("store", help="the store's opaque reference")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, store: str, yes: bool, **_: Any) -> None:
        """Do it, after the reference was typed once more."""
        if not Store.objects.filter(ref=store).exists():
            raise CommandError("There is no such store; `manage.py stores` lists them")
        if not yes and input(f"Type {store} again to erase all of it: ").strip() != store:
            raise CommandError("Nothing was erased")
        duty = _owe(store)
        while duty.state != DutyState.DONE:
            if not work.engine().drain().total:
                time.sleep(_POLL_SECONDS)
            duty.refresh_from_db()
        removed = ", ".join(f"{count} {place}" for place, count in sorted(duty.counts.items()))
        self.stdout.write(f"{store}\terased\treceipt {duty.receipt.number}\tremoved: {removed}")


def _owe(ref: str) -> Duty:
    now = timezone.now()
    with transaction.atomic():
        store = Store.objects.select_for_update(no_key=True).get(ref=ref)
        if store.readable or store.state == StoreState.QUARANTINED:
            erase.redact(store, now, "operator")
    duty = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=ref).order_by("-epoch").first()
    if duty is None:
        raise CommandError("The store was never installed: there is nothing to erase")
    return duty
