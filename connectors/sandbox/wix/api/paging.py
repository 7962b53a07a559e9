"""How far an answer goes, and where the next one begins."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from connectors.sandbox.wix.api.door import Ask
from connectors.sandbox.wix.asking import Table, key_of, read_cursor, select, write_cursor
from connectors.sandbox.wix.refusals import invalid, too_many

Body = dict[str, Any]
Things = Callable[[], Iterable[Any]]
HIGHEST_OFFSET = 10_000
USUAL = 100


class Page(NamedTuple):
    """Some of the things that match."""

    things: list[Any]
    offset: int
    total: int
    next: str | None = None

    @property
    def cursors(self) -> Body:
        """Write the page's cursors; there is no way back in this sandbox."""
        return {"count": len(self.things), "cursors": {"next": self.next, "prev": None}}

    @property
    def cursors_and_more(self) -> Body:
        """Write the page's cursors and whether there is more, as most of the newer APIs do."""
        return self.cursors | {"hasNext": self.next is not None}

    @property
    def offsets(self) -> Body:
        """Write where the page stands, as the locations do."""
        more = self.offset + len(self.things) < self.total
        return {"count": len(self.things), "offset": self.offset, "hasNext": more}


def by_cursor(ask: Ask, table: Table, things: Things, query: Mapping[str, Any], most: int) -> Page:
    """Answer a query with a cursor; a cursor brings its own filter and sort and suffers no other."""
    wish = query.get("cursorPaging") or {}
    asked, sort, after = query.get("filter") or {}, query.get("sort") or [], None
    size = wish.get("limit")
    if wish.get("cursor"):
        if asked or sort:
            raise invalid("cursorPaging.cursor", "goes with neither filter nor sort")
        state = read_cursor(wish["cursor"])
        if state["table"] != table.name:
            raise invalid("cursorPaging.cursor", "is of another query", "FORMAT")
        asked, sort, after = state["filter"], state["sort"], tuple(state["after"])
        size = size or state["limit"]
    limit = checked(size, "cursorPaging.limit", most, min(most, USUAL))
    found, first = select(ask.site.kept, table, things, asked, sort)
    start = max(first, found.start_after(after))
    page = found.things[start : start + limit]
    following = None
    if start + limit < len(found.things):
        last = key_of(table, sort, page[-1])
        following = write_cursor(
            {"table": table.name, "filter": asked, "sort": sort, "after": last, "limit": limit}
        )
    return Page(page, start - first, len(found.things) - first, following)


def by_offset(
    ask: Ask, table: Table, things: Things, query: Mapping[str, Any], most: int, limit_unless_asked: int
) -> Page:
    """Answer a query with an offset, whose filter and sort were read already."""
    paging = query.get("paging") or {}
    limit = checked(paging.get("limit"), "paging.limit", most, limit_unless_asked)
    offset = checked_offset(paging.get("offset"))
    found, first = select(ask.site.kept, table, things, query.get("filter") or {}, query.get("sort") or [])
    start = first + offset
    return Page(found.things[start : start + limit], offset, len(found.things) - first)


def checked(wish: Any, field: str, most: int, unless_asked: int = 0) -> int:
    """Read a limit."""
    try:
        limit = int(wish if wish is not None else unless_asked or most)
    except (TypeError, ValueError):
        raise invalid(field, "is no number", "FORMAT") from None
    if limit > most:
        raise too_many(field, most)
    if limit < 1:
        raise invalid(field, "must be at least 1", "MIN", threshold=1)
    return limit


def checked_offset(wish: Any) -> int:
    """Read an offset; deeper than 10,000 no offset reaches."""
    offset = int(wish or 0)
    if offset > HIGHEST_OFFSET:
        raise too_many("paging.offset", HIGHEST_OFFSET)
    return offset
