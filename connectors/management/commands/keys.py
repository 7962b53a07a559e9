"""The keys of this installation: make new ones, rotate, see how they stand."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from connectors import audit, configured, rotation
from connectors.errors import MintaError
from connectors.models import Store
from connectors.vault import KeyStatus, new_master_key, new_signing_key


class Command(BaseCommand):
    """Make keys, rotate them, show their standing."""

    help = "Make new keys (printed once), rotate the master, wrapping or a store's keys, show how they stand"
    requires_system_checks: list[str] = []  # noqa: RUF012 - `new` must run before there are keys

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare new, rotate and status."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        new = verbs.add_parser("new", help="print a new master key and a new receipt key, as settings")
        new.add_argument(
            "--kms", metavar="KEYID", help="let AWS KMS seal the master key with this key of its"
        )
        rotate = verbs.add_parser(
            "rotate",
            help="seal by the first master key, and turn the wrapping key over; ends one that was killed",
        )
        rotate.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        rotate.add_argument(
            "--store", metavar="STORE", help="put everything of this store under a new key instead"
        )
        rotate.add_argument("--yes", action="store_true", help="do not ask")
        status = verbs.add_parser("status", help="show counts, ages and key ids")
        status.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do one of them."""
        try:
            if verb == "new":
                self._new(options["kms"])
            elif verb == "status":
                self._status(as_json=options["json"])
            elif options["store"]:
                self._rotate_store(options["store"], dry_run=options["dry_run"], sure=options["yes"])
            else:
                self._rotate(dry_run=options["dry_run"])
        except (MintaError, OSError) as error:
            words = str(error) if isinstance(error, MintaError) else type(error).__name__
            raise CommandError(f"The keys do not open: {words}") from None

    def _new(self, kms_key: str | None) -> None:
        master = configured.kms().new(kms_key) if kms_key else new_master_key()
        self.stderr.write("Keep these apart from every backup of the key store; they are shown this once.")
        self.stderr.write("To rotate: MINTA_MASTER_KEYS=new,old, restart, `manage.py keys rotate`, drop old.")
        self.stdout.write(f"MINTA_MASTER_KEYS={master}")
        self.stdout.write(f"MINTA_RECEIPT_KEY={new_signing_key()}")

    def _rotate(self, *, dry_run: bool) -> None:
        keys = configured.keystore()
        status = keys.status()
        goes_on = status.wrapping_keys > 1
        self.stdout.write(
            f"{status.waiting if goes_on else status.live + status.quarantined} store keys to wrap by a "
            f"{'wrapping key of a rotation that was begun' if goes_on else 'new wrapping key'}"
        )
        self.stdout.write(f"sealed by master key {status.master_key}, then by {status.master_keys[0]}")
        if dry_run:
            self.stdout.write("nothing was written")
            return
        keys.rewrap_masters()
        count = keys.turn_over(self._wrapped, resume=True)
        self._note("keys.rotated", keys=count, master=status.master_keys[0])
        self.stdout.write(
            f"{count} store keys are wrapped by a new wrapping key, sealed by the first master key"
        )
        self._status(as_json=False)

    def _wrapped(self, looked: int, total: int) -> None:
        self.stdout.write(f"  {looked} of {max(looked, total)}")

    def _note(self, action: str, **detail: Any) -> None:
        try:
            audit.note("", audit.operator(), action, **detail)
        except DatabaseError as error:
            # The keys come first: they are rotated also where the database is away.
            self.stderr.write(f"not in the audit log: {type(error).__name__}")

    def _rotate_store(self, ref: str, *, dry_run: bool, sure: bool) -> None:
        store = Store.objects.filter(ref=ref).first()
        if store is None:
            raise CommandError(f"There is no store {ref}")
        if dry_run:
            for title, count in rotation.planned(store).items():
                self.stdout.write(f"  {title}: {count}")
            self.stdout.write("nothing was written")
            return
        if not (sure or input(f"Put everything of {ref} under a new key? [y/N] ").strip().lower() == "y"):
            raise CommandError("nothing was done")
        key_id = rotation.begin(store, audit.operator())
        counted = rotation.reseal(store.pk, key_id, self._resealed)
        self.stdout.write(f"{counted.resealed.total()} values of {ref} are sealed anew; key {key_id} is gone")
        if counted.damaged:
            self.stdout.write(f"{counted.damaged} values are damaged: no key opened them")

    def _resealed(self, title: str, count: int) -> None:
        self.stdout.write(f"  {title}: {count}")

    def _status(self, *, as_json: bool) -> None:
        status = configured.keystore().status()
        if as_json:
            self.stdout.write(json.dumps(asdict(status), indent=2))
            return
        for line in _lines(status):
            self.stdout.write(line)


def _lines(status: KeyStatus) -> list[str]:
    hours = status.wrapping_key_age_seconds / 3600
    counts = f"{status.live} live, {status.quarantined} in quarantine, {status.destroyed} destroyed"
    lines = [
        f"store keys: {counts}, {status.unreadable} that open no more",
        f"wrapping keys: {status.wrapping_keys}, the newest {hours:.1f} h old",
        f"sealed by master key: {status.master_key}",
        f"master keys given: {', '.join(status.master_keys)}",
    ]
    if status.wrapping_keys > 1:
        lines.append(f"a rotation was begun: {status.waiting} to wrap; `manage.py keys rotate` ends it")
    if status.resealing:
        lines.append(f"stores that are sealed anew: {status.resealing}")
    if status.master_key != status.master_keys[0]:
        lines.append("the first master key does not seal yet: run `manage.py keys rotate`")
    return lines
