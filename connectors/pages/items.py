"""The leaves of the policy beside what is held in them: a value, or the reason why there is none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from connectors.pages.lists import Cell, Column, cell
from connectors.pages.values import Value, label_of, raw_at, values_at
from connectors.platforms.base import Platform
from connectors.policy.clauses import Purpose
from connectors.policy.leaves import Leaf
from connectors.policy.records import KINDS, StoreInfo

_OF_THE_REPORT: Final = ("reported.source", "reported.observed_at")


@dataclass(frozen=True, repr=False)
class Item:
    """One leaf: its values or the reason why there is none, where it came from, whether videos may use it.

    The leaves of a list are one item, with a line for each of its records.
    """

    label: str
    values: tuple[Value, ...]
    reason: str
    fields: tuple[str, ...]
    for_videos: bool
    seen_at: datetime | None
    columns: tuple[Column, ...] = ()
    lines: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True)
class Kept:
    """One leaf that is kept of every record of a kind: where it comes from, or why it does not."""

    record: str
    label: str
    reason: str
    fields: tuple[str, ...]
    for_videos: bool


def items(
    platform: Platform, mine: list[Leaf], record: StoreInfo | None, read_at: datetime | None
) -> Iterator[Item]:
    """Yield an item for every leaf, and one for all the leaves of a list of records."""
    for prefix, group in groupby(mine, _list_of):
        told = [leaf for leaf in group if _told(leaf, record)]
        if prefix:
            yield _nested(platform, prefix, told, record, read_at)
        else:
            yield from (_item(platform, leaf, record, read_at) for leaf in told)


def _told(leaf: Leaf, record: StoreInfo | None) -> bool:
    """Tell whether a leaf is worth a line: who reported and when is not, before there is a report."""
    return leaf.path not in _OF_THE_REPORT or (record is not None and record.reported is not None)


def _list_of(leaf: Leaf) -> str:
    """Return the path of the list of records that a leaf stands in, none for most."""
    before, found, _ = leaf.path.rpartition("[].")
    return before + "[]" if found else ""


def _item(platform: Platform, leaf: Leaf, record: StoreInfo | None, read_at: datetime | None) -> Item:
    values = values_at(record, leaf.path) if record else ()
    if leaf.path.startswith("reported."):
        read_at = record.reported.observed_at if record and record.reported else None
    return Item(
        label=label_of(leaf.path),
        values=values,
        reason="" if values else _why_not(platform, leaf, record),
        fields=_sources(platform, "store", leaf),
        for_videos=Purpose.VIDEOS in leaf.purposes,
        seen_at=read_at if values else None,
    )


def _nested(
    platform: Platform, prefix: str, mine: list[Leaf], record: StoreInfo | None, read_at: datetime | None
) -> Item:
    names = [leaf.path.removeprefix(f"{prefix}.") for leaf in mine]
    found = [each for each in raw_at(record, prefix) if each is not None] if record else []
    return Item(
        label=label_of(prefix),
        values=(),
        reason="" if found else _why_not(platform, mine[0], record),
        fields=tuple(dict.fromkeys(field for leaf in mine for field in _sources(platform, "store", leaf))),
        for_videos=any(Purpose.VIDEOS in leaf.purposes for leaf in mine),
        seen_at=read_at if found else None,
        columns=tuple(Column(label_of(name)) for name in names),
        lines=tuple(tuple(cell(getattr(each, name)) for name in names) for each in found),
    )


def kept(platform: Platform, kind: str, leaf: Leaf) -> Kept:
    """Return what is kept of every record of a kind in this leaf."""
    record = KINDS[kind].__name__
    return Kept(
        record=record,
        label=label_of(leaf.path),
        reason=platform.absent.get(f"{record}.{leaf.path}", ""),
        fields=_sources(platform, kind, leaf),
        for_videos=Purpose.VIDEOS in leaf.purposes,
    )


def _sources(platform: Platform, kind: str, leaf: Leaf) -> tuple[str, ...]:
    return platform.sources.get(f"{KINDS[kind].__name__}.{leaf.path}", ())


def _why_not(platform: Platform, leaf: Leaf, record: StoreInfo | None) -> str:
    written = platform.absent.get(f"StoreInfo.{leaf.path}")
    if written:
        return written
    if record is None:
        return "Not read yet."
    if leaf.path.startswith("reported.") and record.reported is None:
        return (
            f"Not reported yet: {platform.title} offers this to no query "
            "and sends it only when the settings of the store change."
        )
    return f"{platform.title} gave no value for this store."
