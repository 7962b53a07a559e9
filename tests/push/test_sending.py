"""What is sent, how often it is tried, and when it is given up; to a receiver in a process of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from connectors import copies, feedkeys, push
from connectors.errors import Missing, Refused
from connectors.models import Endpoint, FeedKey, Job, Notice, Store
from connectors.push import endpoints, sending, wire
from connectors.push.endpoints import Made
from connectors.push.notices import EVENTS
from connectors.scopes import scope_of
from connectors.work import Later
from tests import cast
from tests.push.conftest import Receiver

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that only the test moves."""
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def store(cedar: tuple[Store, Any]) -> Store:
    return cedar[0]


def send(made: Made) -> float | None:
    """Send what is due; returns after how many seconds the job wants to be run again."""
    try:
        sending.send(made.endpoint.pk)
    except Later as later:
        return later.seconds
    return None


def notice() -> Notice:
    return Notice.objects.get()


def endpoint() -> Endpoint:
    return Endpoint.objects.get()


def tell(store: Store, subject: str = "1") -> None:
    push.announce("store.installed", store, subject, {})


class TestTaken:
    def test_every_message_verifies_with_the_official_library(
        self, made: Made, receiver: Receiver, store: Store
    ) -> None:
        tell(store)
        push.announce("store.erased", store, "er_1", {"erasure": "er_1"})
        push.announce("video.stale", store, "vd_1", {"video": "vd_1", "reasons": ["price", "gone"]})
        push.announce("store.paused", store, "1", {})
        push.announce("store.resumed", store, "2", {})
        push.announce_change(store, 7)
        new = endpoints.rotate(made.endpoint.ref, NOW)
        assert send(made) is None
        assert len(receiver.received) == len(EVENTS)
        for message in receiver.received:
            message.verify(made.secret)
            message.verify(new.secret)
            assert message.seconds == int(NOW.timestamp())
            assert message.headers["Content-Type"] == "application/json"
            assert message.path == "/hook?of=cedar"
        assert [each.said["type"] for each in receiver.received] == sorted(EVENTS, key=order)

    def test_what_was_taken_is_not_sent_again(self, made: Made, receiver: Receiver, store: Store) -> None:
        tell(store)
        send(made)
        assert send(made) is None
        assert len(receiver.received) == 1
        assert (notice().state, notice().delivered_at, notice().last_result) == ("delivered", NOW, "204")


def order(event: str) -> int:
    told = ["store.installed", "store.erased", "video.stale", "store.paused", "store.resumed", "feed.changed"]
    return told.index(event)


class TestCut:
    """The stores of a key were cut after something of them was written down for it."""

    def cut(self, made: Made) -> None:
        FeedKey.objects.filter(pk=made.endpoint.key_id).update(all_stores=False)

    def test_what_a_key_may_not_hear_any_more_is_not_sent_and_holds_up_nothing(
        self, made: Made, receiver: Receiver, store: Store
    ) -> None:
        other, _ = cast.store("birch.myshopify.com")
        tell(store)
        push.announce_change(store, 7)
        push.announce("store.erased", store, "er_1", {"erasure": "er_1"})
        tell(other)
        made.endpoint.key.stores.add(other)
        self.cut(made)
        assert send(made) is None
        assert [each.said["data"]["store"] for each in receiver.received] == [other.ref]
        kept = Notice.objects.filter(store_ref=store.ref)
        assert {(each.state, each.attempts, each.last_result) for each in kept} == {
            ("given_up", 0, "not its store any more")
        }
        endpoints.replay(made.endpoint.ref, NOW, since=NOW - DAY)
        send(made)
        assert {each.said["data"]["store"] for each in receiver.received} == {other.ref}

    def test_a_holder_of_copies_is_told_all_the_same_that_the_store_left(
        self, made: Made, receiver: Receiver, store: Store
    ) -> None:
        copies.note(scope_of(made.endpoint.key), [(store.ref, 1)], NOW)
        tell(store)
        push.announce("store.erased", store, "er_1", {"erasure": "er_1"})
        self.cut(made)
        send(made)
        assert [each.said["type"] for each in receiver.received] == ["store.erased"]


