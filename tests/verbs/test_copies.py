"""Copies elsewhere: noted before they are made, asked back when the store leaves, and waited for."""

import json
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from connectors import configured, copies, erase, receipts, revive
from connectors.errors import Missing
from connectors.models import Delivery, Duty, FeedCopy, Job, Receipt, Row, Store, StoreState
from tests import cast
from tests.verbs.holders import come_back, holder, leave, now, read, rest, revoke

pytestmark = pytest.mark.django_db


def installed(shop: str = "cedar.myshopify.com") -> Store:
    """Return a store that has something to read."""
    store, key = cast.store(shop)
    cast.keep(store, key, cast.product(), cast.sale())
    return store


def states() -> list[str]:
    return list(Duty.objects.order_by("pk").values_list("state", flat=True))


def bodies() -> list[dict[str, Any]]:
    """Return what the receipts say, in their order, each and all of them verified."""
    chain = list(Receipt.objects.order_by("number"))
    texts = [receipts.compose(each.body, each.signature) for each in chain]
    assert receipts.verify_chain(texts, configured.signer().public_key_text)
    return [json.loads(each.body) for each in chain]


# Noting -----------------------------------------------------------------------------------------------


def test_who_reads_is_written_down_once_for_a_store_and_epoch() -> None:
    store, scope = installed(), holder()
    assert read(scope, store) == set()
    first = FeedCopy.objects.get()
    assert (first.key_id, first.store_ref, first.epoch) == (scope.key_id, store.ref, 1)
    with CaptureQueriesContext(connection) as seen:
        assert read(scope, store) == set()
    assert [each["sql"].split()[0] for each in seen] == ["SELECT"]
    assert FeedCopy.objects.get().first_at == first.first_at


def test_a_page_of_many_stores_is_noted_at_once() -> None:
    stores, scope = [installed(f"{number}.myshopify.com") for number in range(5)], holder()
    places = {(each.ref, 1) for each in stores}
    assert copies.note(scope, places, now()) == set()
    assert set(FeedCopy.objects.values_list("store_ref", "epoch")) == places


def test_a_store_that_left_while_it_was_read_is_named_and_the_others_are_noted() -> None:
    gone, here, scope = installed("gone.myshopify.com"), installed("here.myshopify.com"), holder()
    leave(gone)
    assert copies.note(scope, {(gone.ref, 1), (here.ref, 1)}, now()) == {(gone.ref, 1)}
    assert FeedCopy.objects.get().store_ref == here.ref


def test_a_page_of_an_epoch_that_is_over_is_none_of_the_new_one() -> None:
    store, scope = installed(), holder()
    leave(store)
    come_back(store)
    assert read(scope, store) == {(store.ref, 1)}
    assert not FeedCopy.objects.exists()


def test_who_has_confirmed_is_handed_nothing_more_of_that_epoch() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    duty = leave(store)
    copies.confirm(scope, duty.ref, now())
    assert read(scope, store) == {(store.ref, 1)}


# Waiting ----------------------------------------------------------------------------------------------


def test_what_nobody_read_is_done_at_once() -> None:
    store = installed()
    holder()
    leave(store)
    rest()
    (body,) = bodies()
    assert states() == ["done"]
    assert body["copies"] == {"keys": 0, "confirmed": 0, "by_operator": 0}
    assert body["emptied_at"] == body["done_at"]


def test_an_erasure_waits_for_everyone_who_read_and_ends_with_the_last() -> None:
    store, one, two = installed(), holder("one"), holder("two")
    read(one, store)
    read(two, store)
    duty = leave(store)
    rest()
    store.refresh_from_db()
    assert (store.state, states()) == (StoreState.ERASED, ["sent"])
    assert configured.keystore().state(store.ref, 1) == "destroyed"
    assert not Row.objects.exclude(kind="gone").exists()
    copies.confirm(two, duty.ref, now())
    rest()
    assert (states(), Receipt.objects.count()) == (["sent"], 0)
    copies.confirm(one, duty.ref, now())
    rest()
    (body,) = bodies()
    assert states() == ["done"]
    assert body["copies"] == {"keys": 2, "confirmed": 2, "by_operator": 0}
    assert body["emptied_at"] <= body["done_at"]


