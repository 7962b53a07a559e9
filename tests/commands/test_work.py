"""How the worker's command stops."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from connectors.management.commands.work import _stopped_by_signals


@pytest.fixture
def told() -> Iterator[threading.Event]:
    """Return what a slow terminal waits for before it takes a line."""
    ready = threading.Event()
    yield ready
    ready.set()


def test_it_does_not_end_while_it_says_that_it_is_stopping(told: threading.Event) -> None:
    said: list[str] = []

    def say() -> None:
        told.wait()
        said.append("stopping")

    with _stopped_by_signals(say) as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        stop.wait()
        threading.Timer(0.2, told.set).start()
    assert said == ["stopping"]


def test_afterwards_a_signal_does_what_it_did_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with _stopped_by_signals(lambda: None):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
