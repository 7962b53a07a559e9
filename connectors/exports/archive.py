"""Files as one ZIP, written from its first byte to its last and never held whole."""

import hashlib
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

#: Who may read a file that was unpacked: its owner.
_MODE: Final = 0o100600 << 16
#: A file may become four times as long as its records are sealed; the plain form of ZIP ends at 2 GiB.
_LARGE_BYTES: Final = 400_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """One file that was written: what the manifest says of it."""

    name: str
    lines: int
    size_bytes: int
    sha256: str


class Stream:
    """What `zipfile` writes to: it hands everything on, and cannot be wound back."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put
        #: Nothing is handed on any more: `zipfile` writes on when it is let go.
        self.broken = False

    def write(self, piece: bytes | bytearray | memoryview) -> int:
        """Hand bytes on."""
        if not self.broken:
            try:
                self._put(bytes(piece))
            except BaseException:
                self.broken = True
                raise
        return len(piece)

    def flush(self) -> None:
        """Do nothing: what was handed on is not held here."""


class Archive:
    """A ZIP that is being written; `at` is the time that its files bear."""

    def __init__(self, put: Callable[[bytes], None], at: datetime) -> None:
        # A stream that has no `tell` is one that zipfile does not wind back.
        self._stream = Stream(put)
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]
        self._at = at
        self.members: list[Member] = []

    def add(self, name: str, lines: Iterable[bytes], sealed_bytes: int = 0) -> Member:
        """Write a file line by line; `sealed_bytes` is how much it is read from."""
        about = zipfile.ZipInfo(name, self._at.timetuple()[:6])
        about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, _MODE
        digest, size_bytes, count = hashlib.sha256(), 0, 0
        with self._zip.open(about, "w", force_zip64=sealed_bytes > _LARGE_BYTES) as file:
            for each in lines:
                file.write(each)
                digest.update(each)
                size_bytes, count = size_bytes + len(each), count + 1
        member = Member(name, count, size_bytes, digest.hexdigest())
        self.members.append(member)
        return member

    def close(self) -> None:
        """Write the list of its files, which ends it."""
        self._zip.close()

    def discard(self) -> None:
        """Let go of one that is not to be ended."""
        self._stream.broken = True
        self._zip.close()
