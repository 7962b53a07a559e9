"""Proving: whether the receipts in the database are those that were written, none changed and none missing.

Each is signed and names the one before it, as anybody can check; that none is missing at the end, and that
none was written anew, the ledger of erasures says, which has them all.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from connectors import annals, configured, receipts
from connectors.canonical import canonical
from connectors.errors import MintaError, Unverified
from connectors.ledger import Told
from connectors.models import Annal, Receipt

#: Entries of the ledger at one look.
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Proof:
    """How many receipts there are, and how many of them the ledger does not have yet."""

    receipts: int
    waiting: int


class Lost(MintaError):
    """The ledger of erasures has a receipt that the database does not have so."""


def prove(public_keys: str | None = None) -> Proof:
    """Check all receipts by these public keys, without any by the one of the settings.

    Memory does not grow with them. Raises Malformed or Unverified where the chain breaks, Lost where it
    differs from the ledger's, `connectors.ledger.Broken` and LedgerAway.
    """
    held = Receipt.objects.count()
    keys = public_keys or configured.signer().public_key_text
    receipts.verify_chain(_texts(), keys, held)
    configured.ledger().verify()
    kept = sum(1 for told in _told() if _agrees(told))
    waiting = Annal.objects.filter(kind=annals.Kind.RECEIPT, kept_at=None).count()
    if held > kept + waiting:
        raise Lost(f"The ledger of erasures has {kept} receipts, the database has {held}")
    return Proof(held, held - kept)


def _texts() -> Iterator[str]:
    """Yield the receipts as files hold them; raises Unverified where a row is not what it signs."""
    for each in Receipt.objects.order_by("number").iterator():
        text = receipts.compose(each.body, each.signature)
        body, _ = receipts.read(text)
        if (body["number"], body["store"]) != (each.number, each.store_ref):
            raise Unverified(f"Receipt {each.number} stands in the place of another")
        if each.digest != receipts.digest(canonical(body)):
            raise Unverified(f"Receipt {each.number} was changed beside its signature")
        yield text


def _told() -> Iterator[Told]:
    ledger, number = configured.ledger(), 0
    while found := ledger.read(number, _AT_ONCE):
        yield from (each.told for each in found if each.told.kind == annals.Kind.RECEIPT)
        number = found[-1].told.number


def _agrees(told: Told) -> bool:
    said: dict[str, Any] = json.loads(told.body)
    if not Receipt.objects.filter(
        number=said["number"], body=said["body"], signature=said["signature"]
    ).exists():
        raise Lost(f"Receipt {said['number']} is in the ledger of erasures, and not so in the database")
    return True
