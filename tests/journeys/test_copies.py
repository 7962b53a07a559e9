"""The pipeline's copies, over HTTP: who read is asked when the merchant leaves, and waited for."""

import json
from typing import Any

import pytest
import requests
from django.utils import timezone

from connectors import erase, feedkeys, revive
from connectors.models import Duty, FeedCopy, Receipt, StoreState
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


class Reader:
    """Somebody with a key of the feed, and nothing else."""

    def __init__(self, url: str, name: str, purpose: str = "videos") -> None:
        self._url = f"{url}/feed/v1"
        self._headers = {"Authorization": f"Bearer {feedkeys.make(name, purpose).token}"}

    def ask(self, method: str, address: str) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, f"{self._url}/{address}", headers=self._headers, timeout=60)

    def read(self, address: str = "changes") -> Any:
        answer = self.ask("GET", address)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def to_confirm(self) -> list[str]:
        return [each["erasure"] for each in self.read("erasures")["erasures"]]

    def confirm(self, erasure: str) -> int:
        return self.ask("POST", f"erasures/{erasure}/confirm").status_code


def receipt() -> Any:
    return json.loads(Receipt.objects.get().body)


def test_the_receipt_comes_when_everyone_who_read_has_confirmed_and_not_before(
    merchant: Merchant, app_url: str
) -> None:
    merchant.come()
    films, idle = Reader(app_url, "films"), Reader(app_url, "idle")
    accounts = Reader(app_url, "accounts", "account")
    assert len(films.read()["changes"]) > 4
    assert [each["kind"] for each in accounts.read()["changes"]] == ["store"]
    merchant.leave()
    (gone,) = films.read()["changes"]
    assert idle.to_confirm() == []
    assert films.to_confirm() == accounts.to_confirm() == [gone["erasure"]]
    assert films.confirm(gone["erasure"]) == 200
    merchant.sandbox.advance(hours=49)
    merchant.settle()
    assert merchant.store.state == StoreState.ERASED
    assert not Receipt.objects.exists()
    assert idle.confirm(gone["erasure"]) == 404
    assert accounts.confirm(gone["erasure"]) == 200
    merchant.settle()
    assert receipt()["copies"] == {"keys": 2, "confirmed": 2, "by_operator": 0}
    assert films.confirm(gone["erasure"]) == accounts.confirm(gone["erasure"]) == 200
    merchant.settle()
    assert Receipt.objects.count() == 1


def test_who_comes_back_is_read_again_while_the_time_before_waits(merchant: Merchant, app_url: str) -> None:
    merchant.come()
    films = Reader(app_url, "films")
    films.read()
    merchant.leave()
    merchant.come()
    assert revive.clean(merchant.store, timezone.now()) == 1
    merchant.settle()
    (before,) = films.to_confirm()
    assert {each["epoch"] for each in films.read()["changes"] if not each["gone"]} == {2}
    assert Duty.objects.get().state == "sent"
    assert films.confirm(before) == 200
    merchant.settle()
    assert receipt()["epoch"] == 1
    assert merchant.store.state == StoreState.ACTIVE
    assert set(FeedCopy.objects.values_list("epoch", "confirmed_by")) == {(1, "key"), (2, "")}
    merchant.leave()
    erase.hasten(Duty.objects.latest("pk").pk)
    merchant.settle()
    (again,) = films.to_confirm()
    assert again != before
    assert films.confirm(again) == 200
    merchant.settle()
    assert Receipt.objects.count() == 2
