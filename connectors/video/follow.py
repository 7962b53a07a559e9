"""A pipeline's life: follow the feed, render what is new or stale, delete what has left and say so.

What is to be rendered is asked of the feed and never remembered, so a restart loses nothing: at the
start, and now and then, every store is looked at. Only the cursor of `changes` is kept.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from connectors.video.answers import Change
from connectors.video.crew import Crew
from connectors.video.errors import FeedError, Gone
from connectors.video.exits import BUSY, DONE, GONE, NOTHING
from connectors.video.feed import Feed
from connectors.video.folder import Folder
from connectors.video.progress import Step, Tell

_LONGEST_WAIT_SECONDS: Final = 25
#: A child's end is noticed within this.
_BUSY_WAIT_SECONDS: Final = 1
#: A store that changes all the time is looked at nevertheless.
_LONGEST_SETTLING_SECONDS: Final = 60.0
#: The feed marks a video stale a moment after the change: looked at once more after so long.
_ONCE_MORE_SECONDS: Final = 15.0
_SWEEP_SECONDS: Final = 600.0
_FIRST_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 60.0, 3600.0
_PAUSE_SECONDS: Final = 1.0
_CONFIRM_AGAIN_SECONDS: Final = 30.0


@dataclass(slots=True)
class _Look:
    """When a store is to be looked at: not before `due`, not after `latest`, and how often still."""

    due: float
    latest: float
    more: int = 0


class Follower:
    """Follows one feed with one key for one folder: who confirms an erasure must hold all copies of it."""

    def __init__(
        self,
        feed: Feed,
        folder: Folder,
        crew: Crew,
        formats: tuple[str, ...],
        tell: Tell,
        *,
        settle_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._feed, self._folder, self._crew, self._tell = feed, folder, crew, tell
        self._formats, self._settle_seconds, self._clock = formats, settle_seconds, clock
        self._looks: dict[str, _Look] = {}
        self._failures: dict[str, int] = {}
        self._sweep_at = -math.inf
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let `run` end after what it is at."""
        self._stopped.set()

    def run(self) -> None:
        """Follow until stopped; while the feed does not answer, try again."""
        try:
            while not self._stopped.is_set():
                try:
                    self.step()
                except Gone:
                    continue  # a store left between two questions: its tombstone comes
                except FeedError as error:
                    if error.status in (401, 403):
                        raise
                    self._tell(Step("waiting", words=str(error)))
                    self._stopped.wait(_FIRST_RETRY_SECONDS / 6)
        finally:
            self._crew.stop_all()

    def step(self) -> None:
        """Sweep if it is time, read a page of changes, begin what is due and note what has ended."""
        if self._clock() >= self._sweep_at:
            self._sweep_at = self._clock() + _SWEEP_SECONDS
            self.sweep()
        self._read()
        self._reap()
        for store in [store for store, look in self._looks.items() if look.due <= self._clock()]:
            self._look(store)

    def sweep(self) -> None:
        """Confirm what is to be confirmed, delete what the feed knows no more, and look at every store."""
        listed = {each.store: each for each in self._feed.stores()}
        for store, epoch in list(self._folder.held()):
            known = listed.get(store)
            if known is None or known.epoch > epoch or known.state == "quarantined":
                self._delete(store, epoch)
        for erasure in list(self._feed.erasures()):
            self._delete(erasure.store, erasure.epoch)
            self._confirm(erasure.store, erasure.erasure)
        for each in listed.values():
            if each.readable and each.store not in self._looks:
                self._looks[each.store] = _Look(self._clock(), self._clock())

    # Changes ------------------------------------------------------------------------------------------

    def _read(self) -> None:
        cursor = self._folder.cursor()
        wait_seconds, asked_at = self._wait_seconds(), self._clock()
        try:
            page = self._feed.changes(cursor, wait_seconds)
        except FeedError as error:
            if error.name != "CursorAhead":
                raise
            # The other side was restored from a backup: its changes are read again.
            self._folder.write_cursor(0)
            return
        for change in page.changes:
            self._apply(change)
        if page.next != cursor:
            self._folder.write_cursor(page.next)
        elif wait_seconds and self._clock() - asked_at < min(wait_seconds, _PAUSE_SECONDS):
            self._stopped.wait(_PAUSE_SECONDS)  # as many wait there as may

    def _wait_seconds(self) -> int:
        """Return how long the feed may hold its answer: until a look is due, or a child may end."""
        if self._stopped.is_set():
            return 0
        longest = _BUSY_WAIT_SECONDS if self._crew.busy else _LONGEST_WAIT_SECONDS
        next_due = min((look.due for look in self._looks.values()), default=self._sweep_at)
        return round(max(0.0, min(longest, next_due - self._clock(), self._sweep_at - self._clock())))

    def _apply(self, change: Change) -> None:
        if change.kind == "all":
            self._delete(change.store, change.epoch)
            if change.erasure is not None:
                self._confirm(change.store, change.erasure)
            return
        now = self._clock()
        known = self._looks.get(change.store)
        latest = known.latest if known and known.more else now + _LONGEST_SETTLING_SECONDS
        self._looks[change.store] = _Look(min(now + self._settle_seconds, latest), latest, more=1)
        self._failures.pop(change.store, None)

    def _delete(self, store: str, epoch: int) -> None:
        self._looks.pop(store, None)
        self._crew.stop(store)
        if self._folder.remove(store, epoch):
            self._tell(Step("deleted", store, words=f"everything of epoch {epoch} and before"))

    def _confirm(self, store: str, erasure: str) -> None:
        try:
            self._feed.confirm(erasure)
        except Gone:
            return  # it was never ours to confirm
        except FeedError as error:
            # It stays on the feed's list: others must not wait for it.
            self._sweep_at = min(self._sweep_at, self._clock() + _CONFIRM_AGAIN_SECONDS)
            self._tell(Step("waiting", store, words=str(error)))
            return
        self._tell(Step("confirmed", store, words=f"erasure {erasure}: no copy is left here"))

    # Renderings ---------------------------------------------------------------------------------------

    def _look(self, store: str) -> None:
        """Begin a rendering unless the feed has a whole video of the store that is not stale."""
        if self._crew.has(store):
            self._later(store, _BUSY_WAIT_SECONDS)
            return
        look = self._looks.pop(store)
        try:
            there = any(not each.stale and each.whole(self._formats) for each in self._feed.videos(store))
        except Gone:
            return
        if there:
            if look.more:
                self._later(store, _ONCE_MORE_SECONDS)
        elif self._crew.start(store):
            self._tell(Step("rendering", store))
        else:
            self._later(store, _BUSY_WAIT_SECONDS)

    def _later(self, store: str, seconds: float) -> None:
        due = self._clock() + seconds
        self._looks[store] = _Look(due, due)

    def _reap(self) -> None:
        for store, code in self._crew.ended():
            if code in (DONE, NOTHING, GONE):
                self._failures.pop(store, None)
                continue
            failures = self._failures[store] = self._failures.get(store, 0) + 1
            seconds = min(_FIRST_RETRY_SECONDS * 2 ** (failures - 1), _LONGEST_RETRY_SECONDS)
            self._later(store, seconds)
            why = "another renderer is at it" if code == BUSY else f"it ended with {code}"
            self._tell(Step("again", store, words=f"{why}; tried again in {seconds:.0f} s"))
