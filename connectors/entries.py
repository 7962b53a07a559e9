"""Entries: the one shape of everything that the feed reads row by row, cut down to what a purpose allows.

    {"change": 7, "store": "st_...", "epoch": 1, "kind": "product", "id": "9f0c...", "gone": false,
     "at": 2026-10-14T08:00:00Z, "record": {...}}

    gone        true: no record; the id is no more
    kind "all"  no id: everything of the store, of this epoch and those before, is no more; where an erasure
                follows, `erasure` is its reference
    unreadable  true: no record; the row is there and does not open

Rows of a store that is not open, or of an older epoch, are never opened.
"""

import logging
from collections import Counter
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from django.db.models import F, Q, QuerySet

from connectors import configured, copies, feedreads, rows
from connectors.copies import Place
from connectors.errors import KeyGone, Unsealable
from connectors.models import Duty, Row, StoreState
from connectors.policy.clauses import Purpose
from connectors.policy.leaves import cut, leaves
from connectors.policy.records import KINDS
from connectors.scopes import Scope
from connectors.vault import StoreKey

Entry: TypeAlias = dict[str, Any]

#: Where rows may be opened: the states in which a store is `readable`.
OPEN: Final = (StoreState.ACTIVE, StoreState.REAUTH, StoreState.CLOSED)
#: What the feed calls the state of a store that is open and that its merchant has paused.
PAUSED: Final = "paused"
#: What a page reads ends behind this many sealed bytes, whatever its limit.
PAGE_BYTES: Final = 4_000_000

_CHUNK_ROWS: Final = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, repr=False, slots=True)
class Page:
    """Entries in the order of their changes; `next` continues behind them, at once if there is `more`."""

    entries: list[Entry]
    next: int
    more: bool


class _Line(NamedTuple):
    change: int
    store_id: int
    store: str
    epoch: int
    kind: str
    fingerprint: bytes
    at: datetime
    sealed: bytes | None


_COLUMNS = ("change", "store_id", "store__ref", "epoch", "kind", "fingerprint", "version_at", "sealed")
_ERASURE = ("store_ref", "epoch", "ref")


@cache
def kinds(purpose: Purpose) -> tuple[str, ...]:
    """Return the kinds that have a leaf for the purpose."""
    return tuple(
        kind for kind, record in KINDS.items() if any(purpose in leaf.purposes for leaf in leaves(record))
    )


def showable(purpose: Purpose) -> Q:
    """Return which rows may be shown: those of open stores, and that a store is gone.

    Of one that its merchant has paused only what is gone: the rest gets new numbers when the pause ends.
    """
    of_open = Q(kind__in=kinds(purpose), epoch=F("store__epoch"), store__state__in=OPEN)
    return Q(kind="gone") | of_open & (Q(store__paused_at=None) | Q(sealed=None))


def page(scope: Scope, span: QuerySet[Row], limit: int, end: int, now: datetime) -> Page:
    """Open rows in the order of their changes, up to the limit or PAGE_BYTES, and count them as read.

    `end` is the highest change of the span: a page that is not full has seen everything up to it.
    """
    opening = _Opening(scope.purpose)
    reached, size_bytes = end, 0
    # Closed at once: an open SELECT would keep SQLite from writing the counts below.
    with closing(_lines(span, limit)) as lines:
        for line in lines:
            opening.add(line)
            size_bytes += len(line.sealed or b"")
            if len(opening.entries) == limit or size_bytes >= PAGE_BYTES:
                reached = line.change
                break
    return Page(opening.handed_out(scope, now), reached, more=reached < end)


def all_of(scope: Scope, span: QuerySet[Row], now: datetime) -> list[Entry]:
    """Open rows that are known to be few, in the order of their changes, and count them as read."""
    opening = _Opening(scope.purpose)
    for line in _lines(span):
        opening.add(line)
    return opening.handed_out(scope, now)


@dataclass(repr=False, slots=True)
class _Opening:
    """One piece of reading for one purpose: gets each key once, notes and counts what it hands out."""

    purpose: Purpose
    entries: list[Entry] = field(default_factory=list)
    keys: dict[Place, StoreKey | None] = field(default_factory=dict)
    read: dict[Place, int] = field(default_factory=dict)

    def add(self, line: _Line) -> None:
        entry: Entry = {"change": line.change, "store": line.store, "epoch": line.epoch}
        if line.kind == "gone":
            entry["kind"] = "all"
        else:
            entry |= {"kind": line.kind, "id": bytes(line.fingerprint).hex()}
        entry |= {"gone": line.sealed is None, "at": line.at}
        if line.sealed is not None:
            entry |= self._content(line, line.sealed)
        self.entries.append(entry)

    def handed_out(self, scope: Scope, now: datetime) -> list[Entry]:
        """Return the entries, once it is written down who has them."""
        left = copies.note(scope, self.read, now)
        counts: Counter[int] = Counter()
        for entry in self.entries:
            if "record" not in entry:
                continue
            place = (entry["store"], entry["epoch"])
            if place in left:  # as it is where the key is gone already
                del entry["record"]
                entry["gone"] = True
            else:
                counts[self.read[place]] += 1
        feedreads.count(scope.purpose, counts, now)
        _name_erasures(self.entries)
        return self.entries

    def _content(self, line: _Line, sealed: bytes) -> Entry:
        key = self._key(line)
        if key is None:
            return {"gone": True}
        try:
            record = rows.unseal(key, line.kind, bytes(line.fingerprint), sealed)
        except Unsealable:
            _log.warning("Change %d of store %s does not open", line.change, line.store)
            return {"unreadable": True}
        self.read[line.store, line.epoch] = line.store_id
        return {"record": cut(record, self.purpose)}

    def _key(self, line: _Line) -> StoreKey | None:
        place = (line.store, line.epoch)
        if place not in self.keys:
            try:
                self.keys[place] = configured.keystore().get(*place)
            except KeyGone:  # the store left while we were reading; the entry that says so follows
                self.keys[place] = None
        return self.keys[place]


def _name_erasures(entries: list[Entry]) -> None:
    """Say with each store that is gone which erasure its holders confirm: one look for all of them."""
    gone = [entry for entry in entries if entry["kind"] == "all"]
    if not gone:
        return
    duties = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref__in={entry["store"] for entry in gone})
    named = {(ref, epoch): erasure for ref, epoch, erasure in duties.order_by("pk").values_list(*_ERASURE)}
    for entry in gone:
        if (erasure := named.get((entry["store"], entry["epoch"]))) is not None:
            entry["erasure"] = erasure


def _lines(span: QuerySet[Row], limit: int | None = None) -> Generator[_Line]:
    ordered = span.order_by("change").values_list(*_COLUMNS)[:limit]
    for values in ordered.iterator(chunk_size=_CHUNK_ROWS):
        yield _Line(*values)
