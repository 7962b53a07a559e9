"""Write the result of a bulk operation: JSON lines, counted, in one of three orders, memory staying flat."""

import json
import random
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from connectors.sandbox.shopify.api.plan import Connection, Spill

ORDERS = ("grouped", "breadth_first", "shuffled")
PARENTS = ("node", "nearest")


@dataclass(slots=True)
class Written:
    """How much was written so far."""

    rows: int = 0
    roots: int = 0
    size_bytes: int = 0


Line = tuple[int, bytes]


def write_rows(
    roots: list[Connection], source: Any, path: Path, order: str, parent: str, written: Written
) -> Iterator[None]:
    """Write all rows to `path`; yields now and then so that the caller can stop it.

    `parent` says what `__parentId` of a row holds when an object stands between the two nodes: the id of the
    `node` above, or the id of the `nearest` object above.
    """
    lines = _lines(roots, source, parent, written)
    with path.open("wb") as out:
        if order == "grouped":
            for count, (_, line) in enumerate(lines):
                written.size_bytes += out.write(line)
                if count % 500 == 0:
                    yield
        else:
            shelves = yield from _shelved(lines)
            if order == "breadth_first":
                _in_turn(shelves, out)
            else:
                _shuffled(shelves, out)
            written.size_bytes = out.tell()


def _lines(roots: list[Connection], source: Any, parent: str, written: Written) -> Iterator[Line]:
    for root in roots:
        for node in root.of(source):
            written.roots += 1
            for line in _rows(root, node, None, parent):
                written.rows += 1
                yield line


def _rows(connection: Connection, node: Any, parent_id: str | None, parent: str) -> Iterator[Line]:
    spill = Spill(str(getattr(node, "id", "")))
    row = connection.read(node, spill)
    if parent_id is not None:
        row["__parentId"] = parent_id
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    yield connection.depth, text.encode("utf-8", "surrogatepass") + b"\n"
    for child, source, nearest_id in spill.found:
        above = spill.node_id if parent == "node" else nearest_id or spill.node_id
        for inner in child.of(source):
            yield from _rows(child, inner, above, parent)


def _shelved(lines: Iterator[Line]) -> Generator[None, None, list[BinaryIO]]:
    shelves: dict[int, BinaryIO] = {}
    for count, (depth, line) in enumerate(lines):
        if depth not in shelves:
            shelves[depth] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when its lines are written out
        shelves[depth].write(line)
        if count % 500 == 0:
            yield
    return [shelves[depth] for depth in sorted(shelves)]


def _in_turn(shelves: list[BinaryIO], out: BinaryIO) -> None:
    for shelf in shelves:
        shelf.seek(0)
        out.writelines(shelf)
        shelf.close()


def _shuffled(shelves: list[BinaryIO], out: BinaryIO) -> None:
    places: list[tuple[BinaryIO, int]] = []
    for shelf in shelves:
        shelf.seek(0)
        at = 0
        for line in shelf:
            places.append((shelf, at))
            at += len(line)
    random.Random(7).shuffle(places)  # noqa: S311 - disorder, not a secret
    places.sort(key=lambda place: shelves.index(place[0]) == 0)
    for shelf, at in places:
        shelf.seek(at)
        out.write(shelf.readline())
    for shelf in shelves:
        shelf.close()
