"""What is written before each line of a bulk file in the spool, so that reading needs no second parse.

Shopify does not group a file's lines unless it is asked to, and grouping is slow: a child may come anywhere.
A mark says what a line is, in which of 256 buckets its parent's key falls, and whose keys it has; the last
line of the spool says how the whole file lies:

    P 3f p42 {...}              a product; its key
    V 3f p42 v7 i9 {...}        a variant: its parent's key, its own, and that of its stock
    L a0 v7 {...}               a stock level: the key of its variant or of the variant's stock
    M 3f p42 {...}              a picture            X 3f p42 {...}  something that no record needs
    O 07 o5 {...}               an order             I 07 o5 {...}   one of its lines
    Z {"grouped":true,...}      the layout

Shopify does not say which id `__parentId` holds when an object stands between two connections, as the stock
does between variants and levels: either is understood.
"""

import re
from typing import Final
from zlib import crc32

import msgspec

from connectors.errors import BadAnswer
from connectors.platforms.shopify.wire.answers import Node
from connectors.platforms.shopify.wire.exports import Head

_LETTERS: Final = {
    "gid://shopify/Product": "P",
    "gid://shopify/ProductVariant": "V",
    "gid://shopify/InventoryLevel": "L",
    "gid://shopify/MediaImage": "M",
    "gid://shopify/Order": "O",
    "gid://shopify/LineItem": "I",
}
_KEYS: Final = {
    "gid://shopify/Product": "p",
    "gid://shopify/ProductVariant": "v",
    "gid://shopify/InventoryItem": "i",
    "gid://shopify/Order": "o",
}
ROOTS: Final = frozenset("PO")
BUCKETS: Final = 256

_HEAD: Final = msgspec.json.Decoder(Head)
# Where Shopify writes them. Within a text its quotation marks would stand behind a backslash.
_OWN_ID: Final = re.compile(rb'\A\{"id":"(gid:[!-~]{1,200}?)"')
_PARENT_ID: Final = re.compile(rb'"__parentId":"(gid:[!-~]{1,200}?)"\}\Z')
_ITEM_ID: Final = re.compile(rb'"inventoryItem":\{"id":"(gid:[!-~]{1,200}?)"')


class Layout(msgspec.Struct):
    """How a spooled file lies: whether each child follows its root before the next root, and its counts."""

    grouped: bool = True
    lines: int = 0
    roots: int = 0
    levels: int = 0
    owners: int = 0
    size_bytes: int = 0


_LAYOUT: Final = msgspec.json.Decoder(Layout)


class Marker:
    """Mark lines as they come, and learn the layout."""

    def __init__(self) -> None:
        self.layout = Layout()
        self._root = ""
        self._owners: set[str] = set()
        self._wanted: list[str] = []

    def mark(self, lines: list[bytes], *, ended: bool = True) -> bytes:
        """Return the lines with their marks; raises BadAnswer for one that no bulk file holds.

        `ended` lines had their end, so that none of them is cut.
        """
        marked: list[bytes] = []
        for line in lines:
            try:
                letter, parent, own = _place(_head(line, ended=ended))
            except (ValueError, KeyError):
                where = self.layout.lines + len(marked) + 1
                raise BadAnswer(f"line {where} of the bulk file is none of a bulk file") from None
            self._learn(letter, parent, own)
            bucket = crc32(parent.encode("ascii")) % BUCKETS
            marked.append(f"{letter} {bucket:02x} {' '.join((parent, *own))} ".encode("ascii") + line)
        self.layout.lines += len(marked)
        found = b"\n".join(marked) + b"\n" if marked else b""
        self.layout.size_bytes += len(found)
        return found

    def trailer(self) -> bytes:
        """Return the spool's last line."""
        self._end_block()
        return b"Z " + msgspec.json.encode(self.layout) + b"\n"

    def _learn(self, letter: str, parent: str, own: tuple[str, ...]) -> None:
        """`parent` is the key of the root itself for a root."""
        layout = self.layout
        layout.owners += len(own)
        if letter in ROOTS:
            self._end_block()
            layout.grouped = layout.grouped and parent != self._root
            self._root = parent
            layout.roots += 1
            layout.owners += 1
        elif letter == "L":
            layout.levels += 1
            if layout.grouped:
                self._wanted.append(parent)
        elif parent != self._root:
            layout.grouped = False
        elif layout.grouped:
            self._owners.update(own)

    def _end_block(self) -> None:
        """A level that found its owner in no line of this root belongs to another."""
        if not self._owners.issuperset(self._wanted):
            self.layout.grouped = False
        self._owners.clear()
        self._wanted.clear()


def layout_of(last_line: bytes) -> Layout:
    """Return the layout that a spool's last line says; raises BadAnswer when it says none."""
    if not last_line.startswith(b"Z "):
        raise BadAnswer("the spool has no end")
    return _LAYOUT.decode(last_line[2:])


def _head(line: bytes, *, ended: bool) -> Head:
    """Return what tells a line's place.

    A merchant's text that no parser takes (half a surrogate pair, say) must not hide whose line it is: the
    record is refused when it is read, and the others are not. Raises ValueError for what has no place.
    """
    try:
        return _HEAD.decode(line)
    except (ValueError, RecursionError):
        own, parent, item = (_text(each.search(line)) for each in (_OWN_ID, _PARENT_ID, _ITEM_ID))
        if own is None or not ended:
            raise ValueError("no id") from None
        return Head(own, parent, None if item is None else Node(item))


def _text(match: "re.Match[bytes] | None") -> str | None:
    return None if match is None else match.group(1).decode("ascii")


def _place(head: Head) -> tuple[str, str, tuple[str, ...]]:
    """What a line is, its parent's key (a root's own), and the keys that its children may name.

    Raises ValueError or KeyError for ids that are none, or in no place of theirs.
    """
    kind = head.id.rpartition("/")[0]
    letter = _LETTERS.get(kind, "X")
    if (head.parent_id is None) != (letter in ROOTS):
        raise ValueError(kind)
    if letter != "V":
        return letter, _key(head.parent_id or head.id), ()
    if head.inventory_item is None or head.parent_id is None:
        raise ValueError(kind)
    return letter, _key(head.parent_id), (_key(head.id), _key(head.inventory_item.id))


def _key(gid: str) -> str:
    kind, _, number = gid.rpartition("/")
    if number.isdigit() and number.isascii():
        return _KEYS[kind] + number
    raise ValueError(kind)
