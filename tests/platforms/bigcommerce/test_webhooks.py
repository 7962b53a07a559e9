"""Webhooks: which are believed, how each is known and dated, and what cannot be read."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import Malformed, Unverified
from connectors.platforms.base import Delivery, Event
from connectors.platforms.bigcommerce.webhooks import hook_secret, verify
from connectors.platforms.opening import Credentials
from tests.platforms.bigcommerce.door import (
    CREDENTIALS,
    NOW,
    OTHER,
    PREVIOUS,
    SECRET,
    SHOP,
    delivery,
    signature,
    webhook,
)
from tests.shared import SHARED, needs_shared

SPECS = SHARED / "specs" / "bigcommerce"
PRODUCT = {"type": "product", "id": 205}


def event(scope: str, said: Any = None, **body: Any) -> Event:
    return verify(delivery(webhook(scope, said, **body)), CREDENTIALS, NOW)


def refused(inbound: Delivery, credentials: Credentials = CREDENTIALS, now: datetime = NOW) -> bool:
    try:
        verify(inbound, credentials, now)
    except Unverified:
        return True
    return False


def test_an_event_is_known_by_its_hash_and_dated_by_the_end_of_its_second() -> None:
    found = event("store/product/updated", PRODUCT)
    assert found.delivery_id == "3b6c1d2e9f0a4b5c8d7e6f1a2b3c4d5e6f7a8b9c"
    assert found.may_repeat
    assert found.occurred_at == NOW - timedelta(seconds=20) + timedelta(microseconds=999_999)


@pytest.mark.parametrize("odd", [None, "", "no hash at all", "x" * 129, "\u00e9"])
def test_one_without_a_hash_is_known_by_its_body(odd: str | None) -> None:
    first, again = (event("store/product/updated", PRODUCT, hash=odd) for _ in range(2))
    other = event("store/product/updated", {"type": "product", "id": 206}, hash=odd)
    assert first.delivery_id == again.delivery_id != other.delivery_id
    assert first.delivery_id.startswith("sha256:")


@pytest.mark.parametrize("at", [None, "soon", -1e300, 10**30, ""])
def test_an_event_without_a_time_has_none(at: Any) -> None:
    assert event("store/product/updated", PRODUCT, created_at=at).occurred_at is None


def test_a_time_in_the_future_is_now() -> None:
    assert event("store/app/uninstalled", None, created_at=int(NOW.timestamp()) + 900).occurred_at == NOW


def test_a_change_of_the_store_reports_when_it_was() -> None:
    found = event("store/information/updated", {"type": "store"})
    assert found.reported is not None
    assert found.reported.changed_at == found.occurred_at == found.reported.observed_at
    assert found.reported_fields == {"changed_at"}
    assert event("store/channel/updated", {"type": "channel", "id": 2}).reported is None


# What is believed


def test_every_store_has_a_header_of_its_own() -> None:
    body = webhook("store/app/uninstalled")
    assert not refused(delivery(body))
    assert refused(delivery(body, of=OTHER))
    assert refused(delivery(webhook("store/app/uninstalled", shop=OTHER)))
    assert hook_secret(SECRET, SHOP) != hook_secret(SECRET, OTHER) != hook_secret(PREVIOUS, OTHER)


@pytest.mark.parametrize("header", [None, "", "x", "\u00e9", hook_secret(SECRET, SHOP).upper()])
def test_without_it_nothing_is_believed(header: str | None) -> None:
    body = json.dumps(webhook("store/app/uninstalled")).encode()
    assert refused(delivery(body, x_minta_hook=header))
    assert refused(delivery(body, x_minta_hook=header, **signature(body)))


def test_the_header_of_the_previous_secret_is_good_and_of_an_empty_one_never() -> None:
    body = webhook("store/app/uninstalled")
    assert not refused(delivery(body, secret=PREVIOUS))
    assert refused(delivery(body, secret="not ours"))
    assert refused(delivery(body, secret=""), replace(CREDENTIALS, client_secrets=("",)))


def test_a_store_that_is_none_is_malformed() -> None:
    for producer in ("stores/UPPER", "stores/", "g5cd38", "stores/a/b"):
        with pytest.raises(Malformed):
            event("store/app/uninstalled", None, producer=producer)


@needs_shared
def test_the_vector_of_the_standard_verifies() -> None:
    vector = json.loads((SPECS / "derived" / "webhook-signature-test-vector.json").read_text())
    credentials = replace(CREDENTIALS, client_secrets=(vector["client_secret"],))
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    made = delivery(vector["body"].encode(), of="abc123", secret=vector["client_secret"])
    inbound = replace(made, headers={**made.headers, **{name: vector[name] for name in names}})
    at = datetime.fromtimestamp(int(vector["webhook-timestamp"]), UTC)
    assert verify(inbound, credentials, at).ids == ("250",)
    assert refused(inbound, replace(credentials, client_secrets=(SECRET,)), at)


BODY = json.dumps(webhook("store/product/updated", PRODUCT)).encode()


def test_a_signature_that_is_there_must_be_right() -> None:
    right = signature(BODY)
    assert not refused(delivery(BODY, **right))
    assert not refused(delivery(BODY, **signature(BODY, secret=PREVIOUS)))
    assert refused(delivery(BODY, **signature(BODY + b" ")))
    assert refused(delivery(BODY, **signature(BODY, secret="not ours")))
    assert refused(delivery(BODY, **{**right, "webhook_id": "msg_2"}))
    assert refused(delivery(BODY, **{**right, "webhook_timestamp": str(int(NOW.timestamp()) + 1)}))


@pytest.mark.parametrize("missing", ["webhook_id", "webhook_timestamp", "webhook_signature"])
def test_a_signature_that_is_not_whole_is_none(missing: str) -> None:
    right = signature(BODY)
    assert refused(delivery(BODY, **{name: value for name, value in right.items() if name != missing}))
    assert refused(delivery(BODY, **{**right, missing: ""}))


def test_one_of_several_signatures_is_enough() -> None:
    right = signature(BODY)
    several = f"v1,AAAA v2,BBBB {right['webhook_signature']}"
    assert not refused(delivery(BODY, **{**right, "webhook_signature": several}))
    assert refused(delivery(BODY, **{**right, "webhook_signature": "v1,AAAA v1,BBBB"}))
    bare = right["webhook_signature"].removeprefix("v1,")
    assert refused(delivery(BODY, **{**right, "webhook_signature": bare}))


@pytest.mark.parametrize(
    ("hours", "seconds", "is_refused"), [(0, 0, False), (-48, 0, False), (-50, 0, True), (0, 360, True)]
)
def test_a_signature_may_be_as_old_as_the_last_try_to_deliver(
    hours: int, seconds: int, is_refused: bool
) -> None:
    made = signature(BODY, at=NOW + timedelta(hours=hours, seconds=seconds))
    assert refused(delivery(BODY, **made)) is is_refused


def test_where_signatures_are_asked_for_one_without_is_refused() -> None:
    strict = replace(CREDENTIALS, own={**CREDENTIALS.own, "signed": "1"})
    assert refused(delivery(BODY), strict)
    assert not refused(delivery(BODY, **signature(BODY)), strict)


# What cannot be read


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff" * 10,
        b'{"producer":"stores/g5cd38","scope":"store/\xff"}',
        b"[" * 100_000,
        b'{"producer":"stores/g5cd38"}',
        b'{"producer":7,"scope":"store/app/uninstalled"}',
    ],
)
def test_a_body_that_cannot_be_read_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        verify(delivery(body), CREDENTIALS, NOW)


@pytest.mark.parametrize(
    "said", [None, {}, [], {"id": None}, {"id": "abc"}, {"id": True}, {"id": 1.5}, {"id": -1}, "x"]
)
def test_a_change_of_nothing_is_malformed(said: Any) -> None:
    with pytest.raises(Malformed) as error:
        event("store/product/updated", said)
    assert "abc" not in str(error.value)


@pytest.mark.parametrize("scope", ["", "store product", "x" * 129])
def test_a_scope_that_is_none_is_malformed(scope: str) -> None:
    with pytest.raises(Malformed):
        event(scope)
