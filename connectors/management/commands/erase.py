"""Erase a store now."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from connectors import copies, erase, work
from connectors.errors import Refused
from connectors.models import Duty, DutyState, Store, StoreState

_POLL_SECONDS = 0.5


class Command(BaseCommand):
    """Uninstall a store at our side, erase it, name the receipt."""

    help = (
        "Erase everything of a store now, and name the receipt, or whom it waits for. There is no way back."
        " With --confirmed: say for the holder of a revoked key, who cannot say it, that its copies are gone"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the store, --yes and --confirmed."""
        parser.add_argument("store", help="the store's opaque reference")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--confirmed",
            metavar="KEYNAME",
            help="erase nothing: the copies of this revoked feed key are gone",
        )

    def handle(self, *, store: str, yes: bool, confirmed: str | None, **_: Any) -> None:
        """Do it, after the reference, or the name of the key, was typed once more."""
        if not Store.objects.filter(ref=store).exists():
            raise CommandError("There is no such store; `manage.py stores` lists them")
        if confirmed is not None:
            self._confirm(store, confirmed, yes)
            return
        if not yes and input(f"Type {store} again to erase all of it: ").strip() != store:
            raise CommandError("Nothing was erased")
        self._end(_owe(store))

    def _confirm(self, ref: str, name: str, yes: bool) -> None:
        """Take the operator's word, and end what waited for it."""
        asked = f"Type {name} again to say that its copies of {ref} are gone: "
        if not yes and input(asked).strip() != name:
            raise CommandError("Nothing was confirmed")
        try:
            count = copies.confirm_for(name, ref, timezone.now())
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{ref}\tconfirmed for {name}\t{count} {'epoch' if count == 1 else 'epochs'}")
        for duty in Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=ref, state=DutyState.SENT):
            self._end(duty)

    def _end(self, duty: Duty) -> None:
        """Work until nothing of an erasure is left to us, and say how it stands."""
        erase.tend(timezone.now())  # its job may have died, and no worker run
        while duty.state in (DutyState.ASKED, DutyState.DOING) or _is_free(duty):
            if not work.engine().drain().total:
                time.sleep(_POLL_SECONDS)
            duty.refresh_from_db()
        removed = ", ".join(f"{count} {place}" for place, count in sorted(duty.counts.items()))
        if duty.state == DutyState.REFUSED:
            end = f"refused\t{duty.reason}"
        elif duty.state == DutyState.DONE:
            end = f"erased\treceipt {duty.receipt.number}"
        else:
            names = erase.awaited(duty)
            end = f"erased here\tthe receipt waits until {duty.deadline_at:%Y-%m-%d} for: {names}"
        self.stdout.write(f"{duty.store_ref}\t{end}\tremoved: {removed}")


def _is_free(duty: Duty) -> bool:
    """Tell whether an erasure waits for nobody any more, so that its receipt is about to come."""
    return duty.state == DutyState.SENT and not erase.awaited(duty)


def _owe(ref: str) -> Duty:
    now = timezone.now()
    with transaction.atomic():
        store = Store.objects.select_for_update(no_key=True).get(ref=ref)
        if store.readable or store.state == StoreState.QUARANTINED:
            erase.redact(store, now, "operator")
    duty = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=ref).order_by("-epoch", "-pk").first()
    if duty is None:
        raise CommandError("The store was never installed: there is nothing to erase")
    return duty
