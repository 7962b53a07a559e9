"""What is around every answer of v3, and what many answers are made of."""

from datetime import datetime
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Raw
from msgspec.json import Decoder

from connectors.platforms.bigcommerce.quiet import Quiet

T = TypeVar("T")

#: As v3's catalogue and channels write it.
Time: TypeAlias = Annotated[datetime, Meta(tz=True)]
#: What PHP makes of a thing that is empty.
Empty: TypeAlias = list[None]

_NULL: Final = Raw(b"null")


class Wire(Quiet, gc=False):
    """What every part of an answer is: silent about its values, and never part of a circle."""


class _Pagination(Wire):
    total: int | None = None


class _Cursors(Wire):
    end_cursor: str | None = None
    per_page: int | None = None


class _Meta(Wire):
    pagination: Raw = _NULL
    cursor_pagination: Raw = _NULL


class Listed(Wire):
    """A list of v3. What tells about it is read leniently: it may be missing, or an empty list."""

    data: list[Raw]
    meta: Raw = _NULL

    def total(self) -> int | None:
        """Return how many there are in all, as far as it is told."""
        meta = _lenient(_META, self.meta)
        pagination = meta and _lenient(_PAGINATION, meta.pagination)
        return pagination.total if pagination else None

    def ends(self, seen: int, limit: int) -> bool:
        """Tell whether nothing follows; `seen` is how many of those that are told of were here until now.

        A total of 0 beside items tells nothing: then a page that is not full is the last.
        """
        total = self.total()
        return not self.data or (seen >= total if total else len(self.data) < limit)

    def cursor(self) -> tuple[str | None, int | None]:
        """Return the cursor of its last item, and how many items a full page has, as far as it is told."""
        meta = _lenient(_META, self.meta)
        cursors = meta and _lenient(_CURSORS, meta.cursor_pagination)
        return (cursors.end_cursor, cursors.per_page) if cursors else (None, None)


class One(Wire):
    """A single thing of v3."""

    data: Raw


_META: Final = Decoder(_Meta)
_PAGINATION: Final = Decoder(_Pagination, strict=False)
_CURSORS: Final = Decoder(_Cursors, strict=False)


def _lenient(decoder: "Decoder[T]", raw: Raw) -> T | None:
    try:
        return decoder.decode(bytes(raw))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
