"""Renders in processes of their own, a few at a time: a picture that kills a decoder kills one.

A child is given the feed's key on its input, and ends when that input does: none outlives who started it.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from os import _exit
from pathlib import Path
from typing import Final, TextIO

_ROOT: Final = Path(__file__).resolve().parents[2]
_STOP_SECONDS: Final = 5.0


class Crew:
    """The children that are at work, by store."""

    def __init__(self, words: Sequence[str], key: str, at_once: int) -> None:
        """Take the words that follow the store in each child's command line."""
        self._words, self._key, self._at_once = tuple(words), key, at_once
        self._children: dict[str, subprocess.Popen[str]] = {}

    @property
    def busy(self) -> bool:
        """Whether any is at work."""
        return bool(self._children)

    def has(self, store: str) -> bool:
        """Tell whether this store is being rendered."""
        return store in self._children

    def start(self, store: str) -> bool:
        """Begin to render a store; False when all hands are full."""
        if len(self._children) >= self._at_once:
            return False
        child = subprocess.Popen(
            [sys.executable, "-m", "connectors.video", store, *self._words, "--tied"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            text=True,
        )
        assert child.stdin is not None  # noqa: S101 # it was asked for
        child.stdin.write(self._key + "\n")
        child.stdin.flush()
        self._children[store] = child
        return True

    def ended(self) -> Iterator[tuple[str, int]]:
        """Yield the stores whose rendering has ended since the last time, and its exit code."""
        for store, child in list(self._children.items()):
            code = child.poll()
            if code is not None:
                self._forget(store)
                yield store, code

    def stop(self, store: str) -> None:
        """End the rendering of a store, if there is one, and wait until it has ended."""
        child = self._children.get(store)
        if child is None:
            return
        child.terminate()
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._forget(store)

    def stop_all(self) -> None:
        """End every rendering."""
        for store in list(self._children):
            self.stop(store)

    def _forget(self, store: str) -> None:
        child = self._children.pop(store)
        if child.stdin is not None:
            child.stdin.close()


def tied(given: TextIO) -> str:
    """Return the key that a child is given, and end this process when its input ends."""
    key = given.readline().strip()

    def watch() -> None:
        given.read()
        _exit(1)

    threading.Thread(target=watch, name="tie", daemon=True).start()
    return key
