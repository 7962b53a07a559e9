"""Lists: filters, order, pages and cursors of v3; pages of v2."""

import base64
import bisect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from urllib.parse import quote

from werkzeug import Response

from connectors.sandbox.bigcommerce.api.ask import Ask, Body, RefusedError, said
from connectors.sandbox.bigcommerce.goods import Variant
from connectors.sandbox.bigcommerce.store import Shelf

T = TypeVar("T")
Read = Callable[[str], Any]
MOST = 250
PAGING = frozenset({"page", "limit", "before", "after", "sort", "direction"})
SHAPING = frozenset({"include", "include_fields", "exclude_fields"})


@dataclass(frozen=True, slots=True)
class Column:
    """What can be filtered by: where it stands, how a query writes it, which comparisons there are."""

    of: Callable[[Any], Any]
    read: Read = str
    tests: frozenset[str] = frozenset({""})


TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda held, wanted: wanted in held if isinstance(held, list) else bool(held == wanted),
    "in": lambda held, wanted: (
        any(one in wanted for one in held) if isinstance(held, list) else held in wanted
    ),
    "not_in": lambda held, wanted: held not in wanted,
    "not": lambda held, wanted: bool(held != wanted),
    "min": lambda held, wanted: bool(held >= wanted),
    "max": lambda held, wanted: bool(held <= wanted),
    "greater": lambda held, wanted: bool(held > wanted),
    "less": lambda held, wanted: bool(held < wanted),
    "like": lambda held, wanted: str(wanted).lower() in str(held).lower(),
}
EQUAL = frozenset({""})
AMONG = frozenset({"", "in"})
RANGE = frozenset({"", "min", "max"})
NUMBER = frozenset({"", "in", "not_in", "min", "max", "greater", "less"})


def truth(text: str) -> bool:
    """Read a yes or no."""
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return text.lower() in ("true", "1")


def moment(text: str) -> datetime:
    """Read a time in ISO 8601; a date alone gets the time of day of this request, as the platform does."""
    if len(text) <= len("2026-11-22"):
        return datetime.combine(datetime.fromisoformat(text).date(), datetime.now(UTC).timetz())
    read = datetime.fromisoformat(text.replace(" ", "+"))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def filters(ask: Ask, columns: dict[str, Column], *, own: frozenset[str] = frozenset()) -> tuple[Any, ...]:
    """Read the filters of a query: (column, test, value). Raises RefusedError for what there is none of."""
    found: list[tuple[str, str, Any]] = []
    for name, text in sorted(ask.args.items()):
        if name in PAGING or name in own:
            continue
        column, _, test = name.partition(":")
        if column not in columns or test not in columns[column].tests:
            raise RefusedError(422, f"The filter(s): {name} are not valid filter parameter(s).", {})
        found.append((column, test, _value(name, text, columns[column].read, test)))
    return tuple(found)


def _value(name: str, text: str, read: Read, test: str) -> Any:
    try:
        if test in ("in", "not_in"):
            return frozenset(read(part) for part in text.split(",") if part)
        return read(text)
    except (ValueError, InvalidOperation) as error:
        raise RefusedError(422, f"Invalid value for {name}", {name: "error.expected"}) from error


def found(
    ask: Ask, shelf: Shelf[T], columns: dict[str, Column], number: Callable[[T], int], own: frozenset[str]
) -> list[T]:
    """Find what a query asks for, in the order in which it wants it."""
    asked = filters(ask, columns, own=own)
    sort, down = ask.args.get("sort", "id"), ask.args.get("direction", "asc") == "desc"
    if sort not in columns:
        raise RefusedError(422, "The sort parameter is not valid", {"sort": "error.invalid"})

    def search(rows: list[T]) -> list[T]:
        for column, test, value in asked:
            if (column, test) == ("id", "greater"):
                rows = rows[bisect.bisect_right(rows, value, key=number) :]
                continue
            held, compare = columns[column].of, TESTS[test]
            rows = [row for row in rows if compare(held(row), value)]
        if sort == "id":
            return rows[::-1] if down else rows
        return sorted(rows, key=columns[sort].of, reverse=down)

    return shelf.find((asked, sort, down), search)


def variants_asked(ask: Ask, columns: dict[str, Column], own: frozenset[str]) -> list[Variant]:
    """Find variants; those of named products through the products, not by a look at all there are."""
    if "product_id:in" not in ask.args:
        return found(ask, ask.store.variants, columns, lambda one: one.number, own)
    numbers = _value("product_id:in", ask.args["product_id:in"], int, "in")
    products = [one for number in sorted(numbers) if (one := ask.store.products.get(number))]
    return kept(ask, [variant for one in products for variant in one.variants], columns, own=own)


def kept(
    ask: Ask, rows: list[T], columns: dict[str, Column], *, own: frozenset[str] = frozenset()
) -> list[T]:
    """Keep what a query asks for of a short list."""
    for column, test, value in filters(ask, columns, own=own):
        rows = [row for row in rows if TESTS[test](columns[column].of(row), value)]
    return rows


