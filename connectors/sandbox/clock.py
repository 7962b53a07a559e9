"""The sandbox's own time, which runs with real time and can be pushed ahead.

It is read in two ways. `now` says what is due: a token's end, a retry, the 48 hours before a redact. `stamp`
is the date of things that others read: a session token, a page load, an update, the end of an offer. Minta
lives in real time, so a push moves only what is due, unless it is told to move the stamps too (for a Minta
whose own clock was moved).
"""

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Tell the sandbox's time and wake those who wait when it is pushed ahead."""

    def __init__(self) -> None:
        self._ahead_seconds = 0.0
        self._stamps_ahead_seconds = 0.0
        self._changed = threading.Condition()
        self._turns = 0

    def now(self) -> datetime:
        """Tell what is due by now, aware and in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def timestamp(self) -> float:
        """Tell what is due by now, in Unix seconds."""
        return time.time() + self._ahead_seconds

    def stamp(self) -> datetime:
        """Tell the time to write on things, aware and in UTC."""
        return datetime.fromtimestamp(time.time() + self._stamps_ahead_seconds, UTC)

    def advance(self, seconds: float, *, stamps: bool = False) -> datetime:
        """Push the time ahead; it cannot be pulled back."""
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        with self._changed:
            self._ahead_seconds += seconds
            self._stamps_ahead_seconds += seconds if stamps else 0
            self._turns += 1
            self._changed.notify_all()
        return self.now()

    def wake(self) -> None:
        """Let those who wait look again."""
        with self._changed:
            self._turns += 1
            self._changed.notify_all()

    @property
    def turn(self) -> int:
        """Count pushes and wakes; read it before looking at what to wait for."""
        return self._turns

    def wait_until(self, due: datetime | None, turn: int) -> None:
        """Wait until `due`, or for the next push or wake after `turn`; without `due`, a while."""
        left_seconds = 5.0 if due is None else (due - self.now()).total_seconds()
        if left_seconds > 0:
            with self._changed:
                self._changed.wait_for(lambda: self._turns != turn, min(left_seconds, 5.0))


def iso(moment: datetime) -> str:
    """Write a moment as the platforms' GraphQL does: whole seconds, UTC, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def days(count: float) -> timedelta:
    """Make a duration of `count` days."""
    return timedelta(days=count)
