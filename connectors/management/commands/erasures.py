"""The ledger of erasures: how the database stands to it, and telling a database what it has forgotten."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors import annals, configured, replay
from connectors.errors import MintaError
from connectors.models import Annal


class Command(BaseCommand):
    """Show, replay and verify the ledger of erasures."""

    help = "The ledger of erasures: status, replay into a database from a backup, verify its chain"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare status, replay and verify."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("status", help="compare the database with the ledger")
        telling = verbs.add_parser("replay", help="tell the database what it has forgotten, before it serves")
        telling.add_argument("--dry-run", action="store_true", help="only count what it would be told")
        verbs.add_parser("verify", help="check that the ledger is what was written")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do one of them."""
        try:
            if verb == "status":
                self._status()
            elif verb == "verify":
                self.stdout.write(f"Yes: {configured.ledger().verify()} entries, each as it was chained")
            else:
                self._replay(dry=options["dry_run"])
        except MintaError as error:
            raise CommandError(f"No: {error}") from None

    def _status(self) -> None:
        found, waiting = annals.standing(), Annal.objects.filter(kept_at=None).count()
        self.stdout.write(
            f"ledger: {found.ledger} entries; database: {found.database}, {waiting} not carried yet"
        )
        if replay.needed():
            raise CommandError("The database is older than the ledger: run `manage.py erasures replay`")
        self.stdout.write("the database knows what the ledger knows")

    def _replay(self, *, dry: bool) -> None:
        if not replay.needed():
            self.stdout.write("nothing to tell: the database knows what the ledger knows")
            return
        if dry:
            configured.ledger().verify()
            self._say("would be told", replay.forgotten())
        else:
            self._say("told", replay.replay())

    def _say(self, what: str, counts: Counter[str]) -> None:
        for kind, count in sorted(counts.items()):
            self.stdout.write(f"{kind}\t{count}")
        self.stdout.write(f"{counts.total()} entries {what}")
