"""The keys of this installation: make new ones, rotate, see how they stand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors import configured
from connectors.errors import MintaError
from connectors.vault import new_master_key, new_signing_key


class Command(BaseCommand):
    """Make keys, rotate them, show their standing."""

    help = "Make new keys (printed once), rotate the master and wrapping keys, show how they stand"
    requires_system_checks: list[str] = []  # noqa: RUF012 - `new` must run before there are keys

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare new, rotate and status."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("new", help="print a new master key and a new receipt key, as settings")
        verbs.add_parser("rotate", help="seal by the first master key, and turn the wrapping key over")
        verbs.add_parser("status", help="show counts, ages and key ids")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do one of them."""
        if verb == "new":
            self._new()
            return
        try:
            if verb == "rotate":
                self._rotate()
            self._status()
        except (MintaError, OSError) as error:
            words = str(error) if isinstance(error, MintaError) else type(error).__name__
            raise CommandError(f"The key store does not open: {words}") from None

    def _new(self) -> None:
        self.stderr.write("Keep these apart from every backup of the key store; they are shown this once.")
        self.stderr.write("To rotate: MINTA_MASTER_KEYS=new,old, restart, `manage.py keys rotate`, drop old.")
        self.stdout.write(f"MINTA_MASTER_KEYS={new_master_key()}")
        self.stdout.write(f"MINTA_RECEIPT_KEY={new_signing_key()}")

    def _rotate(self) -> None:
        keys = configured.keystore()
        keys.rewrap_masters()
        count = keys.turn_over()
        self.stdout.write(
            f"{count} store keys are wrapped by a new wrapping key, sealed by the first master key"
        )

    def _status(self) -> None:
        status = configured.keystore().status()
        self.stdout.write(
            f"store keys: {status.live} live, {status.quarantined} in quarantine, "
            f"{status.destroyed} destroyed, {status.unreadable} that open no more"
        )
        hours = status.wrapping_key_age_seconds / 3600
        self.stdout.write(f"wrapping keys: {status.wrapping_keys}, the newest {hours:.1f} h old")
        self.stdout.write(f"sealed by master key: {status.master_key}")
        self.stdout.write(f"master keys given: {', '.join(status.master_keys)}")
        if status.master_key != status.master_keys[0]:
            self.stdout.write("the first master key does not seal yet: run `manage.py keys rotate`")
