"""A fourth platform through the generic verbs: install, sync, webhook, uninstall, erasure, receipt.

Acme is a folder and one line; whatever else it needed would be a fault of the house.
"""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from connectors import configured, install, receipts, rows, work
from connectors.errors import KeyGone
from connectors.models import Delivery, Grant, Receipt, Row, RunState, Store, StoreState
from connectors.models import Run as RunRow
from connectors.policy.records import Record
from tests.journeys import searched
from tests.journeys.served import served
from tests.platforms import acme_shops
from tests.platforms.acme import Acme
from tests.platforms.acme_server import CLIENT_ID, PREVIOUS, SECRET, AcmeServer, Shop, pass_for, signed, told
from tests.platforms.playing import Playing
from tests.platforms.plugging import plug_in

pytestmark = pytest.mark.django_db(transaction=True)

SOON = timedelta(minutes=30)


@dataclass
class Town:
    """Acme with two stores, the app, and a merchant's browser."""

    acme: AcmeServer
    playing: Playing
    app_url: str

    def open(self, name: str = "cedar", **proof: Any) -> requests.Response:
        shown = {"pass": pass_for(name, datetime.now(UTC), **proof)}
        return requests.get(f"{self.app_url}/acme/", params=shown, timeout=60)

    def tell(self, topic: str, *ids: int, shop: str = "cedar", **changed: Any) -> int:
        store = self.shop(shop).store["id"]
        headers, raw = signed(told(shop, store, topic, list(ids), datetime.now(UTC), **changed))
        answer = requests.post(f"{self.app_url}/webhooks/acme/", raw, headers=headers, timeout=60)
        return answer.status_code

    def settle(self) -> None:
        while work.engine().drain(datetime.now(UTC) + SOON).total:
            pass

    def come(self, name: str = "cedar") -> "Town":
        assert self.open(name).status_code == 200
        self.settle()
        return self

    def shop(self, name: str = "cedar") -> Shop:
        return self.acme.shops[name]

    def store(self, name: str = "cedar") -> Store:
        found = install.find("acme", name)
        assert found is not None
        return found

    def held(self, kind: str, name: str = "cedar") -> dict[str, Record]:
        store = self.store(name)
        key = configured.keystore().get(store.ref, store.epoch)
        opened = rows.opened(key, rows.of_store(store, kind))
        return {str(getattr(each.record, f"{kind}_id")): each.record for each in opened}


