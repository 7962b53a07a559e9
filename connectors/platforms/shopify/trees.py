"""A root of a bulk file with its children, as marked lines; and the record that it is."""

from typing import Final

from connectors.platforms.base import Found, Unreadable
from connectors.platforms.http import decode
from connectors.platforms.shopify.mapping.products import product
from connectors.platforms.shopify.mapping.sales import sale
from connectors.platforms.shopify.readable import LEVEL, LINE, MEDIA, ORDER, PRODUCT, VARIANT, readable
from connectors.platforms.shopify.wire.products import Level

# The letters of `marks`, as they stand in bytes.
PRODUCTS, VARIANTS, LEVELS, PICTURES, ORDERS, LINES, OTHERS, END = b"PVLMOIXZ"
ROOTS: Final = (PRODUCTS, ORDERS)


class Tree:
    """Marked lines that make one record. `root` is empty as long as only children came."""

    __slots__ = ("children", "levels", "root")

    def __init__(self, root: bytes = b"") -> None:
        self.root = root
        self.children: list[bytes] = []
        self.levels: list[bytes] = []


def bucket(line: bytes) -> bytes:
    """Return the bucket in a line's mark."""
    return line[2:4]


def keys(line: bytes) -> list[bytes]:
    """Return the keys in a line's mark."""
    return line[5 : line.index(b" {")].split(b" ")


def record(tree: Tree) -> Found | Unreadable:
    """Return the tree's record, or why there is none."""
    if tree.root[0] == PRODUCTS:
        return readable("product", _product, tree)
    return readable("sale", _sale, tree)


def _product(tree: Tree) -> Found:
    variants = [line for line in tree.children if line[0] == VARIANTS]
    media = [decode(MEDIA, _json(line), "MediaImage") for line in tree.children if line[0] == PICTURES]
    levels: dict[bytes, list[Level]] = {}
    for line in tree.levels:
        levels.setdefault(keys(line)[0], []).append(decode(LEVEL, _json(line), "InventoryLevel"))
    return product(
        decode(PRODUCT, _json(tree.root), "Product"),
        [(decode(VARIANT, _json(line), "ProductVariant"), _levels_of(line, levels)) for line in variants],
        media,
    )


def _levels_of(variant: bytes, levels: dict[bytes, list[Level]]) -> list[Level]:
    """A variant's levels, under its own key or its stock's; once for each location.

    Two variants may share one stock, whose levels then come once for each of them.
    """
    _, own, stock = keys(variant)
    found = levels.get(own, []) + levels.get(stock, [])
    return found if len(found) < 2 else list({level.location.id: level for level in found}.values())


def _sale(tree: Tree) -> Found:
    lines = [decode(LINE, _json(line), "LineItem") for line in tree.children if line[0] == LINES]
    return sale(decode(ORDER, _json(tree.root), "Order"), lines)


def _json(line: bytes) -> bytes:
    return line[line.index(b"{") :]
