"""Coming back in time: what the platform shows no more goes along, all else is erased as it was owed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from connectors import configured, erase, revive, rows
from connectors.models import Duty, Row, Store, StoreState
from connectors.policy.records import Reported, Sale, StoreInfo
from tests import cast

pytestmark = pytest.mark.django_db
LONG_AGO = datetime.now(UTC) - timedelta(days=90)
REPORTED = Reported(source="shop/update", observed_at=cast.NOON, google_apps_domain="mail.cedar.example")


def leave() -> Duty:
    with transaction.atomic():
        store = Store.objects.select_for_update().get()
        duty = erase.uninstall(store, "uninstalled", datetime.now(UTC))
    erase.put_aside(duty.pk)
    return duty


@pytest.fixture
def left() -> Duty:
    """A store that left, with a sale of long ago, one of now, and what the platform reported of it."""
    store, key = cast.store()
    cast.keep(
        store,
        key,
        cast.store_info(reported=REPORTED),
        cast.product(),
        cast.sale(2, created_at=datetime.now(UTC)),
    )
    cast.keep(store, key, cast.sale(1, created_at=LONG_AGO))
    return leave()


@pytest.fixture
def back(left: Duty) -> Store:
    """The same store, come back."""
    Store.objects.update(epoch=2, state=StoreState.ACTIVE)
    store = Store.objects.get()
    configured.keystore().create(store.ref, 2)
    return store


def held(store: Store, kind: str) -> list[Any]:
    key = configured.keystore().get(store.ref, store.epoch)
    return [each.record for each in rows.opened(key, rows.of_store(store, kind))]


def test_sales_of_long_ago_and_reports_go_along_and_nothing_else(left: Duty, back: Store) -> None:
    revive.carry(left.pk)
    (sale,) = held(back, "sale")
    assert isinstance(sale, Sale)
    assert (sale.sale_id, sale.created_at) == ("1", LONG_AGO)
    (info,) = held(back, "store")
    assert isinstance(info, StoreInfo)
    assert info.reported == REPORTED
    assert held(back, "product") == []


def test_then_the_old_epoch_is_erased_and_its_receipt_counts_what_moved(left: Duty, back: Store) -> None:
    revive.carry(left.pk)
    erase.carry(left.pk)
    left.refresh_from_db()
    assert (left.state, left.counts["moved"], left.counts["rows"]) == ("done", 1, 3)
    assert '"moved":1' in left.receipt.body
    assert configured.keystore().state(back.ref, 1) == "destroyed"
    assert not Row.objects.filter(epoch=1).exclude(kind="gone").exists()
    assert len(held(back, "sale")) == 1


def test_a_second_try_moves_nothing_twice(left: Duty, back: Store) -> None:
    revive.carry(left.pk)
    revive.carry(left.pk)
    erase.carry(left.pk)
    left.refresh_from_db()
    assert left.counts["moved"] == 1
    assert len(held(back, "sale")) == 1


def test_a_store_that_leaves_again_meanwhile_ends_it_without_an_error(left: Duty, back: Store) -> None:
    gone: list[Duty] = []

    def leaves(execute: Any, sql: str, *rest: Any) -> Any:
        if "connectors_row" in sql and not gone:
            gone.append(Duty())
            gone[0] = leave()
        return execute(sql, *rest)

    with connection.execute_wrapper(leaves):
        revive.carry(left.pk)
    assert Store.objects.get().state == StoreState.QUARANTINED
    assert configured.keystore().state(back.ref, 2) == "quarantined"
    erase.carry(left.pk)
    left.refresh_from_db()
    assert left.state == "done"
    assert configured.keystore().state(back.ref, 1) == "destroyed"
    gone[0].refresh_from_db()
    assert gone[0].state == "asked"
