"""The tasks that the tests queue."""

import sys
import time

from django.db import transaction

from connectors.errors import Refused, Throttled, Unavailable
from connectors.work import Later, enqueue, fence, task
from tests.work import effects

CANARY = "mia.merchant@canary.example"


@task(name="cast.note")
def note(word: str | int) -> None:
    """Do it at once."""
    effects.write(str(word))


@task(name="cast.chain")
def chain(links: int) -> None:
    """Queue the next link."""
    effects.write(f"link:{links}")
    if links > 1:
        enqueue("cast.chain", links - 1)


@task(name="cast.look")
def look() -> None:
    """Say whether the fact is there."""
    effects.write("saw" if effects.count("fact") else "missed")


@task(name="cast.unavailable", max_attempts=3)
def unavailable(word: str, failures: int) -> None:
    """Fail with an error that passes, so often."""
    effects.write(word)
    if effects.count(word) <= failures:
        raise Unavailable("the platform did not answer")


@task(name="cast.throttled")
def throttled(wait_seconds: int) -> None:
    """Be told to wait."""
    raise Throttled("too many calls", wait_seconds=wait_seconds)


@task(name="cast.refused")
def refused() -> None:
    """Fail for good."""
    effects.write("refused")
    raise Refused("the store is not known")


@task(name="cast.surprised", max_attempts=2)
def surprised() -> None:
    """Fail with an error whose message holds a value."""
    effects.write("surprised")
    raise ValueError(f"no such merchant: {CANARY}")


@task(name="cast.exits")
def exits() -> None:
    """Call what only a program may call."""
    sys.exit(3)


@task(name="cast.interrupted")
def interrupted() -> None:
    """Be stopped from the keyboard."""
    raise KeyboardInterrupt


@task(name="cast.later", max_attempts=2)
def later(word: str, times: int) -> None:
    """Wait for somebody else, so often."""
    effects.write(word)
    if effects.count(word) <= times:
        raise Later(30)


@task(name="cast.relapse", max_attempts=3)
def relapse(word: str) -> None:
    """Queue the same again while running, then fail once."""
    effects.write(word)
    if effects.count(word) == 1:
        enqueue("cast.relapse", word, dedupe=word)
        raise Unavailable("the platform did not answer")


@task(name="cast.addict", max_attempts=3)
def addict(word: str) -> None:
    """Queue the same again while running, and fail every time."""
    effects.write(word)
    enqueue("cast.addict", word, dedupe=word)
    raise Unavailable("the platform did not answer")


@task(name="cast.changeling", max_attempts=3)
def changeling(word: str) -> None:
    """Queue something else under the same key while running, then fail once."""
    effects.write(word)
    if effects.count(word) == 1:
        enqueue("cast.note", "other", dedupe=word)
        raise Unavailable("the platform did not answer")


@task(name="cast.alone")
def alone(word: str, milliseconds: int) -> None:
    """Show when it runs."""
    effects.write(f"{word}:begins")
    time.sleep(milliseconds / 1000)
    effects.write(f"{word}:ends")


@task(name="cast.once")
def once(word: str) -> None:
    """Have one fenced effect."""
    with transaction.atomic():
        fence()
        effects.write(word)


@task(name="cast.hold")
def hold(word: str) -> None:
    """Wait for a sign the first time, and have one fenced effect."""
    effects.write(f"{word}:begins")
    if effects.count(f"{word}:begins") == 1:
        effects.wait_for(f"{word}:go")
    with transaction.atomic():
        fence()
        effects.write(f"{word}:ends")
