"""Customers' requests, which reach us through the platform: to erase what names them, to tell what is held.

Both are done where they arrive, in the transaction that acknowledges them: they need no token, and nothing
can lose them afterwards.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from connectors import bars, chain, configured, erase, rows
from connectors.errors import KeyGone, Unsealable
from connectors.models import Duty, DutyState, Report, Row, Store
from connectors.platforms.base import Event, EventKind
from connectors.policy.records import Sale
from connectors.vault import StoreKey
from connectors.videos import stale

#: How long the answer to a data request stays on the merchant's page.
REPORTS_KEPT = timedelta(days=60)


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
    held = Row.objects.filter(store=store, epoch=store.epoch, kind="sale", fingerprint__in=named)
    counts = {"named": len(ids), "rows": rows.remove(held), "reports": _cut_reports(store, key, set(ids))}
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
    held = Row.objects.filter(store=store, epoch=store.epoch, kind=kind, fingerprint__in=named)
    counts = {"named": len(event.ids), "rows": rows.remove(held)}
    if withdrawn := stale.redacted(store, kind, named, now):
        counts["videos"] = withdrawn
    chain.write(_answered(store, duty, asked_at, now, counts), now)


def _key(store: Store) -> StoreKey | None:
    """Return the store's key; None in quarantine, and in a database from before an erasure."""
    try:
        return configured.keystore().get(store.ref, store.epoch) if store.readable else None
    except KeyGone:
        return None


def _cut_reports(store: Store, key: StoreKey, ids: set[str]) -> int:
    """Take the named sales out of the reports that hold them; returns how many reports did."""
    cut = 0
    for each in Report.objects.filter(store=store, epoch=store.epoch):
        try:
            answer = key.recall("report", str(each.duty_id), each.sealed, Answer)
        except Unsealable:
            each.delete()  # damaged: of no use to anybody, and nobody can say whom it names
            cut += 1
            continue
        left = tuple(sale for sale in answer.sales_held if sale.sale_id not in ids)
        if len(left) < len(answer.sales_held):
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
    held = rows.of_store(store, "sale").filter(fingerprint__in=named)
    found = tuple(each.record for each in rows.opened(key, held) if isinstance(each.record, Sale))
    duty = _answered(store, Duty.REPORT_SALES, asked_at, now, {"named": len(ids), "rows": len(found)})
    Report.objects.create(
        store=store,
        epoch=store.epoch,
        duty=duty,
        created_at=now,
        sealed=key.keep("report", str(duty.pk), Answer(request_id, ids, found)),
    )


def _answered(store: Store, kind: str, asked_at: datetime, now: datetime, counts: dict[str, int]) -> Duty:
    return Duty.objects.create(
        kind=kind,
        store_ref=store.ref,
        platform=store.platform,
        epoch=store.epoch,
        cause="customer",
        asked_at=asked_at,
        due_at=now,
        deadline_at=asked_at + erase.DEADLINE,
        state=DutyState.DONE,
        done_at=now,
        counts=counts,
    )


def forget_reports(now: datetime) -> int:
    """Delete reports that the store owner has had long enough; returns how many."""
    return Report.objects.filter(created_at__lt=now - REPORTS_KEPT).delete()[0]
