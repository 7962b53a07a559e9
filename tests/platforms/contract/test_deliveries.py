"""The door for deliveries: what is believed, what each means, and that all else is refused."""

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from connectors.errors import Misconfigured, Refused, Unverified
from connectors.platforms.base import Delivery, Event, EventKind, Platform
from connectors.platforms.opening import Credentials
from tests.platforms.contract.specimens import CANARY, NOW, RIGHT, Made, Signer, Specimens


class Door:
    def __init__(self, specimens: Specimens, platform: Platform, credentials: Credentials) -> None:
        self.specimens, self.platform, self.credentials = specimens, platform, credentials

    def take(self, delivery: Delivery) -> Event:
        return self.platform.verify(delivery, self.credentials, NOW)

    def refuses(self, delivery: Delivery, kind: type[Refused] = Refused) -> None:
        with pytest.raises(kind) as refused:
            self.take(delivery)
        assert CANARY not in str(refused.value)
        assert not [
            value for value in delivery.headers.values() if len(value) > 12 and value in str(refused.value)
        ]

    def survives(self, delivery: Delivery) -> None:
        """Refuse it, or take it as our shop's and nobody else's."""
        try:
            taken = self.take(delivery)
        except Refused as refused:
            said = str(refused)
        else:
            assert taken.shop == self.specimens.shop
            said = repr(taken)
        assert CANARY not in said


@pytest.fixture
def door(specimens: Specimens, platform: Platform, credentials: Credentials) -> Door:
    return Door(specimens, platform, credentials)


def all_of(specimens: Specimens, made: Made = RIGHT) -> list[Delivery]:
    return [specimens.delivery(topic, made) for topic in specimens.topics]


def test_every_topic_becomes_its_event(door: Door) -> None:
    for topic, (kind, ids) in door.specimens.topics.items():
        event = door.take(door.specimens.delivery(topic))
        assert (event.kind, event.ids, event.shop) == (kind, ids, door.specimens.shop), topic
        assert event.delivery_id
        assert event.topic
        assert event.occurred_at is None or event.occurred_at <= NOW


def test_what_a_platform_must_say_is_among_its_topics(door: Door) -> None:
    """A store that leaves, and one thing of each kind that changes, unless it is only ever asked for."""
    kinds = {kind for kind, _ in door.specimens.topics.values()}
    assert EventKind.UNINSTALLED in kinds
    assert kinds & {EventKind.PRODUCT_CHANGED, EventKind.STOCK_CHANGED}


def test_nothing_of_a_body_but_ids_becomes_a_value(door: Door) -> None:
    for delivery in all_of(door.specimens):
        assert CANARY not in repr(msgspec.to_builtins(door.take(delivery)))
        assert CANARY not in repr(door.take(delivery)) + repr(delivery)


def test_a_topic_that_nobody_knows_means_nothing(door: Door) -> None:
    event = door.take(door.specimens.delivery(door.specimens.unknown_topic))
    assert (event.kind, event.shop) == (EventKind.NOTHING, door.specimens.shop)


def test_a_delivery_signed_with_the_secret_of_before_is_believed(door: Door) -> None:
    if door.specimens.delivery_rotates:
        for delivery in all_of(door.specimens, Made(signer=Signer.PREVIOUS)):
            assert door.take(delivery).shop == door.specimens.shop


def test_a_delivery_that_somebody_else_signed_is_refused(door: Door) -> None:
    for delivery in all_of(door.specimens, Made(signer=Signer.FOREIGN)):
        door.refuses(delivery, Unverified)


def test_a_delivery_for_another_app_is_refused(door: Door) -> None:
    if door.specimens.delivery_names_app:
        for delivery in all_of(door.specimens, Made(stranger=True)):
            door.refuses(delivery, Unverified)


def test_a_delivery_past_its_time_is_refused(door: Door) -> None:
    if door.specimens.delivery_life is not None:
        at = NOW - door.specimens.delivery_life - timedelta(minutes=2)
        for delivery in all_of(door.specimens, Made(at=at)):
            door.refuses(delivery, Unverified)


def test_without_any_secret_no_delivery_is_believed(door: Door) -> None:
    own = dict.fromkeys(door.credentials.own, "")
    door.credentials = replace(door.credentials, client_secrets=(), own=own)
    for delivery in all_of(door.specimens):
        # A key that is not set is the operator's fault, and may be said to be.
        with pytest.raises((Unverified, Misconfigured)):
            door.take(delivery)


def test_a_delivery_without_what_proves_it_is_refused(door: Door) -> None:
    for delivery in all_of(door.specimens):
        door.refuses(Delivery({}, b"", delivery.callback))
        if not delivery.callback:
            door.refuses(Delivery(delivery.headers, b"", delivery.callback))
        if delivery.query or len(delivery.headers) > 1:
            door.refuses(replace(delivery, headers={}, query=()))


def test_the_same_delivery_again_has_the_same_id_and_another_has_another(door: Door) -> None:
    for topic in door.specimens.topics:
        first = door.take(door.specimens.delivery(topic)).delivery_id
        assert door.take(door.specimens.delivery(topic)).delivery_id == first
        assert door.take(door.specimens.delivery(topic, RIGHT, 2)).delivery_id != first


def test_a_delivery_about_another_store_is_about_that_store(door: Door) -> None:
    for delivery in all_of(door.specimens, Made(elsewhere=True)):
        assert door.take(delivery).shop == door.specimens.other


def test_a_body_changed_anywhere_is_refused(door: Door) -> None:
    for delivery in all_of(door.specimens):
        body = delivery.body
        # The last bytes may be bits that base64 does not use.
        for at in range(0, max(0, len(body) - 2), max(1, len(body) // 40)):
            if body[at + 1 : at + 2] == b".":
                continue
            twisted = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
            door.refuses(replace(delivery, body=twisted))
        if body:
            door.refuses(replace(delivery, body=body + b" x"))


def test_a_twisted_query_of_a_callback_is_refused(door: Door) -> None:
    for delivery in all_of(door.specimens):
        for name, value in delivery.query:
            rest = tuple(each for each in delivery.query if each[0] != name)
            for other in ("", "a.b.c", value[: len(value) // 2], f"{CANARY}{value}", "\ud800", "[" * 100_000):
                door.refuses(replace(delivery, query=((name, other), *rest)))


@pytest.mark.parametrize(
    "value", ["", " ", "\x00", "é" * 30, "\udc80", CANARY, "A" * 200_000, "v1,", "9" * 400]
)
def test_a_twisted_header_is_refused_or_changes_nothing_of_whose_it_is(door: Door, value: str) -> None:
    for delivery in all_of(door.specimens):
        for name in delivery.headers:
            door.survives(replace(delivery, headers={**delivery.headers, name: value}))


BODIES = {
    "nothing": b"",
    "no JSON": CANARY.encode(),
    "a text": json.dumps(CANARY).encode(),
    "a list": json.dumps([CANARY]).encode(),
    "nothing in it": b"{}",
    "half of it": b'{"id": 1, "' + CANARY.encode(),
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "nested": b"[" * 100_000,
    "nested and closed": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a number without end": b'{"id": ' + b"9" * 5_000 + b"}",
    "no number": b'{"id": NaN}',
    "giant": b'{"x": "' + b"A" * 3_000_000 + b'"}',
    "twice": b'{"id": 1, "id": 2}',
    "nulls": b'{"id": null, "shop": null, "data": null, "producer": null, "at": null}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_signed_body_that_cannot_be_read_is_refused_and_nothing_worse(door: Door, body: bytes) -> None:
    door.survives(door.specimens.signed(body))
