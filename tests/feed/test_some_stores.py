"""A key of some stores: it sees theirs and nothing of the others, and does not pay for them."""

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from connectors import entries, feed, rows
from connectors.entries import Page
from connectors.errors import Missing
from connectors.models import Duty, FeedCopy, FeedRead, Row, Sequence, Store, StoreState
from connectors.policy.clauses import Purpose
from connectors.policy.records import Record
from connectors.scopes import Scope
from tests import cast
from tests.cast import NOON, offer, store_info
from tests.feed.cast import product, reader, sale

pytestmark = pytest.mark.django_db


def leave(store: Store) -> None:
    with transaction.atomic():
        rows.close(store, store.epoch)
        Store.objects.filter(pk=store.pk).update(state=StoreState.QUARANTINED)


def followed(scope: Scope, limit: int) -> list[int]:
    """Read changes page by page to the end; the numbers that were seen."""
    seen, page = [], Page([], 0, more=True)
    while page.more:
        page = feed.changes(scope, page.next, limit, NOON)
        seen += [entry["change"] for entry in page.entries]
    return seen


@pytest.fixture
def three() -> list[Store]:
    """Three stores whose changes take turns: 1, 4, 7 are of the first."""
    made = [cast.store(f"{name}.myshopify.com") for name in ("one", "two", "three")]
    for number in range(3):
        for store, key in made:
            cast.keep(store, key, product(number))
    return [store for store, _ in made]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7])
def test_it_sees_the_changes_of_its_stores_in_their_order(three: list[Store], limit: int) -> None:
    assert followed(reader(), 500) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert followed(reader(Purpose.VIDEOS, three[0], three[2]), limit) == [1, 3, 4, 6, 7, 9]
    assert followed(reader(Purpose.VIDEOS, three[1]), limit) == [2, 5, 8]


def test_every_kind_that_its_purpose_reads_comes() -> None:
    store, key = cast.store()
    goods = product(1)
    cast.keep(store, key, store_info(), goods, offer(1), sale(1, goods))
    for purpose in Purpose:
        read = feed.changes(reader(purpose, store), 0, 500, NOON).entries
        assert read == feed.changes(reader(purpose), 0, 500, NOON).entries, purpose


def test_next_moves_past_what_is_not_for_it(three: list[Store]) -> None:
    page = feed.changes(reader(Purpose.VIDEOS, three[0]), 7, 500, NOON)
    assert (page.entries, page.next, page.more) == ([], 9, False)


def test_more_is_true_until_the_end_was_seen(three: list[Store]) -> None:
    page = feed.changes(reader(Purpose.VIDEOS, three[0]), 0, 3, NOON)
    assert ([entry["change"] for entry in page.entries], page.next, page.more) == ([1, 4, 7], 7, True)
    page = feed.changes(reader(Purpose.VIDEOS, three[2]), 0, 3, NOON)
    assert ([entry["change"] for entry in page.entries], page.next, page.more) == ([3, 6, 9], 9, False)


def test_numbers_that_show_nothing_are_passed_over_and_not_taken_for_the_end(three: list[Store]) -> None:
    Row.objects.filter(store=three[0], change__lt=7).update(epoch=0)
    scope = reader(Purpose.VIDEOS, three[0])
    page = feed.changes(scope, 0, 2, NOON, wait_seconds=20)
    assert (page.entries, page.next, page.more) == ([], 4, True)
    assert followed(scope, 1) == [7]


def test_another_store_is_as_unknown_as_any(three: list[Store]) -> None:
    scope = reader(Purpose.VIDEOS, three[0])
    assert [each["store"] for each in feed.stores(scope, "", 500, NOON).stores] == [three[0].ref]
    assert feed.store(scope, three[0].ref, NOON)["store"] == three[0].ref
    asked: dict[str, Callable[[str], object]] = {
        "store": lambda ref: feed.store(scope, ref, NOON),
        "products": lambda ref: feed.products(scope, ref, 0, 500, NOON),
        "brief": lambda ref: feed.brief(scope, ref, 12, NOON),
    }
    for name, ask in asked.items():
        words = set()
        for ref in (three[1].ref, "st_aaaaaaaaaaaaaaaa"):
            with pytest.raises(Missing) as missing:
                ask(ref)
            words.add(str(missing.value))
        assert len(words) == 1, name


def test_it_learns_that_its_store_left_and_not_that_another_did(three: list[Store]) -> None:
    leave(three[0])
    leave(three[1])
    read = feed.changes(reader(Purpose.VIDEOS, three[0], three[2]), 0, 500, NOON).entries
    assert [entry["store"] for entry in read if entry["gone"]] == [three[0].ref]
    assert {entry["store"] for entry in read} == {three[0].ref, three[2].ref}


def test_a_key_of_no_store_that_is_left_sees_nothing(three: list[Store]) -> None:
    scope = reader(Purpose.VIDEOS, three[0])
    nothing = Scope(scope.key_id, scope.purpose, frozenset())
    page = feed.changes(nothing, 0, 500, NOON)
    assert (page.entries, page.next, page.more) == ([], 9, False)
    assert feed.stores(nothing, "", 500, NOON).stores == []


def test_only_what_it_was_handed_is_counted_and_noted(three: list[Store]) -> None:
    scope = reader(Purpose.VIDEOS, three[1])
    feed.changes(scope, 0, 2, NOON)
    assert [(each.store_id, each.count) for each in FeedRead.objects.all()] == [(three[1].pk, 2)]
    (copy,) = FeedCopy.objects.all()
    assert (copy.key_id, copy.store_ref, copy.epoch) == (scope.key_id, three[1].ref, 1)


