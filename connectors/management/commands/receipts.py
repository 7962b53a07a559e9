"""Receipts of erasures: list them, show their files, verify one with the public key alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors import configured, erase, proving, receipts
from connectors.errors import MintaError
from connectors.models import Duty, DutyState, Receipt


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
            "verify", help="check a file of one receipt, or of a chain from the first on, or all"
        )
        verify.add_argument("file", nargs="?", help="- for the standard input; none: all, against the ledger")
        verify.add_argument(
            "--key", help="the public key, or several with commas; without it, that of MINTA_RECEIPT_KEY"
        )
        verify.add_argument("--count", type=int, help="how many receipts the chain must have")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do one of them."""
        if verb == "verify":
            self._verify(options["file"], options["key"], options["count"])
        elif verb == "show":
            self._show(options["number"])
        else:
            self._list()

    def _list(self) -> None:
        for receipt in Receipt.objects.select_related("duty").order_by("number").iterator():
            duty = receipt.duty
            done = f"{duty.done_at:%Y-%m-%d %H:%M}" if duty.done_at else "-"
            self.stdout.write(f"{receipt.number}\t{duty.kind}\t{receipt.store_ref}\t{duty.cause}\t{done}")
        left = Duty.objects.filter(kind=Duty.ERASE_STORE, state=DutyState.SENT)
        for duty in left.order_by("deadline_at", "pk"):
            waits = f"waits until {duty.deadline_at:%Y-%m-%d %H:%M} for: {erase.awaited(duty)}"
            self.stdout.write(f"-\t{duty.kind}\t{duty.store_ref}\t{duty.cause}\t{waits}")

    def _show(self, number: int | None) -> None:
        found = Receipt.objects.order_by("number")
        if number is not None:
            found = found.filter(number=number)
            if not found.exists():
                raise CommandError(f"There is no receipt {number}")
        for receipt in found.iterator():
            self.stdout.write(receipts.compose(receipt.body, receipt.signature))

    def _verify(self, path: str | None, key: str | None, count: int | None) -> None:
        try:
            if path is None:
                self.stdout.write(_proved(proving.prove(key)))
                return
            public_keys = key or configured.signer().public_key_text
            with receipts.opened(path) as file:
                self.stdout.write(f"Yes: {receipts.judge(receipts.lines(file), public_keys, count)}")
        except OSError as error:
            raise CommandError(f"The file cannot be read: {type(error).__name__}") from None
        except MintaError as error:
            raise CommandError(f"No: {error}") from None


def _proved(proof: proving.Proof) -> str:
    waiting = f"; {proof.waiting} of them are not in the ledger yet" if proof.waiting else ""
    return (
        f"Yes: {proof.receipts} receipts and their chain are as signed, and as the ledger has them{waiting}"
    )
