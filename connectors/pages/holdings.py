"""What is held of one store, clause by clause, in the policy's order and words.

The store's own items are shown with their values. Of products, sales and offers there may be very many: they
are counted by an index, and only the newest are opened.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from connectors import rows
from connectors.models import Run, RunState, Store
from connectors.pages.items import Item, Kept, items, kept
from connectors.pages.lists import COLUMNS, NOUNS, Cell, Column, line_of
from connectors.platforms.base import Platform
from connectors.policy.clauses import Clause, Processor, Purpose
from connectors.policy.leaves import Leaf, leaves
from connectors.policy.records import KINDS, StoreInfo
from connectors.policy.retention import KEPT
from connectors.policy.sharing import goes_to
from connectors.vault import StoreKey

#: How many records of a kind are opened for the page.
SHOWN: Final = 20


@dataclass(frozen=True, repr=False)
class Listing:
    """The records of one kind: how many, when the last change was made, and those that changed last."""

    kind: str
    noun: str
    caption: str
    count: int
    changed_at: datetime | None
    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, repr=False)
class Section:
    """One clause of the policy and everything that is held under it."""

    number: int
    words: str
    purposes: tuple[str, ...]
    processors: tuple[str, ...]
    kept_until: tuple[str, ...]
    items: tuple[Item, ...]
    listings: tuple[Listing, ...]
    kept: tuple[Kept, ...]


@dataclass(frozen=True, repr=False)
class Holdings:
    """Everything that is held of one store. `shopless`: it has no shop, and so nothing to read."""

    name: str
    read_at: datetime | None
    shopless: bool
    sections: tuple[Section, ...]
    listings: tuple[Listing, ...]


def holdings(platform: Platform, store: Store, key: StoreKey) -> Holdings:
    """Open what is held of a store; raises KeyGone when it may not be opened."""
    record, read_at = _own_record(store, key)
    listings = {kind: _listing(store, key, kind) for kind in COLUMNS}
    sections = tuple(_section(platform, clause, record, read_at, listings) for clause in Clause)
    without_shop = record is not None and record.has_storefront is False
    shopless = without_shop and not any(each.count for each in listings.values())
    return Holdings(record.name if record else "", read_at, shopless, sections, tuple(listings.values()))


def _own_record(store: Store, key: StoreKey) -> tuple[StoreInfo | None, datetime | None]:
    """Return the store's own record and when it was last read."""
    done = Run.objects.filter(store=store, epoch=store.epoch, kind="store", state=RunState.DONE)
    read_at = done.order_by("-finished_at").values_list("finished_at", flat=True).first()
    for each in rows.opened(key, rows.of_store(store, "store")):
        if isinstance(each.record, StoreInfo):
            return each.record, read_at or each.version_at
    return None, None


def _listing(store: Store, key: StoreKey, kind: str) -> Listing:
    every = rows.of_store(store, kind)
    count = every.count() - every.filter(sealed__isnull=True).count()
    one, many = NOUNS[kind]
    newest = every.filter(sealed__isnull=False).order_by("-change")[:SHOWN]
    opened = list(rows.opened(key, newest))
    return Listing(
        kind=kind,
        noun=one if count == 1 else many,
        caption=f"The {SHOWN} {many} that changed last, of {count}" if count > SHOWN else f"All {many}",
        count=count,
        changed_at=opened[0].version_at if opened else None,
        columns=COLUMNS[kind],
        lines=tuple(line_of(each.record) for each in opened),
    )


def _section(
    platform: Platform,
    clause: Clause,
    record: StoreInfo | None,
    read_at: datetime | None,
    listings: dict[str, Listing],
) -> Section:
    mine = [(kind, leaf) for kind, leaf in _every_leaf() if leaf.clause is clause]
    kinds = dict.fromkeys(kind for kind, _ in mine)
    used = frozenset[Purpose]().union(*(leaf.purposes for _, leaf in mine))
    return Section(
        number=clause.number,
        words=clause.words,
        purposes=tuple(each.words[:1].lower() + each.words[1:] for each in Purpose if each in used),
        processors=_given_to(mine),
        kept_until=_kept_until(list(kinds)),
        items=tuple(items(platform, [leaf for kind, leaf in mine if kind == "store"], record, read_at)),
        listings=tuple(listings[kind] for kind in kinds if kind in listings and _home(kind) is clause),
        kept=tuple(kept(platform, kind, leaf) for kind, leaf in mine if kind != "store"),
    )


def _given_to(mine: list[tuple[str, Leaf]]) -> tuple[str, ...]:
    """Return who is given any of these leaves, once the merchant agrees."""
    names = [f"{KINDS[kind].__name__}.{leaf.path}" for kind, leaf in mine]
    given = {processor for name in names for processor in goes_to(name)}
    return tuple(each for each in Processor if each in given)


def _kept_until(kinds: list[str]) -> tuple[str, ...]:
    if len(kinds) == 1:
        return (KEPT[kinds[0]],)
    return tuple(f"{NOUNS[kind][1] if kind in NOUNS else 'the store'}: {KEPT[kind]}" for kind in kinds)


@cache
def _every_leaf() -> tuple[tuple[str, Leaf], ...]:
    return tuple((kind, leaf) for kind, record in KINDS.items() for leaf in leaves(record))


@cache
def _home(kind: str) -> Clause:
    """Return the clause under which the records of a kind are listed: that of their first leaf."""
    return next(leaf.clause for each, leaf in _every_leaf() if each == kind)
