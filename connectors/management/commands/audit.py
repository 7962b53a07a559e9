"""The audit log: who did what to a store, and whether the log is what was written."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors import audit
from connectors.models import AuditEntry, Store


class Command(BaseCommand):
    """List and verify the audit log."""

    help = "The audit log: list who did what to a store, verify that no entry was changed, dropped or moved"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare list and verify."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        listed = verbs.add_parser("list", help="list the entries of a store, or all, oldest first")
        listed.add_argument("store", nargs="?", help="a store's opaque reference; without it the whole log")
        listed.add_argument("--json", action="store_true", help="one JSON document a line, with the chain")
        verbs.add_parser("verify", help="check the chain, and the heads of it that receipts name")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do one of them."""
        if verb == "verify":
            self._verify()
        else:
            self._list(options["store"], options["json"])

    def _list(self, ref: str | None, as_json: bool) -> None:
        found = AuditEntry.objects.order_by("pk")
        if ref is not None:
            found = found.filter(store_ref=ref)
            if not found.exists() and not Store.objects.filter(ref=ref).exists():
                raise CommandError("There is no such store; `manage.py stores` lists them")
        for entry in found.iterator():
            self.stdout.write(json.dumps(audit.told(entry)) if as_json else _line(entry))

    def _verify(self) -> None:
        try:
            verdict = audit.verify()
        except audit.LogBroken as broken:
            raise CommandError(f"No: {broken}") from None
        self.stdout.write(
            f"Yes: {verdict.entries} entries, each follows from the one before it;"
            f" {verdict.heads} receipts name one that is there"
        )
        if verdict.waiting:
            self.stdout.write(f"{verdict.waiting} entries are not chained yet")
        if verdict.lost:
            self.stdout.write(
                f"{verdict.lost} receipts name an entry that was lost when an older database was put back"
            )


def _line(entry: AuditEntry) -> str:
    said = json.loads(entry.detail)
    words = ", ".join(f"{name} {each}" for name, each in said.items())
    number = "-" if entry.number is None else entry.number
    at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
    return f"{number}\t{at}\t{entry.store_ref or '-'}\t{entry.actor}\t{entry.action}\t{words}"
