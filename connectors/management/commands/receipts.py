"""Receipts of erasures: list them, show their files, verify one with the public key alone."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors import configured, copies, receipts
from connectors.errors import Misconfigured, Refused
from connectors.models import Duty, DutyState, Receipt

#: A receipt has some 700 bytes; a chain of ten thousand still fits.
MOST_BYTES = 8_000_000


class Command(BaseCommand):
    """List, show and verify receipts."""

    help = "List receipts of erasures, show their files, verify one or a whole chain"
    requires_system_checks: list[str] = []  # noqa: RUF012 - to verify takes no installation

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare list, show and verify."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="list all receipts, and the erasures whose receipt waits for others")
        show = verbs.add_parser("show", help="print receipts as files hold them, one a line")
        show.add_argument("number", type=int, nargs="?", help="only this one; without it the whole chain")
        verify = verbs.add_parser(
            "verify", help="check a file of one receipt, or of a chain from the first on"
        )
        verify.add_argument("file", type=Path)
        verify.add_argument("--key", help="the public key; without it, that of MINTA_RECEIPT_KEY")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do one of them."""
        if verb == "verify":
            self._verify(options["file"], options["key"])
        elif verb == "show":
            self._show(options["number"])
        else:
            self._list()

    def _list(self) -> None:
        for receipt in Receipt.objects.select_related("duty").order_by("number").iterator():
            duty = receipt.duty
            done = f"{duty.done_at:%Y-%m-%d %H:%M}" if duty.done_at else "-"
            self.stdout.write(f"{receipt.number}\t{duty.kind}\t{receipt.store_ref}\t{duty.cause}\t{done}")
        for duty in Duty.objects.filter(state=DutyState.SENT).order_by("deadline_at", "pk"):
            names = copies.awaited(duty.store_ref, duty.epoch)
            waits = f"waits until {duty.deadline_at:%Y-%m-%d %H:%M} for: {names}"
            self.stdout.write(f"-\t{duty.kind}\t{duty.store_ref}\t{duty.cause}\t{waits}")

    def _show(self, number: int | None) -> None:
        found = Receipt.objects.order_by("number")
        if number is not None:
            found = found.filter(number=number)
            if not found.exists():
                raise CommandError(f"There is no receipt {number}")
        for receipt in found.iterator():
            self.stdout.write(receipts.compose(receipt.body, receipt.signature))

    def _verify(self, path: Path, key: str | None) -> None:
        lines = _lines(path)
        try:
            public_key = key or configured.signer().public_key_text
            if len(lines) == 1:
                receipts.verify(lines[0], public_key)
            else:
                receipts.verify_chain(lines, public_key)
        except (Refused, Misconfigured) as error:
            raise CommandError(f"No: {error}") from None
        what = "the receipt is" if len(lines) == 1 else f"all {len(lines)} receipts, and their chain, are"
        self.stdout.write(f"Yes: {what} as signed")


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"The file cannot be read: {type(error).__name__}") from None
    if not content or len(content) > MOST_BYTES:
        raise CommandError("No: This is not a receipt")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise CommandError("No: This is not a receipt") from None
    return text.removesuffix("\n").split("\n")
