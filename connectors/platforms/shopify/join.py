"""Records out of a spooled bulk file, in a fixed order, in memory that does not grow with the store.

A grouped file is read once, a root at a time. Any other is joined in parts: roots are dealt by the bucket of
their key, so that some 100,000 lines or 24 MB of them are held at a time, and the file is read again for each
part. Such a file is checked first: a child whose parent is missing fails it before any record of it is given.
"""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Final

from connectors.errors import CountsDisagree
from connectors.platforms.base import Found, Spool, Unreadable
from connectors.platforms.shopify.marks import BUCKETS, Layout, layout_of
from connectors.platforms.shopify.trees import END, LEVELS, OTHERS, ROOTS, Tree, bucket, keys, record

_PART_LINES: Final = 100_000
_PART_BYTES: Final = 24 * 1024 * 1024
_CHECKED_KEYS: Final = 250_000


def exported(spool: Spool, skip: int) -> Iterator[Found | Unreadable]:
    """Yield the records of a spool without the first `skip`.

    Raises CountsDisagree for a child without its parent, or a root that came twice.
    """
    layout = _layout(spool)
    if layout.grouped:
        trees = _grouped(spool)
    else:
        _check(spool, layout)
        trees = _scattered(spool, layout)
    for tree in islice(trees, skip, None):
        yield record(tree)


def _layout(spool: Spool) -> Layout:
    last = b""
    for last in spool.lines():  # noqa: B007 # the last one is wanted
        pass
    return layout_of(last)


def _grouped(spool: Spool) -> Iterator[Tree]:
    """Yield each tree as its lines stand: the marker has seen that they stand together."""
    tree = None
    for line in spool.lines():
        letter = line[0]
        if letter in ROOTS or letter == END:
            if tree is not None:
                yield tree
            tree = Tree(line)
        elif tree is not None:
            _put(tree, letter, line)


def _put(tree: Tree, letter: int, line: bytes) -> None:
    if letter == LEVELS:
        tree.levels.append(line)
    elif letter != OTHERS:
        tree.children.append(line)


def _check(spool: Spool, layout: Layout) -> None:
    """Find every root once and every child's parent, by keys alone."""
    found = 0
    for wanted in _parts(layout.owners / _CHECKED_KEYS):
        roots: set[bytes] = set()
        parents: set[bytes] = set()
        owners: set[bytes] = set()
        for line in spool.lines():
            if line[0] in (LEVELS, END) or bucket(line) not in wanted:
                continue
            key, *own = keys(line)
            if line[0] not in ROOTS:
                parents.add(key)
                owners.update(own)
            elif key in roots:
                raise CountsDisagree("the bulk file has a record twice")
            else:
                roots.add(key)
        if not parents <= roots:
            raise CountsDisagree("the bulk file has a child without its parent")
        found += sum(keys(line)[0] in owners for line in _levels(spool, layout))
    if found < layout.levels:
        raise CountsDisagree("the bulk file has a stock level without its variant")


def _scattered(spool: Spool, layout: Layout) -> Iterator[Tree]:
    for wanted in _parts(max(layout.lines / _PART_LINES, layout.size_bytes / _PART_BYTES)):
        trees: dict[bytes, Tree] = {}
        owners: dict[bytes, Tree] = {}
        for line in spool.lines():
            letter = line[0]
            if letter in (LEVELS, END) or bucket(line) not in wanted:
                continue
            root, *own = keys(line)
            tree = trees.get(root)
            if tree is None:
                tree = trees[root] = Tree()
            if letter in ROOTS:
                tree.root = line
            else:
                _put(tree, letter, line)
                owners.update(dict.fromkeys(own, tree))
        for line in _levels(spool, layout):
            if (owner := owners.get(keys(line)[0])) is not None:
                owner.levels.append(line)
        yield from trees.values()


def _levels(spool: Spool, layout: Layout) -> Iterator[bytes]:
    return (line for line in spool.lines() if line[0] == LEVELS) if layout.levels else iter(())


def _parts(wanted: float) -> Iterator[frozenset[bytes]]:
    """Deal the buckets into as many parts as are wanted."""
    parts = min(BUCKETS, max(1, math.ceil(wanted)))
    for part in range(parts):
        yield frozenset(f"{number:02x}".encode("ascii") for number in range(part, BUCKETS, parts))
