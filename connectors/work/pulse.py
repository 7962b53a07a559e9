"""The thread that beats beside the work: heartbeats, ticks, pruning."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.db import close_old_connections, connections

logger = logging.getLogger("connectors.work")


class Beat:
    """Something to do every so many seconds, the first time after `first_seconds`."""

    def __init__(self, every_seconds: float, do: Callable[[], object], *, first_seconds: float | None = None):
        self.every_seconds = every_seconds
        self.do = do
        self.due = time.monotonic() + (every_seconds if first_seconds is None else first_seconds)


class Pulse:
    """Run beats in one thread of their own while the block runs; a beat that fails is tried again."""

    def __init__(self, *beats: Beat) -> None:
        self._beats = beats
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="work-pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(max(0.0, min(beat.due for beat in self._beats) - time.monotonic())):
                for beat in self._beats:
                    if beat.due <= time.monotonic():
                        self._do(beat)
        finally:
            connections.close_all()

    def _do(self, beat: Beat) -> None:
        close_old_connections()
        try:
            beat.do()
        except Exception as error:
            # The class only: a database's message may quote a row.
            logger.error("a beat of the worker failed: %s", type(error).__name__)
        beat.due = time.monotonic() + beat.every_seconds
