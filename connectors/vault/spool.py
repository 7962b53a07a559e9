"""A sealed temporary file for a download that is read line by line, more than once.

    spool = Spool(folder, key, "bulk operation 720918")
    if not spool.complete:
        with spool:
            for chunk in answer:
                spool.write(chunk)
            spool.finish()
    for line in spool.lines():
        ...

On disk: 16 random bytes, then chunks of 256 KiB (the last may be shorter), each sealed for the store, the
spool's name, those 16 bytes, its number, and whether it is the last. So a file that was cut, reordered or
joined from two does not open. The file's name is a fingerprint. One writer at a time.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from connectors.errors import Unsealable, VaultError
from connectors.vault.aead import OVERHEAD_BYTES, fields, text
from connectors.vault.seal import StoreKey

KIND: Final = "spool"
CHUNK_BYTES: Final = 256 * 1024
ID_BYTES: Final = 16


class Spool:
    """Write once, finish, read as often as needed, delete."""

    def __init__(self, folder: Path, key: StoreKey, name: str) -> None:
        self._key = key
        self._name = text(name)
        self._path = folder / f"{key.fingerprint(KIND, name).hex()}.spool"
        self._unfinished = self._path.with_suffix(".part")
        self._file: BinaryIO | None = None
        self._id = b""
        self._count = 0
        self._pending = bytearray()

    def __repr__(self) -> str:
        return f"<Spool {self._path.name} of store {self._key.store}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Throw away what was not finished."""
        if self._file is not None:
            try:
                self._close()
            finally:
                self._unfinished.unlink(missing_ok=True)

    @property
    def complete(self) -> bool:
        """Tell whether it was finished."""
        return self._path.exists()

    @property
    def exists(self) -> bool:
        """Tell whether anything of it is on disk, finished or not."""
        return self.complete or self._unfinished.exists()

    def write(self, chunk: bytes) -> None:
        """Append bytes; the first of them throw away what a killed writer left."""
        if self._file is None:
            self._file = self._begin()
        self._pending += chunk
        # More than one chunk, for the last one is marked, and which is the last `finish` knows.
        while len(self._pending) > CHUNK_BYTES:
            self._put(self._file, bytes(self._pending[:CHUNK_BYTES]), last=False)
            del self._pending[:CHUNK_BYTES]

    def finish(self) -> None:
        """Seal the last chunk and make the spool readable.

        It is not synced to disk: after a power loss it is read as damaged, and downloaded again.
        """
        file = self._file or self._begin()
        self._put(file, bytes(self._pending), last=True)
        file.close()
        self._close()
        self._unfinished.rename(self._path)

    def lines(self, start_line: int = 0) -> Iterator[bytes]:
        """Yield the lines without their ends, from the given one (the first is 0).

        Memory does not grow with the file. Raises `VaultError` when the spool is not finished, and
        `Unsealable` on reaching what was damaged, before any line of it is yielded.
        """
        skip = start_line
        rest: list[bytes] = []
        for chunk in self._chunks():
            rest.append(chunk)
            if b"\n" not in chunk:
                continue
            lines = b"".join(rest).split(b"\n")
            rest = [lines.pop()]
            if skip < len(lines):
                yield from lines[skip:] if skip else lines
            skip = max(0, skip - len(lines))
        if (line := b"".join(rest)) and not skip:
            yield line

    def delete(self) -> None:
        """Remove all of it; nothing happens where nothing is."""
        self._close()
        for path in (self._path, self._unfinished):
            path.unlink(missing_ok=True)

    def _begin(self) -> BinaryIO:
        if self.complete:
            raise VaultError("The spool is finished: delete it before writing it again.")
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._unfinished.unlink(missing_ok=True)
        file = os.fdopen(os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._id, self._count = os.urandom(ID_BYTES), 0
        file.write(self._id)
        return file

    def _put(self, file: BinaryIO, chunk: bytes, *, last: bool) -> None:
        file.write(self._key.seal(KIND, self._chunk_name(self._id, self._count, last=last), chunk))
        self._count += 1

    def _chunks(self) -> Iterator[bytes]:
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            raise VaultError("The spool is not finished.") from None
        with file:
            spool_id = file.read(ID_BYTES)
            sealed, count = _read(file), 0
            while sealed:
                following = _read(file)
                name = self._chunk_name(spool_id, count, last=not following)
                yield self._key.open(KIND, name, sealed)
                sealed, count = following, count + 1
        if not count:
            raise Unsealable

    def _chunk_name(self, spool_id: bytes, count: int, *, last: bool) -> bytes:
        return fields(self._name, spool_id, count.to_bytes(8, "big"), bytes([last]))

    def _close(self) -> None:
        file, self._file = self._file, None
        self._pending.clear()
        if file is not None:
            file.close()


def _read(file: BinaryIO) -> bytes:
    return file.read(OVERHEAD_BYTES + CHUNK_BYTES)
