"""Whether bytes that arrive piece by piece are a film or a poster; nothing of them is held.

A film is an MP4 whose boxes tile it exactly, the first of them `ftyp`, with `moov` and `mdat` among them: so
a film that was cut is none. Its length is read from `mvhd` (ISO/IEC 14496-12, 4.2 and 8.2.2). A poster is a
JPEG from its first marker to its last.
"""

import struct
from typing import Final, Protocol

from connectors.errors import Malformed

_HEAD_BYTES: Final = 8
_LONG_HEAD_BYTES: Final = 16
#: Of `mvhd`, behind its head: version, flags, two times, time scale, duration; the longer of its two forms.
_MOVIE_HEAD_BYTES: Final = 32
#: A film has a few boxes, one in fragments a few for each second. Each costs a look.
_MOST_BOXES: Final = 10_000
_NEEDED: Final = frozenset({b"ftyp", b"moov", b"mdat"})
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
#: A day: what says that it is longer is no film of ours.
_LONGEST_MS: Final = 86_400_000


class Check(Protocol):
    """Looks at a file that passes by; raises Malformed as soon as it is none of its media."""

    duration_ms: int | None

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes."""

    def end(self) -> None:
        """Say that these were all."""


class Poster:
    """A JPEG."""

    def __init__(self) -> None:
        self.duration_ms: int | None = None
        self._start = b""
        self._end = b""

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes."""
        self._end = (self._end + piece)[-len(_JPEG_END) :]
        if len(self._start) < len(_JPEG_START):
            self._start = (self._start + piece)[: len(_JPEG_START)]
            if not _JPEG_START.startswith(self._start):
                raise Malformed("The body is no JPEG")

    def end(self) -> None:
        """Raise Malformed when it was cut."""
        if self._start != _JPEG_START or self._end != _JPEG_END:
            raise Malformed("The body is no whole JPEG")


class Film:
    """An MP4."""

    def __init__(self) -> None:
        self.duration_ms: int | None = None
        self._pending = bytearray()
        # Bytes to pass over, and where the box of boxes that is being looked into ends.
        self._skip = 0
        self._at = 0
        self._movie_ends: int | None = None
        self._boxes = 0
        self._lacking = set(_NEEDED)
        self._open_ended = False

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes."""
        self._pending += piece
        while self._pending and not self._open_ended:
            passed = min(self._skip, len(self._pending))
            self._pass(passed)
            self._skip -= passed
            if self._skip or not self._box():
                return
        self._pending.clear()

    def end(self) -> None:
        """Raise Malformed when it was cut, or cannot be played."""
        whole = not self._pending and not self._skip and self._movie_ends is None
        if not whole or self.duration_ms is None or self._lacking:
            raise _no_film()

    def _pass(self, count: int) -> None:
        del self._pending[:count]
        self._at += count
        if self._at == self._movie_ends:
            self._movie_ends = None

    def _box(self) -> bool:
        """Read the head of a box; returns whether there was enough to read it."""
        head = self._head()
        if head is None:
            return False
        kind, head_bytes, size = head
        if self._boxes == _MOST_BOXES or (not self._boxes and kind != b"ftyp"):
            raise _no_film()
        if kind == b"mvhd" and self._movie_ends is not None and not self._movie_head(head_bytes, size):
            return False
        self._boxes += 1
        if self._movie_ends is None:
            self._lacking.discard(kind)
        if size == 0:  # to the end of the file
            if kind != b"mdat" or self._movie_ends is not None:
                raise _no_film()
            self._open_ended = True
            return True
        if kind == b"moov" and self._movie_ends is None:
            self._movie_ends = self._at + size
            self._pass(head_bytes)
        else:
            self._skip = size
        return True

    def _head(self) -> tuple[bytes, int, int] | None:
        """Return kind, length of the head, and size of the box; None when more bytes are needed."""
        pending = self._pending
        if len(pending) < _HEAD_BYTES:
            return None
        size, kind = struct.unpack_from(">I4s", pending)
        head_bytes = _HEAD_BYTES
        if size == 1:
            if len(pending) < _LONG_HEAD_BYTES:
                return None
            (size,) = struct.unpack_from(">Q", pending, _HEAD_BYTES)
            head_bytes = _LONG_HEAD_BYTES
        inside = self._movie_ends is None or self._at + size <= self._movie_ends
        if (size and size < head_bytes) or not inside:
            raise _no_film()
        return kind, head_bytes, size

    def _movie_head(self, head_bytes: int, size: int) -> bool:
        """Read how long the film is; returns whether there was enough to read it."""
        wanted = head_bytes + _MOVIE_HEAD_BYTES
        if size < wanted:
            raise _no_film()
        if len(self._pending) < wanted:
            return False
        form = ">4xQQIQ" if self._pending[head_bytes] == 1 else ">4xIIII"
        *_, scale, duration = struct.unpack_from(form, self._pending, head_bytes)
        length_ms = duration * 1000 // scale if scale else 0
        if not 0 < length_ms <= _LONGEST_MS:
            raise _no_film()
        self.duration_ms = length_ms
        return True


def _no_film() -> Malformed:
    return Malformed("The body is no whole MP4 that can be played")
