"""What the feed answers, as far as the renderer needs it. The brief has the facts of records."""

from msgspec import Struct

from connectors.video.brief import Source


class Change(Struct, frozen=True):
    """One entry of `changes`. `kind` is `all` when a whole store has left."""

    change: int
    store: str
    epoch: int
    kind: str
    gone: bool = False
    erasure: str | None = None


class Changes(Struct, frozen=True):
    """A page of changes, in their order."""

    changes: tuple[Change, ...]
    next: int
    more: bool


class Store(Struct, frozen=True):
    """A store as the feed lists it; `change` is absent until it was read."""

    store: str
    epoch: int
    state: str
    change: int | None = None

    @property
    def readable(self) -> bool:
        """Whether it was read, and a brief of it can be had."""
        return self.change is not None and self.state != "quarantined"


class Stores(Struct, frozen=True):
    """A page of stores."""

    stores: tuple[Store, ...]
    next: str | None = None


class Made(Struct, frozen=True):
    """A format of a video that the feed holds."""

    format: str
    size_bytes: int = 0
    poster: bool = False


class Video(Struct, frozen=True):
    """A video that was registered: `rendering`, `ready`, `failed` or `withdrawn`."""

    video: str
    store: str
    epoch: int
    state: str
    stale: bool = False
    formats: tuple[Made, ...] = ()
    lineage: tuple[Source, ...] = ()

    def whole(self, formats: tuple[str, ...]) -> bool:
        """Tell whether all of these formats are there, each with its poster."""
        return set(formats) <= {each.format for each in self.formats if each.poster}


class Videos(Struct, frozen=True):
    """A page of videos."""

    videos: tuple[Video, ...]
    next: str | int | None = None
    more: bool = False


class Erasure(Struct, frozen=True):
    """An erasure that this key's holder still has to confirm."""

    erasure: str
    store: str
    epoch: int


class Erasures(Struct, frozen=True):
    """A page of erasures."""

    erasures: tuple[Erasure, ...]
    next: str | int | None = None
    more: bool = False


class Refusal(Struct, frozen=True):
    """Why the feed refused."""

    error: str = ""
    message: str = ""