class TestTriedAgain:
    def test_every_attempt_has_the_same_id_and_body_and_a_time_of_its_own(
        self, made: Made, receiver: Receiver, store: Store, clock: time_machine.Traveller
    ) -> None:
        receiver.answer(500)
        tell(store)
        for _ in range(4):
            wait = send(made)
            assert wait is not None
            clock.shift(timedelta(seconds=wait, milliseconds=1))  # a float may fall short
        receiver.answer(200)
        assert send(made) is None
        messages = receiver.received
        assert len(messages) == 5
        assert {each.id for each in messages} == {notice().ref}
        assert len({each.body for each in messages}) == 1
        assert len({each.seconds for each in messages}) == 5
        for message in messages:
            message.verify(made.secret)
        assert (notice().state, notice().attempts) == ("delivered", 5)
        assert endpoint().failing_since is None

    def test_the_gaps_grow_for_five_days_and_then_the_endpoint_is_disabled(
        self, made: Made, receiver: Receiver, store: Store, clock: time_machine.Traveller
    ) -> None:
        receiver.answer(500)
        tell(store)
        gaps = []
        while (wait := send(made)) is not None:
            gaps.append(wait)
            clock.shift(timedelta(seconds=wait, milliseconds=1))  # a float may fall short
        wanted = [5, 300, 1800, 7200, 18_000, 36_000, 36_000, *[43_200] * 6]
        for gap, meant in zip(gaps, wanted, strict=False):
            assert 0.9 * meant <= gap <= 1.1 * meant
        assert timezone.now() == pytest.approx(NOW + 5 * DAY, abs=timedelta(seconds=1))
        assert len(receiver.received) == len(gaps) + 1
        assert len(gaps) in (14, 15, 16)
        assert notice().state == "given_up"
        assert endpoint().disabled_at is not None
        assert endpoint().disabled_note == "it failed for 5 days"

    def test_one_success_begins_the_five_days_anew(
        self, made: Made, receiver: Receiver, store: Store, clock: time_machine.Traveller
    ) -> None:
        receiver.answer(500)
        tell(store)
        send(made)
        clock.shift(4 * DAY)
        receiver.answer(200)
        send(made)
        receiver.answer(500)
        tell(store, "2")
        send(made)
        clock.shift(4 * DAY)
        send(made)
        assert endpoint().disabled_at is None

    def test_a_notice_is_given_up_for_itself_where_others_are_taken(
        self, made: Made, receiver: Receiver, store: Store, clock: time_machine.Traveller
    ) -> None:
        receiver.answer(500)
        tell(store)
        send(made)
        Endpoint.objects.update(failing_since=None)  # by a success of another notice
        clock.shift(5 * DAY)
        assert send(made) is None
        assert notice().state == "given_up"
        assert endpoint().disabled_at is None

    def test_gone_disables_at_once(self, made: Made, receiver: Receiver, store: Store) -> None:
        receiver.answer(410)
        tell(store)
        tell(store, "2")
        assert send(made) is None
        assert len(receiver.received) == 1
        assert endpoint().disabled_note == "it answered 410: gone"
        assert set(Notice.objects.values_list("state", flat=True)) == {"given_up"}

    def test_patience_is_for_all_that_waits(
        self, made: Made, receiver: Receiver, store: Store, clock: time_machine.Traveller
    ) -> None:
        receiver.answer(429, Retry_After="600")
        tell(store)
        tell(store, "2")
        assert send(made) == 600
        assert len(receiver.received) == 1
        tell(store, "3")
        assert send(made) == 600
        assert len(receiver.received) == 1
        receiver.answer(200)
        clock.shift(600)
        assert send(made) is None
        assert len(receiver.received) == 4

    def test_an_endpoint_that_goes_on_failing_slowly_is_left_alone_for_longer_than_it_takes(
        self, made: Made, receiver: Receiver, store: Store, clock: time_machine.Traveller
    ) -> None:
        receiver.answer(500, seconds=0.2)
        for number in range(3):
            tell(store, str(number))
        assert send(made) == pytest.approx(5, abs=1)  # it just began to: what is due is tried
        assert len(receiver.received) == 3
        clock.shift(120)
        assert send(made) is not None
        assert len(receiver.received) == 4  # and two more are due
        rests = endpoint().rests_until
        assert rests is not None
        assert rests >= timezone.now() + timedelta(seconds=2)


