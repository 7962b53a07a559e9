"""What a platform may say of each delivery: its method, its gaps, its patience."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.courier import Courier, Delivery


@dataclass
class Door:
    """Who is delivered to: answers with `status`, not before `open`."""

    url: str = ""
    status: int = 500
    open: Event = field(default_factory=Event)
    came: list[tuple[str, str, bytes]] = field(default_factory=list)


@pytest.fixture
def door() -> Iterator[Door]:
    one = Door()
    one.open.set()

    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            one.came.append((self.command, self.path, body))
            one.open.wait(30)
            self.send_response(one.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = _answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    one.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield one
    one.open.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def courier(clock: Clock) -> Iterator[Courier]:
    one = Courier(clock)
    one.start()
    yield one
    one.stop()


def _delivery(door: Door, clock: Clock) -> Delivery:
    return Delivery(0, "a-store", "a/topic", f"{door.url}/callback?a=1", b"", {}, clock.now())


def test_a_callback_is_asked_once_with_get_and_not_again(courier: Courier, clock: Clock, door: Door) -> None:
    delivery = _delivery(door, clock)
    delivery.method, delivery.gaps_seconds = "GET", ()
    courier.send(delivery)
    assert courier.flush()
    assert door.came == [("GET", "/callback?a=1", b"")]
    assert (delivery.state, delivery.told()["method"]) == ("failed", "GET")


def test_a_delivery_is_tried_again_after_each_of_its_own_gaps(
    courier: Courier, clock: Clock, door: Door
) -> None:
    delivery = _delivery(door, clock)
    delivery.gaps_seconds = (60.0, 3600.0)
    courier.send(delivery)
    tries = []
    for gap_seconds in (50, 11, 3590, 11, 100_000):
        assert courier.flush()
        tries.append(len(door.came))
        clock.advance(gap_seconds)
    assert courier.flush()
    assert tries == [1, 1, 2, 2, 3]
    assert (delivery.state, len(door.came)) == ("failed", 3)


def test_who_answers_too_late_has_not_answered(courier: Courier, clock: Clock, door: Door) -> None:
    door.open.clear()
    delivery = _delivery(door, clock)
    delivery.answer_seconds, delivery.gaps_seconds = 0.2, ()
    courier.send(delivery)
    assert courier.flush()
    assert [attempt.error for attempt in delivery.attempts] == ["ReadTimeout"]


def test_how_often_is_tried_can_be_said_for_all(courier: Courier, clock: Clock, door: Door) -> None:
    courier.retries, courier.gaps = 4, False
    delivery = _delivery(door, clock)
    delivery.gaps_seconds = (60.0,)
    courier.send(delivery)
    assert courier.flush()
    assert len(door.came) == 5


def test_a_delivery_sent_again_is_the_same_and_not_the_one_before(
    courier: Courier, clock: Clock, door: Door
) -> None:
    door.status = 200
    delivery = _delivery(door, clock)
    delivery.method, delivery.wanted = "GET", lambda: not door.came
    courier.send(delivery)
    assert courier.flush()
    twin = courier.again(delivery.number)
    assert courier.flush()
    assert twin is not None
    assert door.came[0] == door.came[1]
    assert (len(delivery.attempts), len(twin.attempts)) == (1, 1)
    assert twin.number != delivery.number
