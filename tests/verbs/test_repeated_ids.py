"""Ids that two events may share: nothing said is lost, and the same word twice is done once more at most."""

from datetime import UTC, datetime

import pytest

from connectors import drain, inbox, work
from connectors.inbox import Taken
from connectors.models import Delivery
from connectors.platforms.base import Delivery as Inbound
from connectors.platforms.base import Event, EventKind
from tests.verbs import birch as cast_birch
from tests.verbs.birch import SHOP, Birch

pytestmark = pytest.mark.django_db
THEN = datetime(2025, 11, 3, 12, 0, tzinfo=UTC)


def say(
    birch: Birch, kind: EventKind = EventKind.PRODUCT_CHANGED, at: datetime = THEN, *, may_repeat: bool = True
) -> Taken:
    birch.said = Event(kind, SHOP, "d-1", "topic", at, ("1",), may_repeat=may_repeat)
    return inbox.receive(birch, Inbound({}, b""), datetime.now(UTC))


def states() -> list[str]:
    return list(Delivery.objects.values_list("state", flat=True))


def test_an_id_that_may_repeat_is_applied_again_after_it_was_applied(birch: Birch) -> None:
    store, _ = cast_birch.store()
    for _ in range(2):
        assert say(birch) == Taken.TAKEN
        drain.drain(store.pk)
    assert birch.asked == ["product 1", "product 1"]
    assert states() == ["done"]


def test_while_it_waits_it_is_applied_once(birch: Birch) -> None:
    store, _ = cast_birch.store()
    assert [say(birch), say(birch)] == [Taken.TAKEN, Taken.TAKEN]
    drain.drain(store.pk)
    assert birch.asked == ["product 1"]
    assert states() == ["done"]


def test_what_comes_again_while_it_is_read_is_read_again(birch: Birch) -> None:
    store, _ = cast_birch.store()
    say(birch)
    said: list[Taken] = []

    def once() -> None:
        if not said:
            said.append(say(birch))

    birch.meanwhile = once
    with pytest.raises(work.Later):
        drain.drain(store.pk)
    assert states() == ["waiting"]
    drain.drain(store.pk)
    assert birch.asked == ["product 1", "product 1"]
    assert states() == ["done"]


def test_an_id_that_does_not_repeat_is_a_duplicate(birch: Birch) -> None:
    store, _ = cast_birch.store()
    assert say(birch, may_repeat=False) == Taken.TAKEN
    drain.drain(store.pk)
    assert say(birch, may_repeat=False) == Taken.DUPLICATE
    drain.drain(store.pk)
    assert birch.asked == ["product 1"]


def test_what_is_done_at_the_door_is_done_once(birch: Birch) -> None:
    cast_birch.store()
    left_at = datetime.now(UTC)
    assert say(birch, EventKind.UNINSTALLED, left_at) == Taken.TAKEN
    assert say(birch, EventKind.UNINSTALLED, left_at) == Taken.DUPLICATE


def test_what_comes_again_after_the_store_left_stays_a_duplicate(birch: Birch) -> None:
    store, _ = cast_birch.store()
    say(birch)
    drain.drain(store.pk)
    store.refresh_from_db()
    store.state = "quarantined"
    store.save()
    assert say(birch) == Taken.DUPLICATE
    assert states() == ["done"]
