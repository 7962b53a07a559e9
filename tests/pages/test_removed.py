"""Who was removed, or whose store has left, does not come in again by a proof from before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from connectors import erase, people, tickets
from connectors.errors import Unverified
from connectors.models import Person, Removal, Store, StoreState, Ticket
from connectors.platforms.opening import Person as Visitor
from connectors.vault import StoreKey
from tests.pages.acme import SHOP

Installed = tuple[Store, StoreKey]
pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Any:
    with travel(NOON, tick=False) as stopped:
        yield stopped


def load(client: Client, proof: str, made: datetime, person: str = "7") -> int:
    asked = {"proof": proof, "person": person, "made": f"{made.timestamp():.0f}"}
    return client.get("/acme/load", asked).status_code


def remove(client: Client, name: str = "1", person: str = "7") -> None:
    assert client.get(f"/acme/left?signed=good&id={name}&person={person}").status_code == 200


class TestRemoved:
    """A person whose access the merchant took away."""

    def test_an_unused_proof_from_before_opens_nothing(
        self, client: Client, installed: Installed, clock: Any
    ) -> None:
        assert load(client, "once-1", NOON) == 302
        clock.shift(60)
        remove(client)
        clock.shift(60)
        assert load(client, "once-2", NOON + timedelta(seconds=30)) == 401
        assert not Ticket.objects.exists()
        assert not Person.objects.exists()

    def test_nor_does_that_of_one_who_has_never_come(
        self, client: Client, installed: Installed, clock: Any
    ) -> None:
        clock.shift(60)
        remove(client)
        assert load(client, "once-1", NOON) == 401

    def test_one_of_the_same_second_cannot_be_told_from_one_before(
        self, client: Client, installed: Installed, clock: Any
    ) -> None:
        clock.shift(0.5)
        remove(client)
        assert load(client, "once-1", NOON) == 401

    def test_a_proof_from_after_it_opens_the_page_again(
        self, client: Client, installed: Installed, clock: Any
    ) -> None:
        remove(client)
        clock.shift(60)
        assert load(client, "once-1", NOON + timedelta(seconds=30)) == 302

    def test_others_are_not_meant(self, client: Client, installed: Installed, clock: Any) -> None:
        clock.shift(60)
        remove(client)
        assert load(client, "once-1", NOON, person="8") == 302

    def test_it_is_known_by_a_keyed_fingerprint_alone_and_for_as_long_as_a_proof(
        self, client: Client, installed: Installed, clock: Any
    ) -> None:
        _, key = installed
        remove(client, person="person-4711")
        assert bytes(Removal.objects.get().fingerprint) == key.fingerprint("person", "person-4711")
        tickets.sweep(NOON + tickets.PROOF_MEMORY - timedelta(seconds=1))
        assert Removal.objects.exists()
        tickets.sweep(NOON + tickets.PROOF_MEMORY + timedelta(seconds=2))
        assert not Removal.objects.exists()

    def test_it_goes_with_the_store(self, client: Client, installed: Installed) -> None:
        remove(client)
        assert client.get("/acme/gone?signed=good&id=2").status_code == 200
        assert not Removal.objects.exists()

    def test_the_word_of_an_earlier_install_removes_nobody(
        self, client: Client, installed: Installed, clock: Any
    ) -> None:
        Store.objects.update(installed_at=NOON + timedelta(hours=1))
        assert client.get("/acme/left?signed=good&id=1&person=7").content == b"ignored\n"
        assert not Removal.objects.exists()

    def test_no_ticket_is_given_to_who_is_removed_meanwhile(self, installed: Installed) -> None:
        store, _ = installed
        now = timezone.now()
        session = tickets.begin(store, SHOP, people.seen(store, Visitor("7"), now, now), now)
        people.remove(store, ("7",), now)
        with pytest.raises(Unverified):
            tickets.issue(session, now)
        assert not Ticket.objects.exists()


class TestLeft:
    """A store that has left, and come back."""

    def test_an_unused_proof_from_before_opens_nothing_of_the_install_after(
        self, client: Client, installed: Installed, clock: Any
    ) -> None:
        clock.shift(60)
        assert client.get("/acme/gone?signed=good&id=1").status_code == 200
        clock.shift(60)
        assert client.get("/acme/?proof=good").status_code == 200
        store = Store.objects.get()
        assert (store.state, store.epoch) == (StoreState.ACTIVE, 2)
        assert load(client, "once-1", NOON) == 401
        assert load(client, "once-2", NOON + timedelta(seconds=90)) == 302

    @pytest.mark.parametrize("cause", ["operator", "silent", "restored"])
    def test_nor_where_the_platform_did_not_say_that_it_left(
        self, client: Client, installed: Installed, clock: Any, cause: str
    ) -> None:
        clock.shift(60)
        erase.uninstall(installed[0], cause, timezone.now())
        clock.shift(60)
        assert client.get("/acme/?proof=good").status_code == 200
        assert load(client, "once-1", NOON) == 401
