"""Draining: in which order what was said counts, and what ends a pass."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors import apply, configured, drain, inbox
from connectors.errors import KeyGone, Unavailable
from connectors.models import Delivery, Store
from connectors.platforms.base import Delivery as Inbound
from connectors.platforms.base import Event, EventKind, Reader
from tests import cast
from tests.verbs import birch as cast_birch
from tests.verbs.birch import SHOP, Birch

pytestmark = pytest.mark.django_db
THEN = datetime(2025, 11, 3, 12, 0, 0, 1, tzinfo=UTC)


def say(
    birch: Birch, kind: EventKind, name: str, ids: tuple[str, ...] = ("1",), sequence: int = 0, late: int = 0
) -> None:
    at = THEN + timedelta(seconds=late)
    birch.said = Event(kind, SHOP, name, "topic", at, ids, sequence=sequence)
    inbox.receive(birch, Inbound({}, b""), datetime.now(UTC))


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_of_one_moment_the_higher_sequence_is_the_newest_word(
    birch: Birch, monkeypatch: pytest.MonkeyPatch, order: tuple[int, ...]
) -> None:
    store, _ = cast_birch.store()
    kinds = {1: EventKind.PRODUCT_CHANGED, 2: EventKind.PRODUCT_GONE}
    for sequence in order:
        say(birch, kinds[sequence], f"d-{sequence}", sequence=sequence)
    heard: list[list[int]] = []

    def events(store: Store, reader: Reader, said: list[Event]) -> None:
        heard.append([each.sequence for each in said])

    monkeypatch.setattr(apply, "events", events)
    drain.drain(store.pk)
    assert heard == [[1, 2]]


def test_a_later_moment_counts_more_than_a_higher_sequence(
    birch: Birch, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = cast_birch.store()
    say(birch, EventKind.PRODUCT_CHANGED, "d-1", sequence=9)
    say(birch, EventKind.PRODUCT_CHANGED, "d-2", sequence=1, late=1)
    heard: list[int] = []
    monkeypatch.setattr(apply, "events", lambda _, __, said: heard.extend(each.sequence for each in said))
    drain.drain(store.pk)
    assert heard == [9, 1]


def test_a_key_that_went_while_a_thing_was_read_ends_what_waits_quietly(birch: Birch) -> None:
    store, _ = cast_birch.store()
    birch.things["1"] = cast.found(cast.product(1))
    say(birch, EventKind.PRODUCT_CHANGED, "d-1")
    say(birch, EventKind.PRODUCT_CHANGED, "d-2", ids=("2",))
    key = configured.keystore()

    def events(*_: object) -> None:
        key.destroy(store.ref, store.epoch)
        raise KeyGone

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(apply, "events", events)
        drain.drain(store.pk)
    assert set(Delivery.objects.values_list("state", "sealed", "attempts")) == {("ignored", None, 0)}


def test_a_platform_that_is_away_ends_nothing(birch: Birch) -> None:
    store, _ = cast_birch.store()
    birch.failing = Unavailable()
    say(birch, EventKind.PRODUCT_CHANGED, "d-1")
    with pytest.raises(Unavailable):
        drain.drain(store.pk)
    left = Delivery.objects.get()
    assert (left.state, left.attempts) == ("waiting", 1)
    birch.failing, birch.things = None, {"1": cast.found(cast.product(1))}
    Delivery.objects.update(due_at=THEN)
    drain.drain(store.pk)
    assert Delivery.objects.get().state == "done"
