"""Products and offers that named a person: what is held of them goes at once, and is read again."""

from datetime import UTC, datetime

import pytest

from connectors import drain, inbox
from connectors.inbox import Taken
from connectors.models import Bar, Delivery, Duty, Receipt, Row, Store, StoreState
from connectors.platforms.base import Delivery as Inbound
from connectors.platforms.base import Event, EventKind
from connectors.vault import StoreKey
from tests import cast
from tests.verbs import birch as cast_birch
from tests.verbs.birch import SHOP, Birch

pytestmark = pytest.mark.django_db
THEN = datetime(2025, 11, 3, 12, 0, tzinfo=UTC)
OFFER = "DiscountAutomaticNode/1"


@pytest.fixture
def held(birch: Birch) -> tuple[Store, StoreKey]:
    """A store of Birch with two products and an offer."""
    store, key = cast_birch.store()
    cast.keep(store, key, cast.product(1), cast.product(2), cast.offer(1))
    return store, key


def redact(birch: Birch, kind: EventKind, *ids: str) -> Taken:
    birch.said = Event(kind, SHOP, "d-1", "topic", THEN, ids)
    return inbox.receive(birch, Inbound({}, b""), datetime.now(UTC))


def rows_held() -> set[str]:
    return set(Row.objects.filter(sealed__isnull=False).values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("kind", "named", "duty", "left"),
    [
        (EventKind.REDACT_PRODUCTS, ("1", "2", "9"), Duty.ERASE_PRODUCTS, {"offer"}),
        (EventKind.REDACT_OFFERS, (OFFER,), Duty.ERASE_OFFERS, {"product"}),
    ],
)
def test_what_is_held_goes_in_the_transaction_that_acknowledges(
    birch: Birch,
    held: tuple[Store, StoreKey],
    kind: EventKind,
    named: tuple[str, ...],
    duty: str,
    left: set[str],
) -> None:
    assert redact(birch, kind, *named) == Taken.TAKEN
    assert rows_held() == left
    done = Duty.objects.get()
    assert (done.kind, done.state, done.cause) == (duty, "done", "customer")
    assert done.counts == {"named": len(named), "rows": min(len(named), 2)}
    assert Receipt.objects.get().duty == done
    assert birch.asked == []


def test_the_receipt_names_no_id(birch: Birch, held: tuple[Store, StoreKey]) -> None:
    redact(birch, EventKind.REDACT_OFFERS, OFFER)
    assert "DiscountAutomaticNode" not in Receipt.objects.get().body
    assert b"DiscountAutomaticNode" not in bytes(Delivery.objects.get().sealed or b"")


def test_what_the_platform_shows_now_comes_back(birch: Birch, held: tuple[Store, StoreKey]) -> None:
    store, key = held
    redact(birch, EventKind.REDACT_PRODUCTS, "1", "2")
    birch.things["1"] = cast.found(cast.product(1, title="Without the name"))
    drain.drain(store.pk)
    assert birch.asked == ["product 1", "product 2"]
    (back,) = Row.objects.filter(kind="product", sealed__isnull=False)
    assert bytes(back.fingerprint) == key.fingerprint("product", "1")
    assert not Bar.objects.exists()
    assert Delivery.objects.get().state == "done"


def test_in_quarantine_the_whole_store_is_erased_now(birch: Birch, held: tuple[Store, StoreKey]) -> None:
    birch.said = Event(EventKind.UNINSTALLED, SHOP, "d-0", "topic", datetime.now(UTC))
    inbox.receive(birch, Inbound({}, b""), datetime.now(UTC))
    assert redact(birch, EventKind.REDACT_PRODUCTS, "1") == Taken.TAKEN
    duty = Duty.objects.get()
    assert (duty.kind, duty.cause) == (Duty.ERASE_STORE, "redact")
    assert duty.due_at <= datetime.now(UTC)
    assert Store.objects.get().state == StoreState.QUARANTINED
