"""Raw items to records, or why not: one that cannot be read never takes others with it."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from msgspec import Raw
from msgspec.json import Decoder

from connectors.errors import BadAnswer
from connectors.platforms.base import Found, Unreadable
from connectors.platforms.http import decode
from connectors.platforms.wix.wire.answers import Paging

T = TypeVar("T")

#: What a page says when its next is itself.
ROUND: Final = "Wix's pages go round"


def wired(kind: str, raws: Iterable[Raw], decoder: "Decoder[T]", place: str) -> list[T | Unreadable]:
    """Return the items as they are declared, each on its own."""
    found: list[T | Unreadable] = []
    for raw in raws:
        try:
            found.append(decode(decoder, bytes(raw), place))
        except BadAnswer as error:
            found.append(Unreadable(kind, str(error)))
    return found


def readable(kind: str, each: T | Unreadable, read: Callable[[T], Found]) -> Found | Unreadable:
    """Return what `read` makes of an item, or the field at which it stopped."""
    if isinstance(each, Unreadable):
        return each
    try:
        return read(each)
    except BadAnswer as error:
        return Unreadable(kind, str(error))


def whole(found: Found | Unreadable) -> Found:
    """Return the one record that was asked for; raises BadAnswer when it cannot be read."""
    if isinstance(found, Unreadable):
        raise BadAnswer(f"{found.kind}: {found.reason}")
    return found


def following(paging: Paging | None, asked: str | None) -> str | None:
    """Return the cursor of the next page, None behind the last; raises BadAnswer when the pages go round."""
    if paging is None or paging.has_next is False or paging.cursors is None or not paging.cursors.next:
        return None
    if paging.cursors.next == asked:
        raise BadAnswer(ROUND)
    return paging.cursors.next
