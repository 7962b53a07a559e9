"""The reader against the sandbox: one store, read in every way there is, is one store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest

from connectors.errors import GrantRevoked, StoreClosed
from connectors.platforms.base import ExportState, Found, Unreadable
from connectors.platforms.shopify.reader import ShopifyReader
from connectors.platforms.shopify.tokens import GrantedToken, exchange
from connectors.policy.records import Product, Record
from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox
from tests.platforms.shopify.bulkfiles import MemorySpool
from tests.platforms.shopify.door import CREDENTIALS, SECRET

HANDLE = "minta-reader"
SHOP = f"{HANDLE}.myshopify.com"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(stores=HANDLE, client_id=CREDENTIALS.client_id, client_secret=SECRET) as running:
        running.install(SHOP)
        running.change_shop(SHOP, restore_rate=2000)
        yield running


@pytest.fixture
def reader(sandbox: Sandbox) -> ShopifyReader:
    return reader_of(sandbox, SHOP)


def reader_of(sandbox: Sandbox, shop: str) -> ShopifyReader:
    credentials = replace(CREDENTIALS, origin=sandbox.shopify_origin)
    grant = exchange(shop, sandbox.id_token(shop), credentials, datetime.now(UTC))
    return ShopifyReader(shop, GrantedToken(grant), grant.scopes, credentials)


def by_pages(reader: ShopifyReader, kind: str) -> dict[str, Record]:
    found: dict[str, Record] = {}
    cursor = None
    while True:
        page = reader.page(kind, None, cursor)
        for each in page.items:
            assert isinstance(each, Found), each
            found[each.id] = each.record
        cursor = page.cursor
        if cursor is None:
            return found


def by_export(reader: ShopifyReader, kind: str) -> list[Found | Unreadable]:
    export_id = reader.start_export(kind)
    for _ in range(200):
        export = reader.export(export_id)
        if export.state != ExportState.RUNNING:
            break
        sleep(0.05)
    assert export.state == ExportState.READY
    spool = MemorySpool()
    reader.download(export, spool)
    found = list(reader.exported(kind, spool, 0))
    assert len(found) == export.roots
    return found


def settled(record: Record) -> Record:
    """Return a record without the order of its pictures, which a shuffled file does not tell."""
    if isinstance(record, Product):
        return replace(record, pictures=tuple(sorted(record.pictures, key=lambda each: each.url)))
    return record


@pytest.mark.parametrize("parent", ["node", "nearest"])
@pytest.mark.parametrize("order", ["grouped", "breadth_first", "shuffled"])
@pytest.mark.parametrize("kind", ["product", "sale"])
def test_an_export_holds_what_the_pages_hold(
    sandbox: Sandbox, reader: ShopifyReader, kind: str, order: str, parent: str
) -> None:
    sandbox.bulk(order=order, parent=parent)
    exported = {each.id: settled(each.record) for each in by_export(reader, kind) if isinstance(each, Found)}
    assert exported == {key: settled(record) for key, record in by_pages(reader, kind).items()}
    assert exported


@pytest.mark.parametrize("kind", ["product", "sale", "offer"])
def test_one_record_is_what_its_page_holds(reader: ShopifyReader, kind: str) -> None:
    for record_id, record in list(by_pages(reader, kind).items())[:3]:
        alone = reader.one(kind, record_id)
        assert alone is not None
        assert alone.record == record


def test_the_store_is_read_without_what_no_query_offers(sandbox: Sandbox, reader: ShopifyReader) -> None:
    found = reader.store()
    assert (found.domain, found.store_id) == (SHOP, sandbox.store(SHOP)["number"])
    assert (found.reported, found.payments_account) == (None, None)
    assert found.primary_location_id is not None
    assert reader.served_version is None


def test_only_what_changed_since_is_on_its_pages(sandbox: Sandbox, reader: ShopifyReader) -> None:
    since = datetime.now(UTC)
    assert reader.page("product", since + timedelta(hours=1), None).items == ()
    sandbox.change_product(SHOP, title="Of another name")
    (changed,) = reader.page("product", since, None).items
    assert isinstance(changed, Found)
    assert isinstance(changed.record, Product)
    assert changed.record.title == "Of another name"


def test_a_throttled_store_is_waited_for(sandbox: Sandbox, reader: ShopifyReader) -> None:
    sandbox.drain_bucket(SHOP)
    assert reader.store().domain == SHOP


def test_no_value_about_a_customer_comes_with_anything(sandbox: Sandbox, reader: ShopifyReader) -> None:
    sandbox.bulk(order="grouped", parent="node")
    personal = sandbox.personal_values(SHOP)
    assert personal
    spool = MemorySpool()
    export_id = reader.start_export("sale")
    while (export := reader.export(export_id)).state == ExportState.RUNNING:
        sleep(0.05)
    reader.download(export, spool)
    content = spool.content.decode()
    assert [value for value in personal if len(value) > 6 and value in content] == []


def test_a_dead_token_and_a_closed_store_are_told_apart(sandbox: Sandbox, reader: ShopifyReader) -> None:
    sandbox.expire_tokens(SHOP)
    with pytest.raises(GrantRevoked):
        reader.store()
    closed = str(sandbox.create_store("minta-closed", orders=1, products=1)["domain"])
    sandbox.install(closed)
    other = reader_of(sandbox, closed)
    sandbox.change_shop(closed, closed_with_status=402)
    with pytest.raises(StoreClosed):
        other.store()
