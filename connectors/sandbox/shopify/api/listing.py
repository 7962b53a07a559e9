"""Connections: order, cursors and pages.

A cursor is opaque and belongs to one field, order and filter; with another it is refused.
"""

import base64
import binascii
import json
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from graphql import GraphQLError

from connectors.sandbox.shopify.api.ask import refusal

PAGE_LIMIT = 250
DEPTH_LIMIT = 25_000

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Listing:
    """All nodes of a connection; `value` gives what they are sorted by, without it they stay in order."""

    nodes: Sequence[Any]
    value: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A node with its cursor."""

    node: Any
    place: Place
    binding: int

    @property
    def cursor(self) -> str:
        words = {"last_id": self.place[1], "last_value": self.place[0], "b": self.binding}
        return base64.b64encode(json.dumps(words, separators=(",", ":")).encode()).decode()


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page lies."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


class Page:
    """A part of a listing."""

    def __init__(self, edges: list[Edge], before: bool, after: bool) -> None:
        self.edges = edges
        self._before, self._after = before, after

    @property
    def nodes(self) -> list[Any]:
        return [edge.node for edge in self.edges]

    @cached_property
    def page_info(self) -> PageInfo:
        first, last = (self.edges[0].cursor, self.edges[-1].cursor) if self.edges else (None, None)
        return PageInfo(self._after, self._before, first, last)


def page_of(listing: Listing, args: dict[str, Any], coordinate: str) -> Page:
    """Cut the page that the arguments ask for."""
    first, last = _window(args)
    binding = _binding(args, coordinate)
    placed = _placed(listing)
    if args.get("reverse"):
        placed.reverse()
    start, end = _bounds(placed, args, binding)
    shown_start, shown_end = start, end
    if first is not None:
        shown_end = min(end, start + first)
    elif last is not None:
        shown_start = max(start, end - last)
    if shown_end > DEPTH_LIMIT:
        raise refusal("Pagination is limited to 25,000 objects.", "BAD_REQUEST")
    edges = [Edge(node, place, binding) for place, node in placed[shown_start:shown_end]]
    return Page(edges, before=shown_start > 0, after=shown_end < len(placed))


def ordered(listing: Listing, args: dict[str, Any]) -> list[Any]:
    """Give all nodes in the order that the arguments ask for."""
    nodes = [node for _, node in _placed(listing)]
    return nodes[::-1] if args.get("reverse") else nodes


def _window(args: dict[str, Any]) -> tuple[int | None, int | None]:
    first, last = args.get("first"), args.get("last")
    if first is None and last is None:
        raise refusal("you must provide one of first or last", "BAD_REQUEST")
    if first is not None and last is not None:
        raise refusal("providing both first and last is not supported", "BAD_REQUEST")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= PAGE_LIMIT:
            raise refusal(f"{name} cannot exceed {PAGE_LIMIT}", "BAD_REQUEST")
    return first, last


def _placed(listing: Listing) -> list[tuple[Place, Any]]:
    if listing.value is None:
        return [((f"{index:012d}", index), node) for index, node in enumerate(listing.nodes)]
    placed = [((sortable(listing.value(node)), node.number), node) for node in listing.nodes]
    placed.sort(key=lambda pair: pair[0])
    return placed


def sortable(value: Any) -> str:
    """Write a value so that texts compare as the values do."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, bool) or value is None:
        return str(int(bool(value)))
    if isinstance(value, str):
        return value.casefold()
    return f"{value + 10**20:030d}" if isinstance(value, int) else f"{value + 10**12:035.6f}"


def _binding(args: dict[str, Any], coordinate: str) -> int:
    words = (coordinate, args.get("sortKey"), bool(args.get("reverse")), args.get("query"))
    return zlib.crc32(repr(words).encode())


def _bounds(placed: list[tuple[Place, Any]], args: dict[str, Any], binding: int) -> tuple[int, int]:
    start, end = 0, len(placed)
    if args.get("after") is not None:
        start = _index(placed, _read(args["after"], binding), args, past=True)
    if args.get("before") is not None:
        end = _index(placed, _read(args["before"], binding), args, past=False)
    return start, max(start, end)


def _index(placed: list[tuple[Place, Any]], place: Place, args: dict[str, Any], *, past: bool) -> int:
    if not args.get("reverse"):
        search = bisect_right if past else bisect_left
        return search(placed, place, key=lambda pair: pair[0])
    backward = placed[::-1]
    search = bisect_left if past else bisect_right
    return len(placed) - search(backward, place, key=lambda pair: pair[0])


def _read(cursor: str, binding: int) -> Place:
    try:
        words = json.loads(base64.b64decode(cursor, validate=True))
        place, bound = (str(words["last_value"]), int(words["last_id"])), int(words["b"])
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise _bad_cursor() from None
    if bound != binding:
        raise _bad_cursor()
    return place


def _bad_cursor() -> GraphQLError:
    return refusal("Invalid cursor for current pagination sort.", "BAD_REQUEST")