def test_who_confirms_before_we_are_done_ourselves_holds_nothing_up() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    duty = leave(store)
    copies.confirm(scope, duty.ref, now())
    assert not Receipt.objects.exists()
    rest()
    assert (states(), len(bodies())) == (["done"], 1)


def test_what_comes_in_while_an_erasure_waits_is_not_counted_as_erased() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    duty = leave(store)
    rest()
    # The platform had no answer to its last word, and says it again.
    Delivery.objects.create(
        platform=store.platform,
        fingerprint=b"again",
        store=store,
        epoch=1,
        topic="shop/redact",
        kind="redact_store",
        occurred_at=now(),
        received_at=now(),
        due_at=now(),
        state="done",
    )
    copies.confirm(scope, duty.ref, now())
    rest()
    (body,) = bodies()
    assert body["removed"]["deliveries"] == 0
    assert Delivery.objects.exists()  # or it would be taken once more


def test_to_confirm_twice_is_to_confirm_once() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    duty = leave(store)
    rest()
    (_, first) = copies.confirm(scope, duty.ref, now())
    rest()
    assert copies.confirm(scope, duty.ref, now()) == (Duty.objects.get(), first)
    rest()
    assert len(bodies()) == 1


def test_nobody_confirms_what_they_never_read_nor_what_is_still_open() -> None:
    store, other, scope = installed(), installed("birch.myshopify.com"), holder()
    read(scope, store)
    unread = leave(other)
    for unknown in (unread.ref, "er_aaaaaaaaaaaaaaaa", store.ref, ""):
        with pytest.raises(Missing):
            copies.confirm(scope, unknown, now())
    duty = leave(store)
    Store.objects.filter(pk=store.pk).update(state=StoreState.ACTIVE)  # the store's table was put back
    with pytest.raises(copies.StillOpen):
        copies.confirm(scope, duty.ref, now())
    assert not FeedCopy.objects.exclude(confirmed_at=None).exists()


def test_a_key_is_shown_what_it_still_has_to_confirm_and_nothing_else() -> None:
    one, two = holder("one"), holder("two")
    mine, both = installed("mine.myshopify.com"), installed("both.myshopify.com")
    for scope, store in ((one, mine), (one, both), (two, both)):
        read(scope, store)
    assert copies.asked(one, "", 10) == []
    first, second = leave(mine), leave(both)
    rest()
    ordered = sorted([first, second], key=lambda duty: duty.ref)
    assert copies.asked(one, "", 10) == ordered
    assert copies.asked(one, "", 1) == ordered[:1]
    assert copies.asked(one, ordered[0].ref, 10) == ordered[1:]
    assert copies.asked(two, "", 10) == [second]
    copies.confirm(one, second.ref, now())
    assert copies.asked(one, "", 10) == [first]
    assert copies.asked(two, "", 10) == [second]


def test_an_erasure_that_is_done_asks_for_nothing() -> None:
    store, scope = installed(), holder()
    leave(store)
    rest()
    Store.objects.update(state=StoreState.ACTIVE)  # the store's table alone was put back
    store.refresh_from_db()
    read(scope, store)
    again = leave(store)
    assert copies.asked(scope, "", 10) == [again]
    rest()
    assert copies.asked(scope, "", 10) == [again]
    assert states() == ["done", "sent"]


def test_who_comes_back_lives_on_while_the_time_before_waits() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    old = leave(store)
    rest()
    come_back(store)
    store.refresh_from_db()
    assert read(scope, store) == set()
    new = leave(store)
    rest()
    assert states() == ["sent", "sent"]
    copies.confirm(scope, new.ref, now())
    rest()
    assert [body["epoch"] for body in bodies()] == [2]
    copies.confirm(scope, old.ref, now())
    rest()
    assert [body["epoch"] for body in bodies()] == [2, 1]


