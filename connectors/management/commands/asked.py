"""Write down that somebody asked, by e-mail, for a store to be deleted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from connectors import asked
from connectors.errors import Refused
from connectors.policy.deadlines import GDPR


class Command(BaseCommand):
    """Write down a request, and say what to answer."""

    help = (
        "Write down that somebody asked, by e-mail, for a store to be deleted. Nothing is deleted by it: the"
        " merchant's own page, behind the platform's login, asks to confirm or decline"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the store and --law."""
        parser.add_argument("store", help="the store's opaque reference")
        parser.add_argument("--law", choices=list(asked.LAWS), default=GDPR.key, help="whose clock it is on")

    def handle(self, *, store: str, law: str, **_: Any) -> None:
        """Write it down, and print the reference, the deadline and what to answer."""
        try:
            duty = asked.write_down(store, asked.LAWS[law], timezone.now())
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{duty.ref}\t{duty.store_ref}\tto be answered until {duty.deadline_at:%Y-%m-%d}")
        self.stdout.write(
            "Answer: open Minta from your store's admin and confirm the deletion under “Your rights”."
            " Nobody can delete a store by e-mail alone."
        )