def page(
    ask: Ask, rows: Sequence[T], write: Callable[[T], Body], *, most: int = MOST, per: int = 50
) -> Response:
    """Answer with a page of v3."""
    number, limit = whole(ask, "page", 1), whole(ask, "limit", per)
    if limit > most:
        raise RefusedError(413, f"The limit is too large: {limit}, at most {most}", {})
    return paged(ask, rows, write, number, limit)


def paged(ask: Ask, rows: Sequence[T], write: Callable[[T], Body], number: int, limit: int) -> Response:
    """Answer with page `number` of v3 when a page has `limit` things."""
    start = (number - 1) * limit
    shown = [write(row) for row in rows[start : start + limit]]
    return said(
        {"data": shown, "meta": {"pagination": pagination(ask, len(rows), len(shown), number, limit)}}
    )


def pagination(ask: Ask, total: int, count: int, number: int, limit: int) -> Body:
    """Write v3's `meta.pagination`."""
    pages = math.ceil(total / limit)
    links = {"current": _link(ask, number, limit)}
    if number > 1:
        links["previous"] = _link(ask, number - 1, limit)
    if number < pages:
        links["next"] = _link(ask, number + 1, limit)
    return {
        "total": total,
        "count": count,
        "per_page": limit,
        "current_page": number,
        "total_pages": pages,
        "links": links,
    }


def by_cursor(
    ask: Ask,
    rows: Sequence[T],
    write: Callable[[T], Body],
    number: Callable[[T], int],
    *,
    linked: bool = True,
) -> Response:
    """Answer with a page of v3 that goes by `before` and `after`, and by `page` too.

    Price lists link cursors only (`linked` False), and an empty list has neither links nor cursors.
    """
    limit, at = whole(ask, "limit", 50), whole(ask, "page", 1)
    if limit > MOST:
        raise RefusedError(413, f"The limit is too large: {limit}, at most {MOST}", {})
    start = (at - 1) * limit
    if "after" in ask.args:
        start = bisect.bisect_right(rows, _opened(ask.args["after"]), key=number)
    elif "before" in ask.args:
        start = max(0, bisect.bisect_left(rows, _opened(ask.args["before"]), key=number) - limit)
    shown = rows[start : start + limit]
    meta: Body = {"pagination": pagination(ask, len(rows), len(shown), at, limit)}
    if not linked or not rows:
        del meta["pagination"]["links"]
    if rows:
        ends = (number(shown[0]), number(shown[-1])) if shown else None
        meta["cursor_pagination"] = _cursors(limit, len(shown), ends, start > 0, start + limit < len(rows))
    return said({"data": [write(row) for row in shown], "meta": meta})


def _cursors(limit: int, count: int, ends: tuple[int, int] | None, before: bool, after: bool) -> Body:
    links: dict[str, str] = {}
    meta: Body = {"count": count, "per_page": limit, "links": links}
    if ends is not None:
        first, last = _cursor(ends[0]), _cursor(ends[1])
        meta |= {"start_cursor": first, "end_cursor": last}
        if before:
            links["previous"] = f"?limit={limit}&before={quote(first)}"
        if after:
            links["next"] = f"?limit={limit}&after={quote(last)}"
    return meta


def page_v2(ask: Ask, rows: Sequence[T], write: Callable[[T], Body]) -> Response:
    """Answer with a page of v2: a bare list, and no body at all when it is empty."""
    number, limit = whole(ask, "page", 1), min(whole(ask, "limit", 50), MOST)
    shown = rows[(number - 1) * limit : number * limit]
    return said([write(row) for row in shown]) if shown else Response(status=204)


def trimmed(ask: Ask, body: Body, included: frozenset[str] = frozenset()) -> Body:
    """Leave what `include_fields` and `exclude_fields` leave; the id and what was included always stay."""
    if "include_fields" in ask.args:
        kept = {"id", *ask.args["include_fields"].split(","), *included}
        return {name: value for name, value in body.items() if name in kept}
    gone = set(ask.args.get("exclude_fields", "").split(",")) - {"id"}
    return {name: value for name, value in body.items() if name not in gone}


def whole(ask: Ask, name: str, default: int) -> int:
    """Read a number of at least 1."""
    text = ask.args.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise RefusedError(
            422 if ask.version == "v3" else 400, f"Invalid value for {name}", {name: "error.min"}
        )
    return int(text)


def money(text: str) -> Decimal:
    """Read an amount."""
    return Decimal(text)


def _link(ask: Ask, number: int, limit: int) -> str:
    others = "".join(
        f"&{quote(name)}={quote(text)}" for name, text in ask.args.items() if name not in ("page", "limit")
    )
    return f"?page={number}&limit={limit}{others}"


def _cursor(number: int) -> str:
    return base64.b64encode(f'{{"id":"{number}"}}'.encode()).decode()


def _opened(cursor: str) -> int:
    try:
        return int(
            base64.b64decode(cursor, validate=True).decode().removeprefix('{"id":"').removesuffix('"}')
        )
    except ValueError as error:
        raise RefusedError(422, "The cursor is not valid", {"cursor": "error.invalid"}) from error
