"""Deliver webhooks as the platforms do: signed once, tried again with growing gaps, each answer written down.

A delivery is not lost by accident, but on request it is doubled, held back, put in disorder, dropped or
signed wrongly.
"""

import bisect
import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import requests

from connectors.sandbox.clock import Clock, iso

GAPS_SECONDS = tuple(56.0 * 2**number for number in range(8))
CONNECT_SECONDS, ANSWER_SECONDS = 1.0, 5.0
WORKERS = 4
KEPT = 50_000


@dataclass(slots=True)
class Attempt:
    """One try: when, and what came back (a status, or the name of what went wrong)."""

    at: str
    status: int | None
    error: str | None = None


@dataclass(slots=True)
class Delivery:
    """One message to one address, tried again after each of `gaps_seconds` until it is answered with 2xx."""

    number: int
    store: str
    topic: str
    address: str
    body: bytes
    headers: dict[str, str]
    due: datetime
    state: str = "waiting"
    attempts: list[Attempt] = field(default_factory=list)
    at_once: bool = False
    method: str = "POST"
    gaps_seconds: tuple[float, ...] = GAPS_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    wanted: Callable[[], bool] = lambda: True
    on_failure: Callable[[], None] = lambda: None

    def told(self) -> dict[str, Any]:
        """Write the delivery for the ledger; the body as text."""
        return {
            "number": self.number,
            "store": self.store,
            "topic": self.topic,
            "method": self.method,
            "address": self.address,
            "headers": self.headers,
            "body": self.body.decode("utf-8", "replace"),
            "due": iso(self.due),
            "state": self.state,
            "attempts": [asdict(attempt) for attempt in self.attempts],
        }


class Courier:
    """Hold deliveries until they are due, and carry them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: list[Delivery] = []
        self._numbers = itertools.count(1)
        self._all: list[Delivery] = []
        self._ready = threading.Condition()
        self._busy: list[str] = []
        self._held: list[Delivery] | None = None
        self._stopped = False
        self.retries: int | None = None  # instead of as many as a delivery has gaps
        self.gaps = True

    def start(self) -> None:
        """Begin to carry."""
        for _ in range(WORKERS):
            threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        """Carry nothing more."""
        self._stopped = True
        with self._ready:
            self._ready.notify_all()
        self._clock.wake()

    def send(self, delivery: Delivery) -> Delivery:
        """Take a delivery in; its number is set here."""
        delivery.number = next(self._numbers)
        with self._ready:
            self._all.append(delivery)
            del self._all[:-KEPT]
            if delivery.state != "waiting":
                return delivery
            if self._held is not None:
                self._held.append(delivery)
            else:
                self._push(delivery)
        self._clock.wake()
        return delivery

    def hold(self) -> None:
        """Keep new deliveries back."""
        with self._ready:
            self._held = self._held if self._held is not None else []

    def release(self, order: str = "as_held") -> int:
        """Let the held deliveries go: `as_held`, `reversed` or `shuffled`, one second of age apart."""
        with self._ready:
            held, self._held = self._held or [], None
            if order == "reversed":
                held.reverse()
            elif order == "shuffled":
                random.Random(11).shuffle(held)  # noqa: S311 - disorder, not a secret
            for place, delivery in enumerate(held):
                delivery.due = self._clock.now() - timedelta(seconds=len(held) - place)
                self._push(delivery)
        self._clock.wake()
        return len(held)

    def flush(self, limit_seconds: float = 20.0) -> bool:
        """Wait until nothing is due and nothing is under way; tell whether that came true in time."""
        with self._ready:
            return self._ready.wait_for(self._idle, limit_seconds)

    def ledger(
        self, since: int = 0, store: str | None = None, topic: str | None = None
    ) -> list[dict[str, Any]]:
        """List the deliveries with their attempts."""
        with self._ready:
            kept = [one for one in self._all if one.number > since]
        return [one.told() for one in kept if store in (None, one.store) and topic in (None, one.topic)]

    def again(self, number: int) -> Delivery | None:
        """Send a past delivery once more, the same in every byte."""
        with self._ready:
            past = next((one for one in self._all if one.number == number), None)
        if past is None:
            return None
        twin = replace(past, headers=dict(past.headers), due=self._clock.now(), state="waiting", attempts=[])
        twin.at_once, twin.wanted, twin.on_failure = False, lambda: True, lambda: None
        return self.send(twin)

    def _idle(self) -> bool:
        now = self._clock.now()
        return not self._busy and not any(one.due <= now for one in self._queue)

    def _push(self, delivery: Delivery) -> None:
        bisect.insort(self._queue, delivery, key=lambda one: (one.due, one.number))
        self._ready.notify_all()

    def _work(self) -> None:
        session = requests.Session()
        session.trust_env = False
        while not self._stopped:
            turn = self._clock.turn
            delivery, due = self._take()
            if delivery is None:
                self._clock.wait_until(due, turn)
                continue
            try:
                self._carry(delivery, session)
            finally:
                with self._ready:
                    self._busy.remove(delivery.store)
                    self._ready.notify_all()
                self._clock.wake()

    def _take(self) -> tuple[Delivery | None, datetime | None]:
        """Take the first delivery that is due; a store gets one at a time, unless told otherwise."""
        with self._ready:
            now = self._clock.now()
            for place, delivery in enumerate(self._queue):
                if delivery.due > now:
                    return None, delivery.due
                if delivery.at_once or delivery.store not in self._busy:
                    self._busy.append(delivery.store)
                    return self._queue.pop(place), None
            return None, None

    def _carry(self, delivery: Delivery, session: requests.Session) -> None:
        if not delivery.wanted():
            delivery.state = "withdrawn"
            return
        attempt = self._attempt(delivery, session)
        delivery.attempts.append(attempt)
        if attempt.status is not None and 200 <= attempt.status < 300:
            delivery.state = "delivered"
            return
        retries = len(delivery.gaps_seconds) if self.retries is None else self.retries
        if len(delivery.attempts) > retries:
            delivery.state = "failed"
            delivery.on_failure()
        else:
            delivery.due = self._clock.now() + timedelta(seconds=self._gap_seconds(delivery))
            with self._ready:
                self._push(delivery)

    def _gap_seconds(self, delivery: Delivery) -> float:
        gaps = delivery.gaps_seconds[: len(delivery.attempts)]
        return gaps[-1] if self.gaps and gaps else 0.0

    def _attempt(self, delivery: Delivery, session: requests.Session) -> Attempt:
        at = iso(self._clock.now())
        try:
            answer = session.request(
                delivery.method,
                delivery.address,
                data=delivery.body,
                headers=delivery.headers,
                timeout=(CONNECT_SECONDS, delivery.answer_seconds),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return Attempt(at, None, type(error).__name__)
        return Attempt(at, answer.status_code)
