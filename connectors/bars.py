"""Bars: what stays away, whatever the platform still shows.

Records that a redaction has named, and sales of longer ago than the policy keeps sales.
"""

from collections.abc import Iterable
from collections.abc import Sequence as Many
from datetime import datetime

from connectors import annals, configured
from connectors.models import Bar, Store
from connectors.platforms.base import Found
from connectors.policy import retention


def bar(store: Store, kind: str, ids: Iterable[str], at: datetime) -> None:
    """Bar the named records from coming back, in this epoch and every later one; needs no key.

    In this transaction, of a caller who holds the store's lock.
    """
    named = [_bar(store, kind, each) for each in dict.fromkeys(ids)]
    Bar.objects.bulk_create(
        [Bar(store=store, fingerprint=each, barred_at=at) for each in named], ignore_conflicts=True
    )
    annals.note_named(annals.Kind.BARRED, store.ref, store.epoch, kind, named)


def without(store: Store, found: Many[Found]) -> Many[Found]:
    """Return what of this is not barred."""
    bars = Bar.objects.filter(store=store)
    if not bars.exists():
        return found
    named = [(_bar(store, each.kind, each.id), each) for each in found]
    wanted = bars.filter(fingerprint__in=[name for name, _ in named])
    barred = {bytes(name) for name in wanted.values_list("fingerprint", flat=True)}
    return [each for name, each in named if name not in barred]


def young(found: Many[Found], now: datetime) -> Many[Found]:
    """Return what of this is no longer ago than sales are kept; what has no date of its own is of now."""
    oldest = now - retention.SALE.time
    return [each for each in found if each.dated_at is None or each.dated_at >= oldest]


def _bar(store: Store, kind: str, record_id: str) -> bytes:
    return configured.finder().fingerprint("bar", store.ref, kind, record_id)