def test_the_copies_of_a_revived_store_are_asked_back_with_the_old_epoch() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    with transaction.atomic():
        duty = erase.uninstall(Store.objects.select_for_update().get(), "uninstalled", now())
    come_back(store)
    store.refresh_from_db()
    revive.keep(store, now())
    rest()
    duty.refresh_from_db()
    store.refresh_from_db()
    assert (duty.cause, duty.state, store.state) == ("reinstalled", "sent", StoreState.ACTIVE)
    copies.confirm(scope, duty.ref, now())
    rest()
    store.refresh_from_db()
    assert ([body["epoch"] for body in bodies()], store.state) == ([1], StoreState.ACTIVE)


def test_an_operator_confirms_for_a_holder_who_cannot_any_more() -> None:
    store, one, two = installed(), holder("one"), holder("two")
    read(one, store)
    read(two, store)
    duty = leave(store)
    rest()
    revoke("one")
    for unheard in ("three", "two"):  # who lives can say it, and has not
        with pytest.raises(Missing):
            copies.confirm_for(unheard, store.ref, now())
    new = holder("one")  # another holder, by the same name
    FeedCopy.objects.create(key_id=new.key_id, store_ref=store.ref, epoch=1, first_at=now())
    assert copies.confirm_for("one", store.ref, now()) == 1
    assert FeedCopy.objects.get(key_id=new.key_id).confirmed_at is None
    copies.confirm(new, duty.ref, now())
    with pytest.raises(Missing):
        copies.confirm_for("one", store.ref, now())
    copies.confirm(two, duty.ref, now())
    rest()
    (body,) = bodies()
    assert body["copies"] == {"keys": 3, "confirmed": 3, "by_operator": 1}


def test_an_operator_confirms_nothing_of_a_store_that_is_there() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    revoke("renderer")
    with pytest.raises(Missing):
        copies.confirm_for("renderer", store.ref, now())
    assert FeedCopy.objects.get().confirmed_at is None


def test_a_last_word_whose_job_was_lost_is_found_by_the_next_look() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    duty = leave(store)
    rest()
    erase.tend(now())
    assert not Job.objects.filter(state="waiting").exists()  # it waits for others, not for us
    copies.confirm(scope, duty.ref, now())
    Job.objects.filter(state="waiting").delete()
    erase.tend(now())
    rest()
    assert len(bodies()) == 1


def test_a_database_of_before_the_erasure_asks_for_the_copies_once_more() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    configured.keystore().destroy(store.ref, 1)
    erase.leave_restored(now())
    rest()
    duty = Duty.objects.get()
    assert (duty.cause, duty.state) == ("restored", "sent")
    copies.confirm(scope, duty.ref, now())
    rest()
    assert len(bodies()) == 1


def test_two_erasures_of_one_epoch_end_with_one_word() -> None:
    store, scope = installed(), holder()
    read(scope, store)
    leave(store)
    rest()
    Store.objects.update(state=StoreState.ACTIVE)  # the store's table alone was put back
    erase.leave_restored(now())
    rest()
    assert states() == ["sent", "sent"]
    copies.confirm(scope, Duty.objects.latest("pk").ref, now())
    rest()
    assert states() == ["done", "done"]
    assert [body["epoch"] for body in bodies()] == [1, 1]


# In any order -----------------------------------------------------------------------------------------


