"""A server of raw bytes on this machine: it says exactly what a test tells it, as slowly as it is told."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

# Bytes are sent, numbers are slept.
Script = Sequence[bytes | float]


class RawServer:
    """Plays one script for each connection, the last one for ever; remembers what it was sent."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self.received: list[bytes] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/place?token=shpat_in-the-query"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def start(self) -> None:
        self._threads[0].start()

    def stop(self) -> None:
        self._ended.set()
        with socket.create_connection(self._listener.getsockname()):
            pass  # wakes `accept`
        for thread in self._threads:
            thread.join(60)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._ended.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._play, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _play(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.received.append(self._request(connection))
                script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
                for step in script:
                    if isinstance(step, bytes):
                        connection.sendall(step)
                    elif self._ended.wait(step):
                        return
            except OSError:
                return  # the caller has had enough

    @staticmethod
    def _request(connection: socket.socket) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(65536)
        head, _, body = request.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                while len(body) < int(line.split(b":")[1]):
                    body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


@contextmanager
def raw_server(*scripts: Script) -> Iterator[RawServer]:
    """Serve the scripts while the block lasts."""
    server = RawServer(*scripts)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def whole(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return a right answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def dripping(seconds: float) -> list[bytes | float]:
    """Return steps that send a letter each 50 ms for so long."""
    steps: list[bytes | float] = []
    for _ in range(round(seconds / 0.05)):
        steps += [b"x", 0.05]
    return steps


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = time.monotonic()
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
