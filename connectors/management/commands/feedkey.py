"""Keys of the feed: create (shown once), list, revoke."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from connectors import feedkeys, scopes
from connectors.errors import Refused
from connectors.models import FeedKey


class Command(BaseCommand):
    """Make, list and revoke keys of the feed."""

    help = "Make, list and revoke keys of the feed"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare create, list and revoke."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make a key and print it, once")
        create.add_argument("name", help="what the key is called here")
        create.add_argument("--purpose", required=True, choices=scopes.purposes(), help="what it reads for")
        create.add_argument(
            "--store",
            action="append",
            help="a store that it reads, such as st_...; again for more; none: all",
        )
        verbs.add_parser("list", help="list all keys, living and revoked")
        revoke = verbs.add_parser("revoke", help="revoke a key at once")
        revoke.add_argument("name")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do one of them."""
        try:
            if verb == "create":
                self._create(options["name"], options["purpose"], options["store"])
            elif verb == "revoke":
                self._revoke(options["name"])
            else:
                self._list()
        except Refused as refused:
            raise CommandError(str(refused)) from None

    def _create(self, name: str, purpose: str, stores: list[str] | None) -> None:
        """Print the key alone on the output, so that it can be piped; what is to be known goes beside it."""
        made = feedkeys.make(name, purpose, stores)
        self.stderr.write(f"{made.key}: keep it now, it is shown this once")
        self.stdout.write(made.token)

    def _revoke(self, name: str) -> None:
        feedkeys.revoke(name, timezone.now())
        self.stdout.write(f"{name} is revoked")

    def _list(self) -> None:
        for key in FeedKey.objects.order_by("created_at", "pk").prefetch_related("stores"):
            used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
            state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "living"
            some = ",".join(sorted(each.ref for each in key.stores.all())) or "no store"
            reach = "all stores" if key.all_stores else some
            self.stdout.write(f"{key.name}\t{key.purpose}\t{reach}\t{state}\t{used}")
