"""Tells how far a rendering is: to a terminal in one line, to a file line by line, to a program as JSON."""

import sys
import threading
from collections.abc import Callable
from typing import Final, TextIO, TypeAlias

import msgspec
from msgspec import Struct


class Step(Struct, frozen=True, omit_defaults=True):
    """Something that has come true. `percent` is of the whole work on the store."""

    step: str
    store: str = ""
    format: str = ""
    percent: int | None = None
    video: str = ""
    words: str = ""


#: Who is told.
Tell: TypeAlias = Callable[[Step], None]

_WIDTH: Final = 28


class AsJson:
    """Writes each step as a line of JSON."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._lock = threading.Lock()

    def __call__(self, step: Step) -> None:
        """Write it."""
        with self._lock:
            self._out.write(msgspec.json.encode(step).decode() + "\n")
            self._out.flush()


class OnTerminal:
    """Writes steps as lines; on a terminal, the last line is a bar that moves."""

    def __init__(self, out: TextIO = sys.stdout, *, moving: bool = True) -> None:
        """Take where to write; without `moving` there is no bar, for who shares the terminal with others."""
        self._out = out
        self._moves = moving and out.isatty()
        self._bar = 0
        self._lock = threading.Lock()

    def __call__(self, step: Step) -> None:
        """Write it; how far it is only where that can be seen moving."""
        with self._lock:
            if step.step != "progress":
                self._line(_spoken(step))
            elif self._moves:
                self._move(step)
            self._out.flush()

    def _line(self, text: str) -> None:
        self._out.write("\r" + " " * self._bar + "\r" if self._bar else "")
        self._out.write(text + "\n")
        self._bar = 0

    def _move(self, step: Step) -> None:
        done = (step.percent or 0) * _WIDTH // 100
        bar = f"{step.store}  [{'#' * done}{'.' * (_WIDTH - done)}] {step.percent or 0:3} %  {step.format}"
        self._out.write("\r" + bar.ljust(self._bar))
        self._bar = len(bar)


def _spoken(step: Step) -> str:
    return "  ".join(
        each for each in (step.store, f"{step.step:<9}", step.format, step.words) if each
    ).rstrip()


def silent(step: Step) -> None:
    """Tell nobody."""
