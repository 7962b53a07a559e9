"""The feed: what the pipeline may read, cut by purpose. `connectors.entries` has the shape of what is read.

A cursor is the number of a change. Numbers are committed in their order, so who has read up to n finds
nothing below n later; a row that changes meanwhile is found again behind its new number.
"""

import re
import time
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from threading import BoundedSemaphore
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from connectors import brief as briefs
from connectors import configured, copies, counting, entries, feedreads, scopes
from connectors.entries import OPEN, PAUSED, Entry, Page
from connectors.errors import Forbidden, KeyGone, Missing, Refused
from connectors.models import Row, Sequence, Store, StoreState
from connectors.policy.clauses import Purpose
from connectors.scopes import Scope

#: How many requests of one process may wait for changes at a time; the others are answered at once.
WAITING: Final = 4
POLL_SECONDS: Final = 0.5

#: SQLite takes 500 selects in one statement; a store has one for each kind.
_STORES_AT_ONCE: Final = 50
#: Each with a limit of its own: PostgreSQL would sort all that these stores have for every page.
_PART: Final = (
    f"SELECT change FROM (SELECT change FROM {Row._meta.db_table}"  # noqa: S608 - ours
    " WHERE store_id = %s AND kind = %s AND change > %s AND change <= %s ORDER BY change LIMIT %s) AS part"
)
_REF: Final = re.compile(r"st_[a-z2-7]{16}")
_waiting = BoundedSemaphore(WAITING)


class CursorAhead(Refused):
    """The cursor is ahead of every change: read everything again from 0."""

    status = 409


@dataclass(frozen=True, repr=False, slots=True)
class StorePage:
    """Stores in the order of their references; `next` continues behind them, None at the end."""

    stores: list[Entry]
    next: str | None


def changes(scope: Scope, after: int, limit: int, now: datetime, wait_seconds: float = 0) -> Page:
    """Return what changed behind `after`, over the stores of a scope; when nothing did, wait for it.

    Raises CursorAhead when `after` is a number that was never given, Unverified when the key was revoked
    while it waited.
    """
    ends = time.monotonic() + wait_seconds
    page = _changed(scope, after, limit, now)
    if page.entries or page.more or not wait_seconds or not _waiting.acquire(blocking=False):
        return page
    try:
        while not (page.entries or page.more) and (left := ends - time.monotonic()) > 0:
            time.sleep(min(POLL_SECONDS, left))
            if _newest() > page.next:
                page = _changed(scopes.renewed(scope), page.next, limit, now)
    finally:
        _waiting.release()
    return page


def products(scope: Scope, ref: str, after: int, limit: int, now: datetime) -> Page:
    """Return the products that an open store has, without those that are gone.

    Raises Forbidden for a purpose that reads no products, Missing for a store that is not open, CursorAhead.
    """
    if "product" not in entries.kinds(scope.purpose):
        raise Forbidden("This key's purpose reads no products")
    held = Row.objects.filter(store=_open_store(scope, ref), kind="product", sealed__isnull=False)
    return _page(scope, held, after, limit, now)


def stores(scope: Scope, after: str, limit: int, now: datetime) -> StorePage:
    """Return the stores that are installed or in quarantine, in the order of their references."""
    found = list(_known(scope).filter(ref__gt=after).order_by("ref")[: limit + 1])
    shown = found[:limit]
    return StorePage(_described(scope, shown, now), shown[-1].ref if len(found) > limit else None)


def store(scope: Scope, ref: str, now: datetime) -> Entry:
    """Return one store; raises Missing for one that is unknown or erased."""
    found = _known(scope).filter(ref=ref).first() if _REF.fullmatch(ref) else None
    if found is None:
        raise _missing()
    return _described(scope, [found], now)[0]