class Life:
    """A store and those who read it, to whom things happen in any order; what must be true is looked at."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.store = installed()
        self.scopes = [holder(f"key {number}") for number in range(self.chance.randint(1, 4))]
        self.given: set[tuple[int, int]] = set()  # key, epoch

    def step(self) -> None:
        self.chance.choice([self.read, self.read, self.leave, self.return_, self.confirm, self.carry, rest])()
        self.look()

    def fresh(self) -> Store:
        self.store.refresh_from_db()
        return self.store

    def read(self) -> None:
        scope, store = self.chance.choice(self.scopes), self.fresh()
        left = read(scope, store)
        assert bool(left) is not store.readable
        if not left:
            self.given.add((scope.key_id, store.epoch))

    def leave(self) -> None:
        if self.fresh().readable:
            leave(self.store)

    def return_(self) -> None:
        if not self.fresh().readable:
            come_back(self.store)

    def confirm(self) -> None:
        scope, duty = self.chance.choice(self.scopes), Duty.objects.order_by("?").first()
        if duty is None:
            return
        if (scope.key_id, duty.epoch) in self.given:
            copies.confirm(scope, duty.ref, now())
        else:
            with pytest.raises(Missing):
                copies.confirm(scope, duty.ref, now())

    def carry(self) -> None:
        for duty in Duty.objects.all():
            erase.carry(duty.pk)

    def look(self) -> None:
        """A receipt is there exactly where an erasure is done, and no copy of what is done is left."""
        done = set(Duty.objects.filter(state="done").values_list("pk", flat=True))
        assert set(Receipt.objects.values_list("duty_id", flat=True)) == done
        for duty in Duty.objects.filter(pk__in=done):
            assert not copies.owed(duty.store_ref, duty.epoch).exists()
        assert set(FeedCopy.objects.values_list("key_id", "epoch")) == self.given

    def end(self) -> list[dict[str, Any]]:
        """Let the store leave for good, and everybody say their word, in any order."""
        self.leave()
        words = [(scope, duty) for scope in self.scopes for duty in Duty.objects.all()]
        self.chance.shuffle(words)
        for scope, duty in words:
            if (scope.key_id, duty.epoch) in self.given:
                copies.confirm(scope, duty.ref, now())
        rest()
        return bodies()


@pytest.mark.parametrize("seed", range(20))
def test_in_any_order_there_is_one_receipt_for_each_epoch_when_all_have_confirmed(seed: int) -> None:
    life = Life(seed)
    for _ in range(25):
        life.step()
    told = life.end()
    assert sorted(body["epoch"] for body in told) == list(range(1, life.fresh().epoch + 1))
    for body in told:
        keys = sum(epoch == body["epoch"] for _, epoch in life.given)
        assert body["copies"] == {"keys": keys, "confirmed": keys, "by_operator": 0}


# At once ----------------------------------------------------------------------------------------------


def together(*works: Callable[[], Any]) -> list[Any]:
    """Do these at once, each on a connection of its own."""
    ready = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            ready.wait(20)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return [each.result(60) for each in [threads.submit(run, work) for work in works]]


@pytest.mark.django_db(transaction=True)
def test_a_page_beside_an_uninstall_is_waited_for_or_not_handed_out() -> None:
    for turn in range(12):
        store, scopes = installed(f"{turn}.myshopify.com"), [holder(f"{turn} {each}") for each in range(3)]
        duty, *lefts = together(partial(leave, store), *[partial(read, each, store) for each in scopes])
        given = {scope.key_id for scope, left in zip(scopes, lefts, strict=True) if not left}
        assert set(copies.owed(store.ref, 1).values_list("key_id", flat=True)) == given
        erase.carry(duty.pk)
        duty.refresh_from_db()
        assert duty.state == ("sent" if given else "done")


@pytest.mark.django_db(transaction=True)
def test_a_page_whose_store_is_just_leaving_waits_and_is_not_handed_out() -> None:
    store, scope = installed(), holder()
    locked, let_go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            leave(store)
            locked.set()
            assert let_go.wait(20)

    def page() -> Any:
        assert locked.wait(20)
        threading.Timer(0.2, let_go.set).start()
        return read(scope, store)

    _, left = together(slow, page)
    assert left == {(store.ref, 1)}
    assert not FeedCopy.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_all_confirm_at_once_beside_two_who_carry_and_there_is_one_receipt() -> None:
    for turn in range(6):
        store, scopes = installed(f"{turn}.myshopify.com"), [holder(f"{turn} {each}") for each in range(4)]
        for each in scopes:
            read(each, store)
        duty = leave(store)
        if turn % 2:
            rest()
        words = [partial(copies.confirm, each, duty.ref, now()) for each in scopes]
        together(*words, *[partial(erase.carry, duty.pk)] * 2)
        rest()
        assert Receipt.objects.filter(duty=duty).count() == 1
    assert len(bodies()) == 6
