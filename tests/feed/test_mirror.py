"""A mirror kept by cursor alone equals what is held, whatever writes meanwhile: threads, with rollbacks."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from connectors import feed, rows
from connectors.models import Row, Store
from connectors.policy.clauses import Purpose
from connectors.policy.leaves import cut
from tests import cast
from tests.cast import NOON, found
from tests.feed.cast import key_of, product, reader

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 4
WRITES = 12
IDS = 6

Mirror = dict[tuple[str, str], Any]


class GivenUpError(Exception):
    """A writer changed its mind before the commit."""


def test_a_follower_misses_nothing_while_many_write() -> None:
    stores = [cast.store(f"{name}.myshopify.com")[0] for name in ("one", "two", "three")]
    done = threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        follower = threads.submit(closing(follow), done)
        writers = [threads.submit(closing(write), stores, seed) for seed in range(WRITERS)]
        try:
            for writer in writers:
                writer.result(60)
        finally:
            done.set()
        mirror, numbers = follower.result(60)
    assert numbers == sorted(set(numbers))
    assert mirror == held(stores)
    assert mirror
    assert changes_are_unbroken()


def closing(work: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any) -> Any:
        try:
            return work(*args)
        finally:
            connection.close()

    return run


def follow(done: threading.Event) -> tuple[Mirror, list[int]]:
    mirror: Mirror = {}
    numbers: list[int] = []
    after = 0
    while True:
        last_round = done.is_set()
        page = feed.changes(reader(), after, 3, NOON)
        for entry in page.entries:
            assert after < entry["change"] <= page.next
            numbers.append(entry["change"])
            if entry["gone"]:
                mirror.pop((entry["store"], entry["id"]), None)
            else:
                mirror[entry["store"], entry["id"]] = entry["record"]
        after = page.next
        if last_round and not page.more:
            return mirror, numbers
        time.sleep(0.001)


def write(stores: list[Store], seed: int) -> None:
    chance = random.Random(seed)
    for turn in range(WRITES):
        store = chance.choice(stores)
        try:
            with transaction.atomic():
                change(store, chance, turn)
                # Held open: a number is taken long before it is committed.
                time.sleep(chance.random() * 0.01)
                if chance.random() < 0.2:
                    raise GivenUpError
        except GivenUpError:
            pass


def change(store: Store, chance: random.Random, turn: int) -> None:
    if chance.random() < 0.3:
        rows.open_epoch(store.pk, store.epoch)
        rows.remove(Row.objects.filter(store=store, pk__in=some_rows(store, chance)), NOON)
        return
    numbers = chance.sample(range(IDS), 2)
    version = NOON + timedelta(minutes=turn)
    batch = [found(product(number, title=f"{chance.random()}", updated_at=version)) for number in numbers]
    rows.write(store.pk, store.epoch, key_of(store), batch)


def some_rows(store: Store, chance: random.Random) -> list[int]:
    there = list(Row.objects.filter(store=store).order_by("pk").values_list("pk", flat=True))
    return chance.sample(there, min(2, len(there)))


def held(stores: list[Store]) -> Mirror:
    return {
        (store.ref, each.fingerprint.hex()): cut(each.record, Purpose.VIDEOS)
        for store in stores
        for each in rows.opened(key_of(store), rows.of_store(store, "product"))
    }


def changes_are_unbroken() -> bool:
    """Tell whether the highest number that was given out is the highest that stands."""
    newest = feed.changes(reader(), 0, 1000, NOON).next
    return newest == Row.objects.order_by("-change").values_list("change", flat=True)[0]


def test_a_number_that_is_taken_and_not_committed_holds_back_those_behind_it() -> None:
    (one, key_one), (two, key_two) = cast.store("one.myshopify.com"), cast.store("two.myshopify.com")
    cast.keep(one, key_one, product(1))
    scope = reader()
    taken, let_go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            rows.write(one.pk, one.epoch, key_one, [found(product(2))])
            taken.set()
            let_go.wait(20)

    def quick() -> None:
        cast.keep(two, key_two, product(3))

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(closing(slow))
        assert taken.wait(20)
        second = threads.submit(closing(quick))
        time.sleep(0.3)
        page = feed.changes(scope, 1, 500, NOON)
        let_go.set()
        first.result(20)
        second.result(20)
    # Neither was seen, and the cursor stayed below both.
    assert (page.entries, page.next, page.more) == ([], 1, False)
    page = feed.changes(scope, page.next, 500, NOON)
    assert [(entry["change"], entry["store"]) for entry in page.entries] == [(2, one.ref), (3, two.ref)]
