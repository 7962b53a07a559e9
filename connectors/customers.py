"""Customers' requests, which reach us through the platform: to erase what names them, to tell what is held.

Both are done where they arrive, in the transaction that acknowledges them: they need no token, and nothing
can lose them afterwards.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from connectors import annals, audit, bars, chain, configured, duties, erase, rows
from connectors.errors import KeyGone, Unsealable
from connectors.exports import asking
from connectors.models import Duty, Report, Row, Store
from connectors.platforms.base import Event, EventKind
from connectors.policy import deadlines, retention
from connectors.policy.records import Sale
from connectors.vault import StoreKey
from connectors.videos import stale

#: How long the answer to a data request stays on the merchant's page.
REPORTS_KEPT: Final = retention.REPORT.time


@dataclass(frozen=True, repr=False)
class Answer:
    """What a customer's data request is answered with: the named sales that are held."""

    request_id: str
    sales_asked: tuple[str, ...]
    sales_held: tuple[Sale, ...]


def redact_sales(store: Store, ids: tuple[str, ...], asked_at: datetime, now: datetime) -> None:
    """Remove the named sales so that no reading brings them back, and write the receipt.

    In this transaction, of a caller who holds the store's lock. Where nothing opens, in quarantine, one
    customer's sales cannot be picked out: the whole store is erased now.
    """
    bars.bar(store, "sale", ids, now)
    key = _key(store)
    if key is None:
        erase.redact(store, now)
        return
    named = [key.fingerprint("sale", each) for each in ids]
    counts = {"named": len(ids)} | remove(store, "sale", named, now)
    chain.write(_answered(store, Duty.ERASE_SALES, asked_at, now, counts), now)


#: What a person's erasure may touch though it is no sale -> its kind, and the duty that it is.
REREAD: Final = {
    EventKind.REDACT_PRODUCTS: ("product", Duty.ERASE_PRODUCTS),
    EventKind.REDACT_OFFERS: ("offer", Duty.ERASE_OFFERS),
}


def redact_things(store: Store, event: Event, asked_at: datetime, now: datetime) -> None:
    """Remove the named products or offers as they are held, and write the receipt.

    As `redact_sales`, but nothing is barred: the thing itself may go on, without what was redacted. Videos
    that were made of it are withdrawn, for they may show it.
    """
    key = _key(store)
    if key is None:
        erase.redact(store, now)
        return
    kind, duty = REREAD[event.kind]
    named = [key.fingerprint(kind, each) for each in event.ids]
    counts = {"named": len(event.ids)} | remove(store, kind, named, now)
    chain.write(_answered(store, duty, asked_at, now, counts), now)


def remove(store: Store, kind: str, named: list[bytes], now: datetime) -> dict[str, int]:
    """Remove the named records wherever they are held, and let the ledger know; returns how many, by place.

    In this transaction, of a caller who holds the store's lock.
    """
    held = Row.objects.filter(store=store, epoch=store.epoch, kind=kind, fingerprint__in=named)
    counts = {"rows": rows.remove(held)}
    if kind == "sale":
        counts["reports"] = _cut_reports(store, set(named))
    elif withdrawn := stale.redacted(store, kind, named, now):
        counts["videos"] = withdrawn
    if taken := asking.take_back(store, now):
        counts["exports"] = taken
    annals.note_named(annals.Kind.REDACTED, store.ref, store.epoch, kind, named)
    return counts


def _key(store: Store) -> StoreKey | None:
    """Return the store's key; None in quarantine, and in a database from before an erasure."""
    try:
        return configured.keystore().get(store.ref, store.epoch) if store.readable else None
    except KeyGone:
        return None


def _cut_reports(store: Store, named: set[bytes]) -> int:
    """Take the named sales out of the reports that hold them; returns how many reports did."""
    key, cut = _key(store), 0
    if key is None:
        return cut  # no report opens
    for each in Report.objects.filter(store=store, epoch=store.epoch):
        try:
            answer = key.recall("report", str(each.duty_id), each.sealed, Answer)
        except Unsealable:
            each.delete()  # damaged: of no use to anybody, and nobody can say whom it names
            cut += 1
            continue
        held = answer.sales_held
        left = tuple(sale for sale in held if key.fingerprint("sale", sale.sale_id) not in named)
        if len(left) < len(held):
            each.sealed = key.keep("report", str(each.duty_id), replace(answer, sales_held=left))
            each.save(update_fields=["sealed"])
            cut += 1
    return cut


def report_sales(
    store: Store, ids: tuple[str, ...], request_id: str, asked_at: datetime, now: datetime
) -> None:
    """Write the sealed answer to a customer's data request, for the store owner.

    In this transaction, of a caller who holds the store's lock. A store that has left has no owner to answer
    to and nothing that opens: the duty says so.
    """
    key = _key(store)
    if key is None:
        _answered(store, Duty.REPORT_SALES, asked_at, now, {"named": len(ids), "readable": 0})
        return
    named = [key.fingerprint("sale", each) for each in ids]
    found = _sales(store, key, named)
    duty = _answered(store, Duty.REPORT_SALES, asked_at, now, {"named": len(ids), "rows": len(found)})
    _write(store, key, duty, Answer(request_id, ids, found))
    told = {
        "duty": duty.ref,
        "asked_at": asked_at.isoformat(),
        "fingerprints": [each.hex() for each in named],
    }
    annals.note(annals.Kind.REPORTED, store.ref, store.epoch, told)


def report_again(store: Store, ref: str, named: list[bytes], asked_at: datetime, at: datetime) -> None:
    """Answer a data request again, under its ref, whose answer went with a newer database.

    In this transaction, of a caller who holds the store's lock. Which ids it named is lost: the answer has
    what is held of them.
    """
    key = _key(store)
    if key is None or Duty.objects.filter(ref=ref).exists():
        return
    found = _sales(store, key, named)
    duty = _answered(store, Duty.REPORT_SALES, asked_at, at, {"named": len(named), "rows": len(found)})
    duty.ref = ref
    duty.save(update_fields=["ref"])
    _write(store, key, duty, Answer("", tuple(sale.sale_id for sale in found), found))


def _sales(store: Store, key: StoreKey, named: list[bytes]) -> tuple[Sale, ...]:
    held = rows.of_store(store, "sale").filter(fingerprint__in=named)
    return tuple(each.record for each in rows.opened(key, held) if isinstance(each.record, Sale))


def _write(store: Store, key: StoreKey, duty: Duty, answer: Answer) -> None:
    sealed = key.keep("report", str(duty.pk), answer)
    Report.objects.create(
        store=store, epoch=store.epoch, duty=duty, created_at=duty.done_at or duty.asked_at, sealed=sealed
    )


def _answered(store: Store, kind: str, asked_at: datetime, now: datetime, counts: dict[str, int]) -> Duty:
    law = deadlines.PLATFORM if kind == Duty.REPORT_SALES else deadlines.CUSTOMER
    action = "customer.asked" if kind == Duty.REPORT_SALES else "customer.redacted"
    audit.note(store.ref, audit.PLATFORM, action, kind=kind, epoch=store.epoch, counts=counts)
    return duties.done(kind, store, duties.Asked("customer", "platform", law, asked_at), now, counts)