# A store that left -------------------------------------------------------------------------------------


def test_a_store_that_left_names_the_newest_erasure_of_that_epoch(three: list[Store]) -> None:
    def duty(store: Store, epoch: int, **fields: object) -> Duty:
        moments = {"asked_at": NOON, "due_at": NOON, "deadline_at": NOON}
        return Duty.objects.create(
            **({"kind": Duty.ERASE_STORE, "store_ref": store.ref, "epoch": epoch} | moments | fields)
        )

    duty(three[0], 1, state="done")
    newest = duty(three[0], 1)
    duty(three[0], 2)
    duty(three[0], 1, kind=Duty.ERASE_SALES)
    for store in three[:2]:
        leave(store)
    with CaptureQueriesContext(connection) as queries:
        gone = [entry for entry in feed.changes(reader(), 0, 500, NOON).entries if entry["gone"]]
    assert [(entry["store"], entry.get("erasure")) for entry in gone] == [
        (three[0].ref, newest.ref),
        (three[1].ref, None),
    ]
    assert "erasure" not in gone[1]
    assert sum("connectors_duty" in each["sql"] for each in queries) == 1


def test_what_left_while_it_was_read_goes_out_as_gone(
    three: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = reader()
    unseal = rows.unseal

    def slow(*args: Any) -> Record:
        if not Row.objects.filter(kind="gone").exists():
            leave(three[1])
        return unseal(*args)

    monkeypatch.setattr(rows, "unseal", slow)
    read = feed.changes(scope, 0, 500, NOON).entries
    assert {entry["store"] for entry in read if "record" in entry} == {three[0].ref, three[2].ref}
    assert {entry["gone"] for entry in read if entry["store"] == three[1].ref} <= {True}
    assert not FeedCopy.objects.filter(store_ref=three[1].ref).exists()
    assert not FeedRead.objects.filter(store=three[1]).exists()


# Waiting ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_who_waits_is_woken_by_its_own_stores_and_not_by_others() -> None:
    (one, key_one), (two, key_two) = cast.store("one.myshopify.com"), cast.store("two.myshopify.com")
    scope = reader(Purpose.VIDEOS, one)
    got: list[Page] = []

    def read() -> None:
        try:
            got.append(feed.changes(scope, 0, 500, NOON, wait_seconds=60))
        finally:
            connection.close()

    waiting = threading.Thread(target=read)
    waiting.start()
    cast.keep(two, key_two, product(1))
    time.sleep(3 * feed.POLL_SECONDS)
    assert (waiting.is_alive(), got) == (True, [])
    cast.keep(one, key_one, product(1))
    waiting.join(50)
    assert [(entry["store"], entry["change"]) for entry in got[0].entries] == [(one.ref, 2)]


# What it costs ------------------------------------------------------------------------------------------

OTHERS = 20_000
EVERY = 600


@pytest.fixture
def crowd() -> tuple[Store, Store]:
    """A store of few changes among those of one with many."""
    small, big = (cast.store(f"{name}.myshopify.com")[0] for name in ("small", "big"))
    Row.objects.bulk_create(
        [
            Row(
                store=small if number % EVERY == 0 else big,
                epoch=1,
                kind="product",
                fingerprint=number.to_bytes(16, "big"),
                version_at=NOON - timedelta(days=1),
                change=number,
            )
            for number in range(1, OTHERS + 1)
        ],
        batch_size=2000,
    )
    Sequence.objects.update_or_create(name="change", defaults={"last": OTHERS})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return small, big


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ANALYZE ") + sql)
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


@pytest.mark.parametrize("after", [0, OTHERS // 2, OTHERS - 1])
def test_few_stores_among_many_are_found_by_an_index_alone(crowd: tuple[Store, Store], after: int) -> None:
    scope = reader(Purpose.VIDEOS, *crowd[:1])
    feed.changes(scope, after, 10, NOON)
    with CaptureQueriesContext(connection) as queries:
        page = feed.changes(scope, after, 10, NOON)
    assert len(page.entries) == min(10, OTHERS // EVERY - after // EVERY)
    looks = [each["sql"] for each in queries if "connectors_row" in each["sql"]]
    plans = "\n".join(plan_of(sql) for sql in looks)
    assert "row_by_store_kind" in plans
    assert not re.search(r"SCAN connectors_row|Seq Scan on connectors_row", plans), plans
    assert len(queries) <= 6


def test_two_stores_of_many_changes_are_not_read_to_their_ends(crowd: tuple[Store, Store]) -> None:
    scope = reader(Purpose.VIDEOS, *crowd)
    with CaptureQueriesContext(connection) as queries:
        page = feed.changes(scope, 0, 7, NOON)
    assert [entry["change"] for entry in page.entries] == [1, 2, 3, 4, 5, 6, 7]
    plan = plan_of(next(each["sql"] for each in queries if "UNION ALL" in each["sql"]))
    # A limit for each part: what is merged is at most that from each.
    parts = 2 * len([*entries.kinds(Purpose.VIDEOS), "gone"])
    if connection.vendor == "sqlite":
        assert plan.count("USING COVERING INDEX row_by_store_kind") == parts, plan
    else:
        assert plan.count("Limit") == parts + 1, plan
        assert max(int(rows) for rows in re.findall(r"actual time=\S+ rows=(\d+)", plan)) <= 7 * parts, plan
