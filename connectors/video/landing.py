"""A file that comes into its place whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

_UNFINISHED: Final = ".part"


@contextmanager
def landing(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to; what was written there takes its place when all went well.

    Whoever writes holds a lock, which dies with him: the next one to write into the folder removes what
    a killed one has left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    part, descriptor = _claimed(path)
    try:
        yield part
        os.fsync(descriptor)
        part.replace(path)
        _synced(path.parent)
    finally:
        os.close(descriptor)
        part.unlink(missing_ok=True)


def _claimed(path: Path) -> tuple[Path, int]:
    """Return a file that is locked; another one's sweep may take it between the two steps."""
    while True:
        part = path.with_name(f".{path.name}.{token_hex(4)}{_UNFINISHED}")
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if part.exists():
            return part, descriptor
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    for left in folder.glob(f".*{_UNFINISHED}"):
        # It went, or it is still written to.
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
            finally:
                os.close(descriptor)


def _synced(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