def brief(scope: Scope, ref: str, limit: int, now: datetime) -> Entry:
    """Return the creative brief of an open store, with at most `limit` products.

    Raises Forbidden for any purpose but videos, Missing for a store that is not open or not read yet.
    """
    if scope.purpose is not Purpose.VIDEOS:
        raise Forbidden("A brief is made for videos only")
    found = _open_store(scope, ref)
    try:
        made = briefs.make(found, configured.keystore().get(found.ref, found.epoch), now, limit)
    except KeyGone:
        raise _missing() from None
    # It was long in the making: a store that left meanwhile takes its brief with it.
    if copies.note(scope, [(found.ref, found.epoch)], now):
        raise _missing()
    feedreads.count(scope.purpose, {found.pk: made.records}, now)
    return made.shape


def _changed(scope: Scope, after: int, limit: int, now: datetime) -> Page:
    if scope.store_ids is None:
        return _page(scope, Row.objects.all(), after, limit, now)
    newest = _newest_behind(after)
    numbers = _numbers(scope, after, newest, limit)
    end = numbers[-1] if len(numbers) == limit else newest
    span = Row.objects.filter(entries.showable(scope.purpose), change__in=numbers)
    page = entries.page(scope, span, limit, end, now)
    return replace(page, more=page.next < newest)


def _numbers(scope: Scope, after: int, newest: int, limit: int) -> list[int]:
    """Return the first numbers of some stores, out of the index that has each store and kind apart.

    Going through all changes for those of few stores would cost every such key what all stores do.
    """
    some = sorted(scope.store_ids or ())
    found: list[int] = []
    with connection.cursor() as cursor:
        for first in range(0, len(some), _STORES_AT_ONCE):
            parts: list[tuple[Any, ...]] = [
                (store_id, kind, after, newest, limit)
                for store_id in some[first : first + _STORES_AT_ONCE]
                for kind in (*entries.kinds(scope.purpose), "gone")
            ]
            merged = f"{' UNION ALL '.join([_PART] * len(parts))} ORDER BY 1 LIMIT %s"
            cursor.execute(merged, [*chain(*parts), limit])
            found += [number for (number,) in cursor.fetchall()]
    return sorted(found)[:limit]


def _page(scope: Scope, span: QuerySet[Row], after: int, limit: int, now: datetime) -> Page:
    newest = _newest_behind(after)
    span = scope.cut(span).filter(entries.showable(scope.purpose), change__gt=after, change__lte=newest)
    return entries.page(scope, span, limit, newest, now)


def _newest_behind(after: int) -> int:
    newest = counting.reached(after)
    if newest is None:
        raise CursorAhead
    return newest


def _newest() -> int:
    return Sequence.objects.filter(name="change").values_list("last", flat=True).first() or 0


def _described(scope: Scope, found: list[Store], now: datetime) -> list[Entry]:
    own = Row.objects.filter(
        entries.showable(scope.purpose), store__in=found, kind="store", sealed__isnull=False
    )
    held = {entry["store"]: entry for entry in entries.all_of(scope, own, now)}
    return [_describe(each, held.get(each.ref, {})) for each in found]


def _describe(store: Store, entry: Entry) -> Entry:
    """Return what of a store stands in clear, and its own record where it is open and was read.

    {"store": "st_...", "platform": "shopify", "state": "active", "epoch": 1, "installed_at": ...,
     "change": 3, "record": {"name": ..., ...}}
    """
    clear: Entry = {
        "store": store.ref,
        "platform": store.platform,
        "state": PAUSED if store.paused_at and store.readable else store.state,
        "epoch": store.epoch,
        "installed_at": store.installed_at,
    }
    return clear | {name: entry[name] for name in ("change", "record", "unreadable") if name in entry}


def _known(scope: Scope) -> QuerySet[Store]:
    return scope.cut(Store.objects.filter(state__in=[*OPEN, StoreState.QUARANTINED]), "pk")


def _open_store(scope: Scope, ref: str) -> Store:
    found = (
        scope.cut(Store.objects.filter(ref=ref, state__in=OPEN, paused_at=None), "pk").first()
        if _REF.fullmatch(ref)
        else None
    )
    if found is None:
        raise _missing()
    return found


def _missing() -> Missing:
    return Missing("There is no such store here")
