"""A customer's redaction reaches exports: what may hold the customer's sale cannot be had any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from connectors import customers, work
from connectors.errors import Missing
from connectors.exports import asking, contents, making, opening
from connectors.models import Duty, Export, ExportPart, ExportState, Receipt, Store
from connectors.platforms.base import Event, EventKind
from connectors.vault import StoreKey
from tests import cast
from tests.exports.reading import made, opened, unpacked

pytestmark = pytest.mark.django_db


@pytest.fixture
def selling() -> tuple[Store, StoreKey]:
    """A store that holds two sales and a product."""
    store, key = cast.store()
    cast.keep(store, key, cast.store_info(), cast.product(), cast.sale(5), cast.sale(6))
    return store, key


def redact(store: Store, *sales: str) -> None:
    now = timezone.now()
    customers.redact_sales(store, sales, now, now)


def redact_product(store: Store) -> None:
    now = timezone.now()
    event = Event(EventKind.REDACT_PRODUCTS, "cedar.myshopify.com", "d1", "products", now, ids=("1",))
    customers.redact_things(store, event, now, now)


@pytest.mark.parametrize("removed", [lambda store: redact(store, "5"), redact_product])
def test_an_export_of_before_is_gone_and_the_receipt_counts_it(
    selling: tuple[Store, StoreKey], removed: Callable[[Store], None]
) -> None:
    store = selling[0]
    export = made(store)
    assert opened(export)
    removed(store)
    with pytest.raises(Missing):
        opening.download(store, export.ref, timezone.now())
    assert asking.newest(store, timezone.now()) is None
    assert Duty.objects.get().counts["exports"] == 1
    assert '"exports":1' in Receipt.objects.get().body
    work.engine().drain()
    assert not Export.objects.exists()
    assert not ExportPart.objects.exists()


def test_a_download_that_is_under_way_ends(selling: tuple[Store, StoreKey]) -> None:
    store = selling[0]
    export = made(store)
    download = opening.download(store, export.ref, timezone.now())
    redact(store, "5")
    with pytest.raises(opening.Stopped):
        b"".join(download.read(0, download.size_bytes))


def test_an_export_that_is_being_made_is_made_anew_without_the_sale(
    selling: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = selling[0]
    export = asking.ask(store, timezone.now())
    write = contents.write

    def redacted_meanwhile(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        redact(store, "5")

    with monkeypatch.context() as patch:
        patch.setattr(contents, "write", redacted_meanwhile)
        making.make(export.pk)
    export.refresh_from_db()
    assert (export.state, Duty.objects.get().counts["exports"]) == (ExportState.WAITING, 1)
    work.engine().drain()
    export.refresh_from_db()
    assert export.state == ExportState.READY
    assert set(ExportPart.objects.values_list("attempt", flat=True)) == {export.attempt}
    files = unpacked(opened(export))
    sales = next(content for name, content in files.items() if name.endswith("sale.jsonl"))
    assert b'"6"' in sales
    assert b'"5"' not in sales


def test_one_that_waits_is_not_touched_and_other_stores_keep_theirs(selling: tuple[Store, StoreKey]) -> None:
    store = selling[0]
    other, key = cast.store("birch.myshopify.com")
    cast.keep(other, key, cast.store_info(), cast.sale(5))
    theirs = made(other)
    waiting = asking.ask(store, timezone.now())
    redact(store, "5")
    waiting.refresh_from_db()
    assert waiting.state == ExportState.WAITING
    assert "exports" not in Duty.objects.get().counts
    assert opened(theirs)
    later = timezone.now() + timedelta(hours=1)
    assert asking.sweep(later) == 0
    assert opened(theirs)
