"""The platform against the sandbox: from the install to the last page, and until the merchant leaves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.errors import GrantRevoked, Unavailable, Unverified
from connectors.platforms.base import Found
from connectors.platforms.bigcommerce.auth import enter
from connectors.platforms.bigcommerce.reader import BigCommerceReader
from connectors.platforms.bigcommerce.topics import HOOKS
from connectors.platforms.opening import Admitted, Arrival, Credentials
from connectors.policy.records import Product, Sale
from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox
from tests.platforms.bigcommerce.api import everything
from tests.platforms.bigcommerce.door import CREDENTIALS, SECRET

HANDLE = "minta-reader"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(
        platform="bigcommerce",
        app_url=CREDENTIALS.public_url,
        stores=HANDLE,
        orders=130,
        client_id=CREDENTIALS.client_id,
        client_secret=SECRET,
        own={"quota": "100000"},
    ) as running:
        yield running


def credentials_of(sandbox: Sandbox) -> Credentials:
    settings = sandbox.settings()
    login = settings["BIGCOMMERCE_LOGIN_ORIGIN"]
    return replace(CREDENTIALS, origin=settings["BIGCOMMERCE_API_ORIGIN"], own={"login_origin": login})


def opened(sandbox: Sandbox, shop: str, credentials: Credentials) -> Admitted:
    """Open the app as the control panel does: at its first time that is an install."""
    address = urlsplit(str(sandbox.load(shop)["url"]))
    path = address.path.removeprefix("/bigcommerce/")
    outcome = enter(Arrival(path, tuple(parse_qsl(address.query))), credentials, datetime.now(UTC))
    assert isinstance(outcome, Admitted)
    return outcome


def reader_of(admitted: Admitted, credentials: Credentials) -> BigCommerceReader:
    assert admitted.grant is not None
    return BigCommerceReader(admitted.grant, credentials)


def found(reader: BigCommerceReader, kind: str, since: datetime | None = None) -> dict[str, Found]:
    kept: dict[str, Found] = {}
    for each in everything(reader, kind, since):
        assert isinstance(each, Found), each
        kept[each.id] = each
    return kept


def test_a_store_is_installed_read_and_left(sandbox: Sandbox) -> None:
    credentials = credentials_of(sandbox)
    admitted = opened(sandbox, HANDLE, credentials)
    reader = reader_of(admitted, credentials)
    assert admitted.person is not None
    assert reader.store().store_id == admitted.shop
    counts = sandbox.install(HANDLE)["counts"]
    reader = reader_of(opened_again(sandbox, admitted, credentials), credentials)
    whole = {kind: found(reader, kind) for kind in ("product", "sale", "offer")}
    assert len(whole["product"]) == counts["products"] == reader.count("product")
    assert len(whole["sale"]) == counts["visible_orders"] == reader.count("sale")
    assert len(whole["offer"]) == counts["discounts"]
    for kind, records in whole.items():
        for record_id in list(records)[:5]:
            again = reader.one(kind, record_id)
            assert again is not None
            assert again.record == records[record_id].record
    _read_increments(reader, whole)
    assert reader.subscribe() == len(HOOKS)
    assert reader.subscribe() == 0
    sandbox.uninstall(HANDLE)
    with pytest.raises(GrantRevoked):
        reader.store()


def opened_again(sandbox: Sandbox, before: Admitted, credentials: Credentials) -> Admitted:
    """A second opening proves the same store, and brings no grant: the one there is stays good."""
    again = opened(sandbox, HANDLE, credentials)
    assert (again.shop, again.grant) == (before.shop, None)
    assert again.once
    granted = sandbox.install(HANDLE)
    assert before.grant is not None
    return replace(before, grant=replace(before.grant, access_token=granted["token"]))


def _read_increments(reader: BigCommerceReader, whole: dict[str, dict[str, Found]]) -> None:
    for kind in ("product", "sale"):
        versions = sorted(each.version for each in whole[kind].values())
        since = versions[len(versions) // 2]
        newer = {record_id for record_id, each in whole[kind].items() if each.version >= since}
        assert set(found(reader, kind, since)) == newer


def test_records_hold_what_they_are_made_of(sandbox: Sandbox) -> None:
    credentials = credentials_of(sandbox)
    shop = str(sandbox.create_store("minta-records", orders=40)["key"])
    reader = reader_of(opened(sandbox, shop, credentials), credentials)
    products = [each.record for each in found(reader, "product").values()]
    assert all(isinstance(each, Product) and each.variants for each in products)
    assert any(isinstance(each, Product) and each.vendor and each.pictures and each.url for each in products)
    sold = {line.product_id for each in found(reader, "sale").values() for line in _lines(each.record)}
    assert sold & {each.product_id for each in products if isinstance(each, Product)}


def _lines(record: Any) -> Any:
    assert isinstance(record, Sale)
    return record.lines


def test_a_store_that_was_cancelled_is_away(sandbox: Sandbox) -> None:
    credentials = credentials_of(sandbox)
    shop = str(sandbox.create_store("minta-cancelled", orders=1)["key"])
    reader = reader_of(opened(sandbox, shop, credentials), credentials)
    sandbox.control(shop, "cancel")
    with pytest.raises(Unavailable):
        reader.store()


def test_a_payload_of_another_app_is_refused_there_too(sandbox: Sandbox) -> None:
    credentials = credentials_of(sandbox)
    shop = str(sandbox.create_store("minta-other-app", orders=1)["key"])
    opened(sandbox, shop, credentials)
    with pytest.raises(Unverified):
        opened(sandbox, shop, replace(credentials, client_secrets=("another-secret-0123456789abcdef0123",)))
