"""Where the renderer keeps what it made and what it was given: one folder, by store and epoch.

    cursor.json                     how far `changes` was followed
    st_.../1/9x16.mp4, 9x16.jpg     a video and its poster, of a store in an epoch
    st_.../1/notes.json             which videos were registered from here
    st_.../1/pictures/              the bytes of its pictures, by the hash of their address

Everything of a store lies below its own name, so that everything of it can be deleted.
"""

import fcntl
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from connectors.video.brief import Source
from connectors.video.errors import Unusable
from connectors.video.landing import landing

_STORE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

T = TypeVar("T")


class Busy(Unusable):
    """Another renderer is at work on this store, in the same folder."""


class Note(Struct, frozen=True):
    """A video that was registered from here; `video` is empty while that is being done."""

    video: str
    formats: tuple[str, ...]
    lineage: tuple[Source, ...]


class Place:
    """What is kept of one store in one epoch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pictures = path / "pictures"

    def film(self, format_name: str) -> Path:
        """Where a format's MP4 lies."""
        return self.path / f"{format_name}.mp4"

    def poster(self, format_name: str) -> Path:
        """Where a format's poster lies."""
        return self.path / f"{format_name}.jpg"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other renderers from this store while the block lasts; raises Busy. A kill lets go."""
        with _locked(self.path, "another renderer is at work on this store, in the same folder"):
            yield

    def notes(self) -> tuple[Note, ...]:
        """Return what was registered from here, the latest last."""
        return _read(self.path / "notes.json", tuple[Note, ...]) or ()

    def write_notes(self, notes: tuple[Note, ...]) -> None:
        """Keep these notes in place of the ones before."""
        _write(self.path / "notes.json", notes)


class Folder:
    """The renderer's own folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def place(self, store: str, epoch: int) -> Place:
        """Return where a store's things of an epoch lie."""
        if not _STORE.fullmatch(store):
            raise Unusable("a store's reference is letters, digits, _ and -")
        return Place(self.path / store / str(epoch))

    def held(self) -> Iterator[tuple[str, int]]:
        """Yield the stores and epochs of which anything is kept."""
        for path in sorted(self.path.glob("*/*")):
            if path.is_dir() and path.name.isdecimal():
                yield path.parent.name, int(path.name)

    def remove(self, store: str, epoch: int) -> int:
        """Delete everything of a store up to an epoch; return how many epochs there were."""
        gone = [each for name, each in self.held() if name == store and each <= epoch]
        for each in gone:
            shutil.rmtree(self.place(store, each).path)
        if gone and not any(name == store for name, _ in self.held()):
            (self.path / store).rmdir()
        return len(gone)

    @contextmanager
    def held_alone(self) -> Iterator[None]:
        """Keep other followers from this folder while the block lasts; raises Busy."""
        with _locked(self.path, "another renderer follows the feed for the same folder"):
            yield

    def cursor(self) -> int:
        """Return how far `changes` was followed, 0 at first."""
        return _read(self.path / "cursor.json", int) or 0

    def write_cursor(self, cursor: int) -> None:
        """Keep how far `changes` was followed."""
        _write(self.path / "cursor.json", cursor)


@contextmanager
def _locked(folder: Path, words: str) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(words) from None
        yield


def _read(path: Path, kind: type[T]) -> T | None:
    """Return what a file of ours holds; None when it is not there, or does not read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _write(path: Path, content: object) -> None:
    with landing(path) as part:
        part.write_bytes(msgspec.json.encode(content))