@pytest.fixture(scope="module")
def app_url() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def town(
    transactional_db: None, app_url: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.PUBLIC_URL = app_url
    acme = AcmeServer(acme_shops.shop("cedar", 7001), acme_shops.shop("birch", 7002, goods=1))
    with Playing(acme.answer) as playing:
        variables = {
            "ACME_CLIENT_ID": CLIENT_ID,
            "ACME_CLIENT_SECRET": f"{SECRET},{PREVIOUS}",
            "ACME_API_ORIGIN": playing.address,
        }
        plug_in(Acme(), variables, settings, monkeypatch)
        yield Town(acme, playing, app_url)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def titles(found: dict[str, Record]) -> dict[str, str]:
    return {each: str(getattr(record, "title", "")) for each, record in found.items()}


def test_a_merchant_comes_stays_leaves_and_is_erased(town: Town, settings: Any) -> None:
    page = town.open()
    assert page.status_code == 200
    assert "frame-ancestors https://admin.acme.example" in page.headers["Content-Security-Policy"]
    assert "Acme" in page.text
    assert "Shopify" not in page.text
    town.settle()
    assert town.store().state == StoreState.ACTIVE
    assert titles(town.held("product")) == {str(each["id"]): each["title"] for each in town.shop().goods}
    assert set(town.held("sale")) == {"501", "502", "503"}
    assert set(town.held("offer")) == {"801", "802"}
    assert getattr(town.held("store")["7001"], "name", "") == "Cedar & Sons"
    assert {run.state for run in RunRow.objects.all()} == {RunState.DONE}

    town.shop().goods[0]["title"] = "A paddle of oak"
    town.shop().goods[0]["changed"] = datetime.now(UTC).isoformat()
    del town.shop().goods[1]
    assert town.tell("good.changed", 1) == 200
    assert town.tell("good.removed", 2) == 200
    assert town.tell("order.erase", 501) == 200
    town.settle()
    assert titles(town.held("product")) == {"1": "A paddle of oak", "3": "Cedar paddle 3"}
    assert set(town.held("sale")) == {"502", "503"}

    town.acme.uninstall("cedar")
    assert town.tell("app.removed") == 200
    assert town.store().state == StoreState.QUARANTINED
    assert not Grant.objects.exists()
    asked = len(town.playing.asked)
    assert town.tell("store.erase") == 200
    town.settle()
    assert len(town.playing.asked) == asked
    assert town.store().state == StoreState.ERASED
    assert not Row.objects.filter(sealed__isnull=False).exists()
    with pytest.raises(KeyGone):
        configured.keystore().get(town.store().ref, 1)
    for each in Receipt.objects.all():
        text = receipts.compose(each.body, each.signature)
        assert receipts.verify(text, configured.signer().public_key_text)
    assert Receipt.objects.count() == 2


def test_a_second_store_notices_nothing(town: Town) -> None:
    town.come("cedar").come("birch")
    birch = titles(town.held("product", "birch"))
    assert town.tell("store.erase", shop="cedar") == 200
    assert town.tell("good.removed", 1, shop="cedar") == 200
    town.settle()
    assert (town.store("cedar").state, town.store("birch").state) == (StoreState.ERASED, StoreState.ACTIVE)
    assert titles(town.held("product", "birch")) == birch == {"1": "Birch paddle 1"}


def test_a_forged_pass_and_a_forged_delivery_change_nothing(town: Town) -> None:
    assert town.open(secret="of somebody else").status_code == 401
    assert not Store.objects.exists()
    town.come()
    headers, raw = signed(
        told("cedar", 7001, "store.erase", [], datetime.now(UTC)), secret="of somebody else"
    )
    answer = requests.post(f"{town.app_url}/webhooks/acme/", raw, headers=headers, timeout=60)
    assert answer.status_code == 401
    assert town.tell("store.erase", store=7002) == 401  # a number that is another store's
    town.settle()
    assert town.store().state == StoreState.ACTIVE
    assert not Delivery.objects.exists()


def test_a_delivery_that_comes_twice_is_taken_once(town: Town) -> None:
    town.come()
    for _ in range(2):
        assert town.tell("good.changed", 1, id="the same") == 200
    assert Delivery.objects.count() == 1


def test_a_token_that_ran_out_is_refreshed_and_one_that_died_asks_for_the_merchant(town: Town) -> None:
    town.come()
    town.shop().tokens.clear()
    assert town.tell("good.changed", 1) == 200
    town.settle()
    assert Delivery.objects.get().state == "done"
    town.acme.uninstall("cedar")
    assert town.tell("good.changed", 2) == 200
    town.settle()
    assert town.store().state == StoreState.REAUTH
    town.come()
    assert town.store().state == StoreState.ACTIVE


def test_nothing_of_the_store_stands_in_clear_and_nothing_of_a_buyer_anywhere(
    town: Town, log: io.StringIO
) -> None:
    town.come()
    town.tell("order.changed", 501, customer=acme_shops.CANARY)
    town.tell("good.changed", 1)
    town.settle()
    town.tell("good.changed", 3)
    values = {each["title"] for each in town.shop().goods} | {"Cedar & Sons", "owner@cedar.example", "cedar"}
    values |= {*town.shop().tokens, *town.shop().renewals, acme_shops.CANARY}
    assert len(values) > 8
    assert searched.found(searched.everything(log.getvalue()), values) == []
    kept = [msgspec.to_builtins(each) for kind in ("product", "sale") for each in town.held(kind).values()]
    assert acme_shops.CANARY not in str(kept)
    assert "paddle" in str(kept)
