"""Customers' requests: done where they arrive or not acknowledged at all, and done for good."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from connectors import bars, configured, erase, inbox, rows
from connectors.customers import Answer
from connectors.errors import MintaError
from connectors.inbox import Taken
from connectors.models import Bar, Delivery, Duty, Receipt, Report, Row, Store, StoreState
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Delivery as Inbound
from connectors.vault import StoreKey
from tests import cast

pytestmark = pytest.mark.django_db
SHOP = {"shop_id": 548380009, "shop_domain": "cedar.myshopify.com"}


def redaction(*sales: int, webhook_id: str = "r-1") -> Inbound:
    body = SHOP | {"customer": {"id": 1, "email": "ada@example.com"}, "orders_to_redact": list(sales)}
    return cast.delivery("customers/redact", body, webhook_id=webhook_id)


def request(*sales: int, number: int = 9999, webhook_id: str = "q-1") -> Inbound:
    asked = {"orders_requested": list(sales), "data_request": {"id": number}}
    body = SHOP | {"customer": {"id": 1, "email": "ada@example.com"}} | asked
    return cast.delivery("customers/data_request", body, webhook_id=webhook_id)


def receive(delivery: Inbound) -> Taken:
    return inbox.receive(PLATFORMS["shopify"], delivery, datetime.now(UTC))


def answers(key: StoreKey) -> dict[str, set[str]]:
    """Return which sales each report shows."""
    found = [key.recall("report", str(each.duty_id), each.sealed, Answer) for each in Report.objects.all()]
    return {each.request_id: {sale.sale_id for sale in each.sales_held} for each in found}


def assert_nothing_was_taken() -> None:
    for model in (Delivery, Duty, Receipt, Report, Bar):
        assert not model._default_manager.exists()
    assert Row.objects.filter(kind="sale", sealed__isnull=False).count() == 2


@pytest.fixture
def selling() -> tuple[Store, StoreKey]:
    """A store that holds two sales."""
    store, key = cast.store()
    cast.keep(store, key, cast.sale(5), cast.sale(6))
    return store, key


def test_a_redaction_also_cuts_the_sales_out_of_earlier_answers(selling: tuple[Store, StoreKey]) -> None:
    _store, key = selling
    receive(request(5, 6, number=1, webhook_id="q-1"))
    receive(request(6, number=2, webhook_id="q-2"))
    other = bytes(Report.objects.get(duty__counts__rows=1).sealed)
    assert receive(redaction(5)) == Taken.TAKEN
    assert answers(key) == {"1": {"6"}, "2": {"6"}}
    assert bytes(Report.objects.get(duty__counts__rows=1).sealed) == other
    assert Duty.objects.get(kind=Duty.ERASE_SALES).counts == {"named": 1, "rows": 1, "reports": 1}
    assert '"reports":1' in Receipt.objects.get().body.replace(" ", "")


def test_an_answer_after_a_redaction_does_not_show_its_sales(selling: tuple[Store, StoreKey]) -> None:
    receive(redaction(5))
    receive(request(5, 6))
    assert answers(selling[1]) == {"9999": {"6"}}


def test_a_damaged_answer_holds_up_no_redaction(selling: tuple[Store, StoreKey]) -> None:
    receive(request(5, number=1, webhook_id="q-1"))
    Report.objects.update(sealed=b"damaged")
    receive(request(5, 6, number=2, webhook_id="q-2"))
    assert receive(redaction(5)) == Taken.TAKEN
    assert answers(selling[1]) == {"2": {"6"}}


@pytest.mark.parametrize("make", [redaction, request], ids=["redaction", "request"])
def test_the_same_delivery_twice_is_one_duty(
    selling: tuple[Store, StoreKey], make: Callable[..., Inbound]
) -> None:
    assert [receive(make(5)), receive(make(5))] == [Taken.TAKEN, Taken.DUPLICATE]
    assert Duty.objects.count() == 1
    assert Receipt.objects.count() + Report.objects.count() == 1


def ruin(path: Path) -> Callable[[], object]:
    """Let the disk answer with rubbish; returns what mends it."""
    whole = path.read_bytes()
    path.write_bytes(b"rubbish" * 1000)
    return lambda: path.write_bytes(whole)


def take_away(path: Path) -> Callable[[], object]:
    """Let the disk be away; returns what mends it."""
    path.rename(path.with_suffix(".away"))
    return lambda: path.with_suffix(".away").rename(path)


@pytest.mark.parametrize("spoil", [ruin, take_away])
@pytest.mark.parametrize("make", [redaction, request], ids=["redaction", "request"])
def test_a_key_store_that_fails_leaves_nothing_and_the_next_try_does_it(
    selling: tuple[Store, StoreKey],
    settings: Any,
    make: Callable[..., Inbound],
    spoil: Callable[[Path], Callable[[], object]],
) -> None:
    assert receive(cast.delivery("themes/publish", {"id": 1})) == Taken.IGNORED
    mend = spoil(settings.KEYSTORE_PATH)
    for _ in range(2):
        with pytest.raises(MintaError) as raised:
            receive(make(5))
        assert raised.value.status >= 500  # so that the platform comes again
        assert_nothing_was_taken()
    mend()
    assert receive(make(5)) == Taken.TAKEN
    assert Duty.objects.get().state == "done"
    assert Receipt.objects.count() + Report.objects.count() == 1


@pytest.mark.usefixtures("selling")
def test_a_busy_key_store_is_waited_for(settings: Any) -> None:
    holding = sqlite3.connect(settings.KEYSTORE_PATH, isolation_level=None, check_same_thread=False)
    holding.execute("BEGIN EXCLUSIVE")
    freed = threading.Event()

    def free() -> None:
        freed.set()
        holding.execute("COMMIT")

    timer = threading.Timer(0.5, free)
    timer.start()
    assert receive(redaction(5)) == Taken.TAKEN
    assert freed.is_set()
    timer.join()
    holding.close()
    assert Receipt.objects.count() == 1


def test_a_redaction_in_quarantine_holds_after_the_merchant_has_come_back(
    selling: tuple[Store, StoreKey],
) -> None:
    store, _ = selling
    receive(cast.delivery("app/uninstalled", {"id": 548380009}, webhook_id="u-1"))
    assert receive(redaction(5)) == Taken.TAKEN
    duty = Duty.objects.get()
    assert (duty.kind, duty.cause, duty.due_at <= datetime.now(UTC)) == (Duty.ERASE_STORE, "redact", True)
    erase.carry(duty.pk)
    Store.objects.update(epoch=2, state=StoreState.ACTIVE)
    key = configured.keystore().create(store.ref, 2)
    again = [cast.found(cast.sale(5)), cast.found(cast.sale(6))]
    assert rows.write(store.pk, 2, key, again).barred == 1
    store.refresh_from_db()
    assert [each.record for each in rows.opened(key, rows.of_store(store, "sale"))] == [cast.sale(6)]


def test_a_bar_says_nothing_of_what_it_bars(selling: tuple[Store, StoreKey]) -> None:
    store, key = selling
    other, _ = cast.store("birch.myshopify.com")
    with transaction.atomic():
        bars.bar(store, "sale", ["5"], cast.NOON)
        bars.bar(other, "sale", ["5"], cast.NOON)
    one, two = (bytes(each.fingerprint) for each in Bar.objects.all())
    assert one != two
    assert key.fingerprint("sale", "5") not in (one, two)