def test_a_job_lets_others_have_their_turn(
    made: Made, receiver: Receiver, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TURN_SECONDS", 0.0)
    for number in range(3):
        tell(store, str(number))
    assert [send(made), send(made), send(made)] == [0.0, 0.0, None]
    assert len(receiver.received) == 3


class TestMeanwhile:
    """While an attempt is under way, the world goes on."""

    def during(self, monkeypatch: pytest.MonkeyPatch, *deeds: Any) -> None:
        post, left = wire.post, list(deeds)

        def instead(*arguments: Any, **named: Any) -> Any:
            answer = post(*arguments, **named)
            if left:
                left.pop(0)()
            return answer

        monkeypatch.setattr(wire, "post", instead)

    def test_a_change_that_comes_meanwhile_is_sent_next_under_an_id_of_its_own(
        self, made: Made, receiver: Receiver, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.during(monkeypatch, lambda: push.announce_change(store, 9))
        push.announce_change(store, 7)
        assert send(made) is None
        first, second = receiver.received
        assert [each.said["data"]["change"] for each in (first, second)] == [7, 9]
        assert first.id != second.id
        assert (notice().ref, notice().state, notice().subject) == (second.id, "delivered", "9")

    def test_a_change_that_comes_while_it_fails_goes_on_with_the_same_gaps(
        self, made: Made, receiver: Receiver, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        receiver.answer(500)
        self.during(monkeypatch, lambda: push.announce_change(store, 9))
        push.announce_change(store, 7)
        assert send(made) == pytest.approx(5, abs=0.6)
        assert (notice().state, notice().attempts, notice().subject) == ("waiting", 1, "9")
        assert len(receiver.received) == 1

    def test_what_is_disabled_meanwhile_stays_so_and_what_was_taken_is_known(
        self, made: Made, receiver: Receiver, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.during(monkeypatch, lambda: endpoints.disable(made.endpoint.ref, NOW))
        tell(store)
        tell(store, "2")
        assert send(made) is None
        assert len(receiver.received) == 1
        states = Notice.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["delivered", "given_up"]
        assert endpoint().disabled_at == NOW

    def test_what_is_removed_meanwhile_is_gone(
        self, made: Made, receiver: Receiver, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.during(monkeypatch, lambda: endpoints.remove(made.endpoint.ref))
        tell(store)
        assert send(made) is None
        assert not Notice.objects.exists()


class TestNotSent:
    def test_to_a_disabled_endpoint(self, made: Made, receiver: Receiver, store: Store) -> None:
        tell(store)
        endpoints.disable(made.endpoint.ref, NOW)
        assert send(made) is None
        assert receiver.received == []
        assert notice().state == "given_up"

    def test_for_a_key_that_was_revoked_since(self, made: Made, receiver: Receiver, store: Store) -> None:
        tell(store)
        feedkeys.revoke("pipeline", NOW)
        assert send(made) is None
        assert receiver.received == []
        assert endpoint().disabled_note == "its key was revoked"
        with pytest.raises(Refused, match="revoked"):
            endpoints.enable(made.endpoint.ref)

    def test_unsigned(self, made: Made, receiver: Receiver, store: Store) -> None:
        tell(store)
        Endpoint.objects.update(secrets=b"of another installation")
        assert send(made) is None
        assert receiver.received == []
        assert endpoint().disabled_note == "its secrets do not open: rotate them"

    def test_to_an_address_that_has_become_private(
        self, made: Made, receiver: Receiver, store: Store, settings: Any
    ) -> None:
        """What was made while origins could be insecure is not told when they cannot."""
        settings.INSECURE_ORIGINS = False
        tell(store)
        assert send(made) is not None
        assert receiver.received == []
        assert notice().last_result == "address refused"

    def test_to_an_endpoint_that_is_not_there(self, made: Made) -> None:
        endpoints.remove(made.endpoint.ref)
        assert send(made) is None


class TestReplay:
    def test_what_was_told_since_is_sent_again_under_its_id(
        self, made: Made, receiver: Receiver, store: Store, clock: time_machine.Traveller
    ) -> None:
        tell(store)
        send(made)
        clock.shift(HOUR)
        push.announce_change(store, 7)
        tell(store, "2")
        send(made)
        receiver_ids = [each.id for each in receiver.received]
        clock.shift(HOUR)
        since = NOW + timedelta(minutes=30)
        assert endpoints.replay(made.endpoint.ref, timezone.now(), since=since) == 2
        assert send(made) is None
        assert sorted(each.id for each in receiver.received[3:]) == sorted(receiver_ids[1:])

    def test_what_was_given_up_is_tried_from_the_beginning(
        self, made: Made, receiver: Receiver, store: Store, clock: time_machine.Traveller
    ) -> None:
        receiver.answer(410)
        tell(store)
        send(made)
        with pytest.raises(Refused, match="enable"):
            endpoints.replay(made.endpoint.ref, NOW, notice=notice().ref)
        endpoints.enable(made.endpoint.ref)
        assert send(made) is None
        assert len(receiver.received) == 1
        receiver.answer(500)
        clock.shift(10 * DAY)
        assert endpoints.replay(made.endpoint.ref, timezone.now(), notice=notice().ref) == 1
        assert send(made) == pytest.approx(5, abs=0.6)
        assert endpoint().disabled_at is None

    def test_what_waits_is_left_as_it_is(self, made: Made, receiver: Receiver, store: Store) -> None:
        receiver.answer(500)
        tell(store)
        send(made)
        assert endpoints.replay(made.endpoint.ref, NOW, since=NOW - DAY) == 0
        assert notice().attempts == 1

    def test_the_notice_of_another_endpoint_is_as_unknown_as_any(
        self, made: Made, receiver: Receiver, store: Store
    ) -> None:
        other = endpoints.make(receiver.url + "2", "pipeline", [], NOW).endpoint
        tell(store)
        ref = Notice.objects.get(endpoint=other).ref
        for unknown in (ref, "msg_aaaaaaaaaaaaaaaa"):
            with pytest.raises(Missing):
                endpoints.replay(made.endpoint.ref, NOW, notice=unknown)


class TestTending:
    def test_an_endpoint_whose_job_died_is_taken_up(self, made: Made, store: Store) -> None:
        tell(store)
        Job.objects.all().delete()
        endpoints.tend(NOW)
        assert [each.task for each in Job.objects.all()] == ["push.send"]

    def test_one_with_nothing_due_or_disabled_is_not(
        self, made: Made, receiver: Receiver, store: Store
    ) -> None:
        receiver.answer(500)
        tell(store)
        send(made)
        Job.objects.all().delete()
        endpoints.tend(NOW)
        endpoints.disable(made.endpoint.ref, NOW)
        Notice.objects.update(state="waiting")
        endpoints.tend(NOW + DAY)
        assert not Job.objects.exists()

    def test_the_endpoint_of_a_revoked_key_stands_as_disabled_though_nothing_waits_there(
        self, made: Made
    ) -> None:
        feedkeys.make("other", "videos")
        living = endpoints.make("http://127.0.0.1:9/", "other", [], NOW).endpoint
        feedkeys.revoke("pipeline", NOW)
        endpoints.tend(NOW)
        made.endpoint.refresh_from_db()
        living.refresh_from_db()
        assert (made.endpoint.disabled_at, made.endpoint.disabled_note) == (NOW, "its key was revoked")
        assert living.disabled_at is None

    def test_a_notice_that_moves_up_while_old_ones_are_forgotten_is_kept(
        self, made: Made, store: Store
    ) -> None:
        push.announce_change(store, 7)
        Notice.objects.update(state="delivered")
        beside: list[int] = []

        def move_up(execute: Any, sql: str, *rest: Any) -> Any:
            if sql.startswith("DELETE") and not beside:
                beside.append(push.announce_change(store, 8))
            return execute(sql, *rest)

        with connection.execute_wrapper(move_up):
            endpoints.prune(NOW + 31 * DAY)
        assert beside == [1]
        assert (notice().subject, notice().state) == ("8", "waiting")

    def test_old_notices_are_forgotten_and_those_that_wait_are_not(self, made: Made, store: Store) -> None:
        for subject in ("1", "2", "3"):
            tell(store, subject)
        Notice.objects.filter(subject="1").update(state="delivered")
        Notice.objects.filter(subject="2").update(state="given_up")
        assert endpoints.prune(NOW + 29 * DAY) == 0
        assert endpoints.prune(NOW + 31 * DAY) == 2
        assert notice().subject == "3"
