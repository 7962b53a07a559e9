"""What a platform calls by GET is a delivery: verified, written down, acknowledged, and never a redirect."""

import pytest
from django.test import Client
from django.utils import timezone

from connectors import tickets
from connectors.models import Delivery, Duty, Person, Store, StoreState
from connectors.vault import StoreKey
from tests.pages.acme import SHOP, Acme

Installed = tuple[Store, StoreKey]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/acme/gone", "/acme/gone/"])
def test_a_callback_is_taken(client: Client, installed: Installed, path: str) -> None:
    answer = client.get(f"{path}?signed=good&id=1")
    assert (answer.status_code, answer.content) == (200, b"taken\n")
    assert Store.objects.get().state == StoreState.QUARANTINED
    assert Duty.objects.get().cause == "uninstalled"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_same_callback_again_is_acknowledged(client: Client, installed: Installed) -> None:
    client.get("/acme/gone?signed=good&id=1")
    assert client.get("/acme/gone?signed=good&id=1").content == b"duplicate\n"
    assert Delivery.objects.count() == 1


def test_a_callback_that_cannot_be_verified_changes_nothing(client: Client, installed: Installed) -> None:
    answer = client.get("/acme/gone?signed=bad&id=1")
    assert (answer.status_code, answer.content) == (401, b"unverified\n")
    assert Store.objects.get().state == StoreState.ACTIVE
    assert not Delivery.objects.exists()


def test_no_person_is_let_in_there(client: Client, acme: Acme) -> None:
    assert client.get("/acme/gone?proof=good").status_code == 401
    assert acme.arrivals == []
    assert not Store.objects.exists()


@pytest.mark.parametrize("method", ["head", "post", "put", "options"])
def test_no_other_method_acts(client: Client, installed: Installed, method: str) -> None:
    assert getattr(client, method)("/acme/gone?signed=good&id=1").status_code == 405
    assert Store.objects.get().state == StoreState.ACTIVE


def test_a_path_below_or_beside_is_none(client: Client, installed: Installed, acme: Acme) -> None:
    for path in ("gone/deeper", "gones", "Gone"):
        client.get(f"/acme/{path}?signed=good&id=1")
    assert Store.objects.get().state == StoreState.ACTIVE
    assert len(acme.arrivals) == 3


def test_a_callback_of_an_unknown_store_is_acknowledged_and_leaves_nothing(client: Client) -> None:
    answer = client.get("/acme/gone?signed=good&id=1")
    assert (answer.status_code, answer.content) == (200, b"unknown\n")
    assert not Store.objects.exists()


def test_who_was_removed_is_forgotten(client: Client, installed: Installed) -> None:
    client.get("/acme/load?proof=once-1&person=7")
    client.get("/acme/load?proof=once-2&person=8")
    assert client.get("/acme/left?signed=good&id=1&person=7").status_code == 200
    assert Person.objects.count() == 1
    assert Delivery.objects.get().sealed is None


class TestAProofIsGoodForOneThing:
    """One that does not say what it is for serves what it came to first, and nothing else."""

    @pytest.mark.parametrize("callback", ["gone", "left"])
    def test_what_opened_a_page_ends_nothing(
        self, client: Client, installed: Installed, callback: str
    ) -> None:
        assert client.get("/acme/load?proof=once-1").status_code == 302
        answer = client.get(f"/acme/{callback}?signed=good&id=once-1")
        assert (answer.status_code, answer.content) == (401, b"unverified\n")
        assert Store.objects.get().state == StoreState.ACTIVE
        assert Person.objects.count() == 1
        assert not Delivery.objects.exists()
        assert not Duty.objects.exists()

    def test_what_removed_a_person_opens_no_page(self, client: Client, installed: Installed) -> None:
        assert client.get("/acme/left?signed=good&id=once-1&person=8").status_code == 200
        assert client.get("/acme/load?proof=once-1&person=9").status_code == 401
        assert not Person.objects.exists()

    def test_what_removed_a_person_ends_no_store(self, client: Client, installed: Installed) -> None:
        assert client.get("/acme/left?signed=good&id=once-1").status_code == 200
        assert client.get("/acme/gone?signed=good&id=once-1").status_code == 401
        assert Store.objects.get().state == StoreState.ACTIVE

    def test_what_ended_a_store_may_come_again_when_the_delivery_is_forgotten(
        self, client: Client, installed: Installed
    ) -> None:
        assert client.get("/acme/gone?signed=good&id=once-1").status_code == 200
        Delivery.objects.all().delete()
        assert client.get("/acme/gone?signed=good&id=once-1").status_code == 200

    def test_a_proof_that_opened_nothing_in_passing_may_still_be_a_callbacks(
        self, client: Client, installed: Installed
    ) -> None:
        tickets.spend_proof("acme", SHOP, "once-1", timezone.now())
        tickets.give_back_proof("acme", SHOP, "once-1")
        assert client.get("/acme/gone?signed=good&id=once-1").status_code == 200
