"""What is sent by workers in processes of their own, on each engine."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from connectors import erase, feedkeys, push, told
from connectors.models import Notice, Store
from connectors.push import endpoints
from connectors.push.endpoints import Made
from connectors.vault import StoreKey
from connectors.work import Engine
from tests import cast
from tests.push.conftest import PATIENCE_SECONDS, Receiver
from tests.work.conftest import Worker, engine_name, start, work

__all__ = ["engine_name", "start", "work"]  # fixtures of theirs

Start = Callable[..., Worker]


@pytest.fixture(autouse=True)
def _same_keys(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the workers open what the tests seal."""
    monkeypatch.setenv("MINTA_KEYSTORE", str(settings.KEYSTORE_PATH))
    monkeypatch.setenv("MINTA_LEDGER", str(settings.LEDGER_PATH))


@pytest.fixture
def pipeline(work: Engine) -> None:
    """A key, on a database that other processes see."""
    feedkeys.make("pipeline", "videos")


def at(url: str) -> Made:
    return endpoints.make(url, "pipeline", [], datetime.now(UTC))


def tell(store: Store, subject: str) -> None:
    with transaction.atomic():
        push.announce("store.installed", store, subject, {})


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def elsewhere(*functions: Callable[[], object]) -> None:
    """Run each in a thread of its own, at once."""

    def run(function: Callable[[], object]) -> None:
        try:
            function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        list(pool.map(run, functions))


def test_a_change_is_told_by_a_worker(pipeline: None, receiver: Receiver, start: Start) -> None:
    made = at(receiver.url)
    store, key = cast.store()
    start()
    cast.keep(store, key, cast.product(1))
    (message,) = receiver.wait_for(1)
    message.verify(made.secret)
    assert message.said["type"] == "feed.changed"
    assert message.said["data"]["store"] == store.ref
    wait_until(lambda: Notice.objects.get().state == "delivered")


def test_what_a_killed_worker_was_sending_comes_again_under_the_same_id(
    pipeline: None, receiver: Receiver, start: Start
) -> None:
    made = at(receiver.url)
    store, _ = cast.store()
    receiver.answer(seconds=60)
    worker = start()
    tell(store, "1")
    receiver.wait_for(1)
    worker.send(signal.SIGKILL)
    receiver.answer()
    start()
    first, second = receiver.wait_for(2)
    assert first.id == second.id == Notice.objects.get().ref
    assert first.body == second.body
    assert first.seconds < second.seconds
    for message in (first, second):
        message.verify(made.secret)
    wait_until(lambda: Notice.objects.get().state == "delivered")


def test_an_endpoint_that_thinks_for_long_holds_up_no_other(
    pipeline: None, receiver: Receiver, start: Start
) -> None:
    slow, fast = at(receiver.url + "&slow"), at(receiver.url)
    store, _ = cast.store()
    receiver.answer(slow_seconds=3600)
    start()
    start()
    for number in range(5):
        tell(store, str(number))
    wait_until(lambda: Notice.objects.filter(endpoint=fast.endpoint, state="delivered").count() == 5)
    assert not Notice.objects.filter(endpoint=slow.endpoint, state="delivered").exists()


def test_a_job_that_waits_for_the_next_try_goes_at_once_when_there_is_news(
    pipeline: None, receiver: Receiver, work: Engine
) -> None:
    at(receiver.url)
    store, _ = cast.store()
    receiver.answer(500)
    tell(store, "1")
    work.drain()
    assert work.drain().total == 0
    receiver.answer()
    tell(store, "2")
    assert work.drain().total == 1
    assert [each.said["data"]["epoch"] for each in receiver.received] == [1, 1]
    states = Notice.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["waiting", "delivered"]


def test_of_many_who_tell_of_one_store_at_once_one_notice_comes(
    pipeline: None, receiver: Receiver, work: Engine
) -> None:
    at(receiver.url)
    store, _ = cast.store()

    def news(change: int) -> Callable[[], object]:
        def announce() -> None:
            with transaction.atomic():
                push.announce_change(Store.objects.get(pk=store.pk), change)

        return announce

    elsewhere(*[news(change) for change in (3, 1, 4, 2)])
    notice = Notice.objects.get()
    assert notice.subject == "4"
    assert notice.next_at <= timezone.now()
    work.drain()
    (message,) = receiver.received
    assert message.said["data"]["change"] == 4


def test_stores_that_leave_and_change_at_once_do_not_wait_for_each_other(
    pipeline: None, receiver: Receiver, work: Engine
) -> None:
    for name in ("", "&2"):
        at(receiver.url + name)
    stores = [cast.store(f"cedar-{number}.myshopify.com") for number in range(4)]

    def leave(store: Store) -> Callable[[], object]:
        def uninstall() -> None:
            with transaction.atomic():
                locked = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
                erase.uninstall(locked, "uninstalled", timezone.now())

        return uninstall

    def change(store: Store, key: StoreKey) -> Callable[[], object]:
        def write() -> None:
            for number in range(5):
                cast.keep(store, key, cast.product(number))
                told.tell(store.pk)

        return write

    leaving, staying = stores[:2], stores[2:]
    elsewhere(*[leave(store) for store, _ in leaving], *[change(store, key) for store, key in staying])
    erased = Notice.objects.filter(event="store.erased")
    assert erased.count() == 2 * len(leaving)
    changed = Notice.objects.filter(event="feed.changed", store_ref__in=[store.ref for store, _ in staying])
    assert changed.count() == 2 * len(staying)
    for store, _ in staying:
        assert {each.subject for each in changed.filter(store_ref=store.ref)} == {
            str(told.newest_change(store))
        }
