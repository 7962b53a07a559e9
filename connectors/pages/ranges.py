"""Which bytes a request asks for (RFC 9110, 13 and 14)."""

import re
from dataclasses import dataclass
from typing import Final

from connectors.errors import Refused

_ONE: Final = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class Unsatisfiable(Refused):
    """There are no such bytes."""

    status = 416


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to, and without, `end`; `open_ended`: all that follow were asked for."""

    start: int
    end: int
    open_ended: bool = False


def asked(header: str | None, size_bytes: int) -> Span | None:
    """Return the bytes that a Range header asks for, None for all of them.

    What cannot be read, another unit and several ranges at once mean all, as the standard allows. Raises
    Unsatisfiable for bytes behind the end.
    """
    match = _ONE.fullmatch(header or "")
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        return _last(int(match[2]), size_bytes)
    start, end = int(match[1]), int(match[2]) + 1 if match[2] else size_bytes
    if match[2] and end <= start:
        return None
    if start >= size_bytes:
        raise Unsatisfiable
    return Span(start, min(end, size_bytes), open_ended=not match[2])


def _last(count: int, size_bytes: int) -> Span:
    if not count:
        raise Unsatisfiable
    return Span(max(0, size_bytes - count), size_bytes)
