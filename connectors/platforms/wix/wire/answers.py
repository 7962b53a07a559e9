"""What many answers are made of: times, money, pages."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import msgspec

Time: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]


class Wire(msgspec.Struct, rename="camel", gc=False):
    """What every part of an answer is: silent about its values in logs, tracebacks and pretty printers."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class Money(Wire):
    """An amount: a decimal text in most answers, a number in some."""

    amount: Decimal | None = None


class Cursors(Wire):
    next: str | None = None


class Paging(Wire):
    """Where a page ends: `pagingMetadata`, which orders call `metadata`."""

    cursors: Cursors | None = None
    has_next: bool | None = None
