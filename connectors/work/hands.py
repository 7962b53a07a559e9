"""Threads for what an event loop must not do itself."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

from django.db import connection, connections

T = TypeVar("T")

JOIN_SECONDS = 1.0


class Hands:
    """Daemon threads that keep their database connection from call to call.

    An executor of the standard library would be waited for at the end of the program; a job that
    does not end must be left behind.
    """

    def __init__(self, count: int) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name="work-hand", daemon=True) for _ in range(count)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in self._threads:
            self._calls.put(None)
        deadline = time.monotonic() + JOIN_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    async def do(self, function: Callable[[], T]) -> T:
        """Await a function that one of the threads runs."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def tell(write: Callable[[Any], None], result: object) -> None:
            if not future.done():
                write(result)

        def call() -> None:
            try:
                told: tuple[Callable[[Any], None], object] = (future.set_result, function())
            except Exception as error:
                told = (future.set_exception, error)
            with contextlib.suppress(RuntimeError):  # the loop has ended without us
                loop.call_soon_threadsafe(tell, *told)

        self._calls.put(call)
        return await future

    def _run(self) -> None:
        try:
            while (call := self._calls.get()) is not None:
                if connection.connection is not None and not connection.is_usable():
                    connection.close()  # cut since the last call; the next job must not pay for it
                call()
        finally:
            connections.close_all()
