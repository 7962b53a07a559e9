"""Bulk files as Shopify writes them, in any order, and a spool in memory."""

import gzip
import json
import random
from collections.abc import Callable, Iterable, Iterator

from connectors.platforms.base import Export, ExportState
from tests.platforms.shopify import nodes
from tests.platforms.shopify.admin import Admin, Says
from tests.platforms.shopify.nodes import Json, gid

Arranging = Callable[[list[list[Json]]], list[Json]]


class MemorySpool:
    """What `connectors.vault.Spool` is to a reader, in the clear and in memory."""

    def __init__(self, content: bytes = b"", *, finished: bool = False) -> None:
        self.content = bytearray(content)
        self.finished = finished

    def write(self, chunk: bytes) -> None:
        assert not self.finished
        self.content += chunk

    def finish(self) -> None:
        self.finished = True

    def lines(self) -> Iterator[bytes]:
        assert self.finished
        begin = 0
        while (end := self.content.find(b"\n", begin)) >= 0:
            yield bytes(self.content[begin:end])
            begin = end + 1


def tree(number: int, variants: int = 2, *, parent: str = "variant", pictures: int = 2) -> list[Json]:
    """Return a product and its children, grouped. `parent` says whose id a stock level names."""
    root = gid("Product", number)
    lines = [nodes.product(number)]
    for position in range(1, variants + 1):
        own, item = number * 100 + position, number * 100 + position + 50
        lines.append({**nodes.variant(own, position, item), "__parentId": root})
        above = gid("ProductVariant", own) if parent == "variant" else gid("InventoryItem", item)
        for location in (7, 8):
            level_id = f"gid://shopify/InventoryLevel/{location}?inventory_item_id={item}"
            lines.append({"id": level_id, **nodes.level(location, position), "__parentId": above})
    lines += [
        {"id": gid("MediaImage", number * 10 + name), **nodes.picture(f"{number}-{name}"), "__parentId": root}
        for name in range(pictures)
    ]
    lines.append({"id": gid("Video", number), "__parentId": root})
    return lines


def sale_tree(number: int) -> list[Json]:
    """Return an order and its lines, grouped."""
    root = gid("Order", number)
    lines = [{**nodes.line(number * 10 + each, each), "__parentId": root} for each in (1, 2, 3)]
    return [nodes.order(number), *lines]


def grouped(trees: list[list[Json]]) -> list[Json]:
    return [line for tree in trees for line in tree]


def depth(line: Json) -> int:
    if "__parentId" not in line:
        return 0
    return 2 if "InventoryLevel" in line["id"] else 1


def breadth_first(trees: list[list[Json]]) -> list[Json]:
    return sorted(grouped(trees), key=depth)


def children_first(trees: list[list[Json]]) -> list[Json]:
    return sorted(grouped(trees), key=lambda line: -depth(line))


def shuffled(trees: list[list[Json]]) -> list[Json]:
    """Mix everything but the order among a product's pictures, which nothing in a line tells."""
    mixed = grouped(trees)
    random.Random(20261123).shuffle(mixed)
    pictures: dict[str, list[Json]] = {}
    for line in grouped(trees):
        if "MediaImage" in line["id"]:
            pictures.setdefault(line["__parentId"], []).append(line)
    return [pictures[line["__parentId"]].pop(0) if "MediaImage" in line["id"] else line for line in mixed]


def written(lines: Iterable[Json]) -> bytes:
    """Return the file of these lines, written as Shopify writes."""
    texts = (json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in lines)
    return "".join(f"{text}\n" for text in texts).encode()


def announced(content: bytes, **changed: object) -> Export:
    """Return an export that announces this content rightly."""
    lines = content.splitlines()
    fields = {
        "state": ExportState.READY,
        "lines": len(lines),
        "roots": sum(b'"__parentId"' not in line for line in lines),
        "size_bytes": len(content),
        **changed,
    }
    return Export(**fields)  # type: ignore[arg-type]


def fetched(
    content: bytes, *, squeezed: bool = False, served: bytes | None = None, **changed: object
) -> MemorySpool:
    """Download a file from a server into a spool; `served` is what comes in place of it."""
    spool = MemorySpool()
    body = content if served is None else served
    headers = {"Content-Type": "application/jsonl"}
    if squeezed:
        body = gzip.compress(content) if served is None else served
        headers["Content-Encoding"] = "gzip"
    with Admin() as admin:
        admin.files["/results/1.jsonl?signature=abc"] = Says(body, headers=headers)
        url = f"{admin.address}/results/1.jsonl?signature=abc"
        admin.reader().download(announced(content, **{"url": url, **changed}), spool)
        assert "x-shopify-access-token" not in admin.fetched[0]
    assert spool.finished
    return spool
