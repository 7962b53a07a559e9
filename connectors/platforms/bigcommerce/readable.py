"""Raw items to records, or why not: one that cannot be read never takes others with it."""

from collections.abc import Callable
from typing import TypeVar

from connectors.errors import BadAnswer, Malformed
from connectors.platforms.base import Found, Unreadable

T = TypeVar("T")


def readable(kind: str, read: Callable[[T], Found], raw: T) -> Found | Unreadable:
    """Return what `read` makes of `raw`, or the type and path at which it stopped.

    Only what lies in the record itself: a store that is closed, or throttled, passes through.
    """
    try:
        return read(raw)
    except (BadAnswer, Malformed) as error:
        return Unreadable(kind, str(error))
