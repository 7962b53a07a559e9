"""A video's life at the feed while it is made: registered, told how far it is, uploaded.

What the same folder has registered before is withdrawn when it is of no use any more.
"""

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from msgspec import structs

from connectors.video.answers import Video
from connectors.video.brief import Brief
from connectors.video.errors import FeedError, Gone
from connectors.video.feed import Feed
from connectors.video.folder import Note, Place

#: How often the feed is told how far a video is, at most.
TOLD_EVERY_SECONDS: Final = 1.0


class Upload:
    """One video that was registered; as a `with` block, the feed is told when it does not end well."""

    def __init__(self, feed: Feed, place: Place, brief: Brief, note: Note, there: tuple[str, ...]) -> None:
        self.video = note.video
        #: The formats that the feed has whole, from a run that was killed.
        self.there = there
        self._feed, self._place, self._brief, self._note = feed, place, brief, note
        self._told = _Told(feed, note.video)

    def __enter__(self) -> Self:
        self._told.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._told.end()
        if error is None:
            self._feed.progress(self.video, 100)
            clean(self._feed, self._place, self._brief, self._note)
        elif not isinstance(error, Gone):
            self._give_up()

    def progress(self, percent: int) -> None:
        """Say how far it is; raises Gone when the feed has said meanwhile that the store or video is."""
        self._told.percent = percent
        if self._told.gone is not None:
            raise self._told.gone

    def put(self, format_name: str) -> None:
        """Send a format: its poster first, so that it is never seen without."""
        self._feed.put_poster(self.video, format_name, self._place.poster(format_name))
        self._feed.put_file(self.video, format_name, self._place.film(format_name))

    def _give_up(self) -> None:
        try:
            self._feed.failed(self.video)
        except FeedError:
            return  # it forgets what it hears nothing of


def begin(feed: Feed, place: Place, brief: Brief, formats: tuple[str, ...], *, again: bool) -> Upload | None:
    """Register a video, or go on with one that a killed run has left; None when the feed has it already.

    Raises Gone when the store has left.
    """
    listed = _listed(feed, brief)
    if not again and any(_same(each, brief) and each.whole(formats) for each in listed.values()):
        clean(feed, place, brief)
        return None
    notes = _notes(place, listed)
    for note in reversed(notes):
        left = listed.get(note.video)
        unfinished = left is not None and _same(left, brief) and not left.whole(note.formats)
        if left is not None and unfinished and set(formats) == set(note.formats):
            return Upload(feed, place, brief, note, _whole(left))
    begun = Note("", formats, brief.lineage)
    place.write_notes((*notes, begun))
    note = structs.replace(begun, video=feed.register(brief, formats, brief.lineage).video)
    place.write_notes((*notes, note))
    return Upload(feed, place, brief, note, ())


def clean(feed: Feed, place: Place, brief: Brief, kept: Note | None = None) -> None:
    """Withdraw what this folder registered and is of no use now: stale, given up, or made again since."""
    listed, left = _listed(feed, brief), []
    for note in _notes(place, listed):
        video = listed.get(note.video)
        if video is None:
            continue
        useless = video.stale or not video.whole(note.formats) or _covered(note, kept)
        if useless and note != kept:
            feed.withdraw(note.video)
        else:
            left.append(note)
    place.write_notes(tuple(left))


def _notes(place: Place, listed: Mapping[str, Video]) -> tuple[Note, ...]:
    """Return the notes; one that was begun when we were killed gets the video that was registered then."""
    notes = []
    known = {note.video for note in place.notes()}
    for note in place.notes():
        found = note.video or next(
            (name for name, each in listed.items() if name not in known and _is_begun(each, note)), ""
        )
        if found:
            notes.append(structs.replace(note, video=found))
    return tuple(notes)


def _is_begun(video: Video, note: Note) -> bool:
    return video.state == "rendering" and not video.formats and set(video.lineage) == set(note.lineage)


def _covered(note: Note, kept: Note | None) -> bool:
    """Tell whether one that is kept shows the same, in the same formats or more."""
    return (
        kept is not None and set(note.lineage) == set(kept.lineage) and set(note.formats) <= set(kept.formats)
    )


def _listed(feed: Feed, brief: Brief) -> dict[str, Video]:
    """Return the videos of this store that were not withdrawn."""
    found = (each for each in feed.videos(brief.store) if each.epoch == brief.epoch)
    return {each.video: each for each in found if each.state != "withdrawn"}


def _same(video: Video, brief: Brief) -> bool:
    return not video.stale and set(video.lineage) == set(brief.lineage)


def _whole(video: Video) -> tuple[str, ...]:
    return tuple(each.format for each in video.formats if each.poster)


class _Told(threading.Thread):
    """Tells the feed how far the video is, so that the rendering need not wait for an answer."""

    def __init__(self, feed: Feed, video: str) -> None:
        super().__init__(name="progress", daemon=True)
        self.percent = 0
        self.gone: Gone | None = None
        self._feed, self._video = feed, video
        self._ended = threading.Event()

    def run(self) -> None:
        """Tell it whenever it has moved, until the end or until the video is gone."""
        said = -1
        while not self._ended.wait(TOLD_EVERY_SECONDS) and self.gone is None:
            if self.percent != said:
                said = self._say()

    def end(self) -> None:
        """Say nothing more."""
        self._ended.set()
        self.join()

    def _say(self) -> int:
        percent = self.percent
        try:
            self._feed.progress(self._video, percent)
        except Gone as error:
            self.gone = error
        except FeedError:
            return -1  # the next second is soon enough
        return percent
