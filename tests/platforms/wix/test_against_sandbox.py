"""The reader against the sandbox: what the site has is what is read, by either catalog, in every way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from connectors.errors import BadAnswer, GrantRevoked, Throttled
from connectors.platforms.base import Found
from connectors.platforms.http import Transport
from connectors.platforms.opening import Credentials, Grant
from connectors.platforms.wix import Wix
from connectors.platforms.wix.auth import enter
from connectors.platforms.wix.budget import Memory
from connectors.platforms.wix.client import Client
from connectors.platforms.wix.reader import WixReader
from connectors.platforms.wix.tokens import exchange
from connectors.policy.records import Product, Record, Sale
from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox
from minta.env import Environment
from tests.platforms.sockets import Clock
from tests.platforms.wix.door import load

KINDS = ("product", "sale", "offer")


@dataclass
class Shop:
    """One site of the sandbox, entered as its owner."""

    sandbox: Sandbox
    credentials: Credentials
    grant: Grant

    @property
    def key(self) -> str:
        """The instance."""
        return self.grant.shop

    def reader(self) -> WixReader:
        """Return a reader whose own pace takes no time."""
        clock = Clock()
        client = Client(self.grant, self.credentials, Transport(), Memory(clock), clock.sleep)
        return WixReader(client)

    def all(self, kind: str, reader: WixReader | None = None) -> dict[str, Record]:
        """Read a kind to its end."""
        reader = reader or self.reader()
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


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(platform="wix", stores="one", orders=130, own={"per_minute": "100000"}) as running:
        yield running


@pytest.fixture(scope="module", params=["V1_CATALOG", "V3_CATALOG"])
def shop(sandbox: Sandbox, request: pytest.FixtureRequest) -> Shop:
    handle = f"reads-{request.param[:2].lower()}"
    key = str(sandbox.create_store(handle, orders=130)["key"])
    sandbox.control(key, "catalog", version=request.param)
    return opened(sandbox, key)


def opened(sandbox: Sandbox, key: str) -> Shop:
    """Install the app and open it as the site's owner does."""
    sandbox.install(key)
    wix = Wix().configure(Environment(sandbox.settings()), insecure=True)
    credentials = Credentials(public_url="http://127.0.0.1:8000", **wix)
    now = datetime.now(UTC)
    given = sandbox.load(key)["parameters"]
    admitted = enter(load(*given.items()), credentials, now)
    assert admitted.proof is not None
    return Shop(sandbox, credentials, exchange(admitted.shop, admitted.proof, credentials, now))


def test_every_product_is_read_and_counted(shop: Shop) -> None:
    there = {str(each["id"]): each for each in shop.sandbox.products(shop.key)}
    found = shop.all("product")
    assert found.keys() == {key for key, each in there.items() if each.get("visible", True)}
    assert shop.reader().count("product") == len(found)
    assert any(isinstance(each, Product) and len(each.variants) > 1 for each in found.values())
    assert any(isinstance(each, Product) and each.pictures for each in found.values())
    for each in found.values():
        assert isinstance(each, Product)
        assert each.variants
        assert all(variant.price > 0 for variant in each.variants)


def test_every_order_that_counts_is_read(shop: Shop) -> None:
    there = {str(each["id"]): each for each in shop.sandbox.orders(shop.key)}
    found = shop.all("sale")
    shown = {key for key, each in there.items() if each["status"] != "INITIALIZED"}
    assert found.keys() == shown
    assert len(found) > 100
    for key, each in found.items():
        assert isinstance(each, Sale)
        assert each.total == Decimal(str(there[key]["total"]))


def test_discount_rules_are_the_offers(shop: Shop) -> None:
    there = [each for each in shop.sandbox.discounts(shop.key) if each["kind"] == "rule"]
    assert there
    assert shop.all("offer").keys() == {str(each["id"]) for each in there}


@pytest.mark.parametrize("kind", KINDS)
def test_one_record_is_what_its_page_holds(shop: Shop, kind: str) -> None:
    for record_id, record in list(shop.all(kind).items())[:3]:
        alone = shop.reader().one(kind, record_id)
        assert alone is not None
        assert alone.record == record


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_changed_since_is_on_its_pages(shop: Shop, kind: str) -> None:
    later = datetime.now(UTC) + timedelta(days=400)
    assert shop.reader().page(kind, later, None).items == ()


def test_a_change_is_read_again(shop: Shop) -> None:
    since = datetime.fromtimestamp(shop.sandbox.now(), UTC)
    changed = shop.sandbox.change_product(shop.key, title="Of another name")
    items = shop.reader().page("product", since, None).items
    names = [
        each.record.title for each in items if isinstance(each, Found) and isinstance(each.record, Product)
    ]
    assert names == ["Of another name"]
    assert [each.id for each in items if isinstance(each, Found)] == [str(changed["id"])]


def test_the_site_itself(shop: Shop) -> None:
    found = shop.reader().store()
    assert found.has_storefront is True
    assert found.primary_location_id is not None
    assert found.address.country_code is not None


def test_no_value_about_a_buyer_comes_with_anything(shop: Shop) -> None:
    held = [shop.reader().store(), *(each for kind in KINDS for each in shop.all(kind).values())]
    text = b"".join(msgspec.json.encode(each) for each in held).decode()
    personal = [value for value in shop.sandbox.personal_values(shop.key) if len(value) > 6]
    assert personal
    assert [value for value in personal if value in text] == []


def test_a_site_that_moves_while_it_is_read_is_read_anew(sandbox: Sandbox) -> None:
    key = str(sandbox.create_store("moves", orders=1, products=150)["key"])
    sandbox.control(key, "catalog", version="V1_CATALOG")
    shop = opened(sandbox, key)
    reader = shop.reader()
    cursor = reader.page("product", None, None).cursor
    assert cursor is not None
    before = shop.all("product").keys()
    sandbox.control(key, "catalog", version="V3_CATALOG")
    with pytest.raises(BadAnswer, match="replaced"):
        reader.page("product", None, cursor)
    assert shop.all("product", reader).keys() == before


def test_a_site_without_stores_is_empty(sandbox: Sandbox) -> None:
    key = str(sandbox.create_store("bare", orders=1, products=1)["key"])
    sandbox.control(key, "catalog", version="STORES_NOT_INSTALLED")
    shop = opened(sandbox, key)
    assert [shop.all(kind) for kind in KINDS] == [{}, {}, {}]
    assert shop.reader().store().has_storefront is False


def test_a_spent_minute_and_a_removed_app_are_told_apart(sandbox: Sandbox) -> None:
    key = str(sandbox.create_store("leaves", orders=1, products=1)["key"])
    shop = opened(sandbox, key)
    sandbox.control(key, "quota/spend")
    with pytest.raises(Throttled):
        shop.reader().store()
    sandbox.uninstall(key)
    with pytest.raises(GrantRevoked):
        Wix().refresh(shop.grant, shop.credentials, datetime.now(UTC))
    sandbox.control(key, "tokens/expire")
    with pytest.raises((GrantRevoked, Throttled)):
        shop.reader().store()
