"""Bars: records that a redaction has named stay away, whatever the platform still shows."""

from collections.abc import Iterable
from collections.abc import Sequence as Many
from datetime import datetime

from connectors import configured
from connectors.models import Bar, Store
from connectors.platforms.base import Found


def bar(store: Store, kind: str, ids: Iterable[str], at: datetime) -> None:
    """Bar the named records from coming back, in this epoch and every later one; needs no key.

    In this transaction, of a caller who holds the store's lock.
    """
    Bar.objects.bulk_create(
        [Bar(store=store, fingerprint=_bar(store, kind, each), barred_at=at) for each in dict.fromkeys(ids)],
        ignore_conflicts=True,
    )


def without(store: Store, found: Many[Found]) -> Many[Found]:
    """Return what of this is not barred."""
    bars = Bar.objects.filter(store=store)
    if not bars.exists():
        return found
    named = [(_bar(store, each.kind, each.id), each) for each in found]
    wanted = bars.filter(fingerprint__in=[name for name, _ in named])
    barred = {bytes(name) for name in wanted.values_list("fingerprint", flat=True)}
    return [each for name, each in named if name not in barred]


def _bar(store: Store, kind: str, record_id: str) -> bytes:
    return configured.finder().fingerprint("bar", store.ref, kind, record_id)
