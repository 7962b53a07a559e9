"""A page without cookies and without a proof in its address: what opens it, how often, and until when."""

import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from time_machine import travel

from connectors import configured, people, tickets
from connectors.errors import Unverified
from connectors.models import Person, SpentProof, Store, StoreState, Ticket
from connectors.platforms import PLATFORMS
from connectors.platforms.opening import Person as Visitor
from connectors.vault import StoreKey
from tests import cast
from tests.pages.acme import SETTINGS, SHOP, Acme
from tests.pages.reading import read

Installed = tuple[Store, StoreKey]
pytestmark = pytest.mark.django_db
FRAME = "frame-ancestors https://cedar.acme.example https://admin.acme.example"


def admitted(client: Client, proof: str = "once-1", **query: str) -> str:
    """Come in by a proof that is good once, and return the address that the browser is sent to."""
    answer = client.get("/acme/load", {"proof": proof} | query)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def bearer_of(answer: Any) -> str:
    (found,) = [
        each for each in read(answer.content).all("meta") if each.attributes.get("name") == "minta-bearer"
    ]
    return found.attributes["content"] or ""


def refresh_of(answer: Any) -> str:
    (found,) = [each for each in read(answer.content).all("a") if each.text == "Refresh"]
    return found.attributes["href"] or ""


def fetched(client: Client, bearer: str, platform: str = "acme") -> Any:
    return client.get(f"/{platform}/", headers={"Authorization": f"Bearer {bearer}"})


class TestTheWayIn:
    """A proof, a redirect away from it, a page."""

    def test_the_browser_is_sent_away_from_the_address_that_holds_the_proof(self, client: Client) -> None:
        answer = client.get("/acme/load?proof=once-1")
        assert answer.status_code == 302
        assert re.fullmatch(r"/acme/\?ticket=[A-Za-z0-9_-]{43}", answer.headers["Location"])
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies

    def test_the_ticket_shows_the_page_in_the_platforms_frame(self, client: Client) -> None:
        answer = client.get(admitted(client))
        assert answer.status_code == 200
        assert b"What Minta holds" in answer.content
        assert FRAME in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert not answer.cookies

    def test_the_platform_is_not_shown_the_ticket(self, client: Client, acme: Acme) -> None:
        address = admitted(client)
        acme.arrivals.clear()
        client.get(address)
        client.get("/acme/load?ticket=none&proof=good")
        assert acme.arrivals == []

    def test_nothing_of_a_ticket_stands_in_clear(self, client: Client) -> None:
        text = admitted(client).partition("=")[2]
        ticket = Ticket.objects.get()
        assert text.encode() not in bytes(ticket.digest) + bytes(ticket.sealed)
        assert SHOP.encode() not in bytes(ticket.sealed)


class TestOnce:
    """What is good one time is good one time."""

    def test_a_second_use_of_a_ticket_says_what_to_do_in_the_frame(self, client: Client) -> None:
        address = admitted(client)
        client.get(address)
        answer = client.get(address)
        assert answer.status_code == 401
        assert b"Open Minta again" in answer.content
        assert b"What Minta holds" not in answer.content
        assert FRAME in answer.headers["Content-Security-Policy"]

    def test_a_ticket_ends_after_a_minute(self, client: Client) -> None:
        with travel("2026-11-23T12:00:00Z", tick=False) as clock:
            address = admitted(client)
            clock.shift(61)
            assert client.get(address).status_code == 401

    @pytest.mark.parametrize(
        "ticket", ["", "x", "é", "x" * 5000, "\ud800".encode("utf-8", "replace").decode()]
    )
    def test_a_ticket_that_was_never_given_opens_nothing(self, client: Client, ticket: str) -> None:
        answer = client.get("/acme/", {"ticket": ticket})
        assert answer.status_code == 401
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

    def test_a_proof_that_is_good_once_is_refused_the_second_time(self, client: Client) -> None:
        admitted(client)
        answer = client.get("/acme/load?proof=once-1")
        assert answer.status_code == 401
        assert b"Open Minta again" in answer.content
        assert Ticket.objects.count() == 1
        assert b"once-1" not in bytes(SpentProof.objects.get().fingerprint)

    def test_another_proof_is_another(self, client: Client) -> None:
        admitted(client, "once-1")
        admitted(client, "once-2")
        assert Ticket.objects.count() == 2

    def test_a_failure_of_ours_that_may_pass_does_not_spend_the_proof(
        self, client: Client, settings: Any
    ) -> None:
        admitted(client, "once-1")
        good = settings.KEYSTORE_PATH.read_bytes()
        settings.KEYSTORE_PATH.write_bytes(b"no database of keys" * 400)
        assert client.get("/acme/load?proof=once-2").status_code == 503
        settings.KEYSTORE_PATH.write_bytes(good)
        admitted(client, "once-2")

    def test_what_is_over_is_swept_and_nothing_else(self, client: Client) -> None:
        admitted(client)
        now = timezone.now()
        assert tickets.sweep(now) == 0
        assert tickets.sweep(now + tickets.SESSION * 2) == 1
        assert tickets.sweep(now + tickets.PROOF_MEMORY * 2) == 1
        assert not Ticket.objects.exists()
        assert not SpentProof.objects.exists()


class TestThePage:
    """It goes on by a bearer for its fetches and a ticket for its next load, for an hour and no longer."""

    def test_a_fetch_with_the_bearer_gets_the_page(self, client: Client, acme: Acme) -> None:
        bearer = bearer_of(client.get(admitted(client)))
        acme.arrivals.clear()
        assert bearer.startswith("mt1.")
        assert re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", bearer)
        answer = fetched(client, bearer)
        assert answer.status_code == 200
        assert b"What Minta holds" in answer.content
        assert acme.arrivals == []

    def test_the_page_can_be_loaded_again(self, client: Client) -> None:
        first = client.get(admitted(client))
        second = client.get(refresh_of(first))
        assert second.status_code == 200
        assert client.get(refresh_of(first)).status_code == 401
        assert client.get(refresh_of(second)).status_code == 200

    def test_loading_again_does_not_make_the_hour_longer(self, client: Client) -> None:
        with travel("2026-11-23T12:00:00Z", tick=False) as clock:
            page = client.get(admitted(client))
            clock.shift(3000)
            page = client.get(refresh_of(page))
            assert fetched(client, bearer_of(page)).status_code == 200
            clock.shift(601)
            assert client.get(refresh_of(page)).status_code == 401
            assert fetched(client, bearer_of(page)).status_code == 401

    def test_it_ends_with_the_install(self, client: Client) -> None:
        page = client.get(admitted(client))
        assert client.get("/acme/gone?signed=good&id=1").status_code == 200
        assert not Ticket.objects.exists()
        assert client.get(refresh_of(page)).status_code == 401
        assert fetched(client, bearer_of(page)).status_code == 401

    def test_it_does_not_outlive_its_install_into_the_next(self, client: Client) -> None:
        page = client.get(admitted(client))
        client.get("/acme/gone?signed=good&id=1")
        admitted(client, "once-2")
        assert Store.objects.get().state == StoreState.ACTIVE
        assert fetched(client, bearer_of(page)).status_code == 401

    def test_it_ends_with_its_person_and_no_other(self, client: Client) -> None:
        first = client.get(admitted(client, "once-1", person="7"))
        other = client.get(admitted(client, "once-2", person="8"))
        assert client.get("/acme/left?signed=good&id=1&person=7").status_code == 200
        assert client.get(refresh_of(first)).status_code == 401
        assert fetched(client, bearer_of(first)).status_code == 401
        assert fetched(client, bearer_of(other)).status_code == 200
        admitted(client, "once-3", person="7")
        assert fetched(client, bearer_of(first)).status_code == 401

    def test_a_page_on_the_platforms_own_proof_has_no_bearer(self, client: Client) -> None:
        answer = client.get("/acme/?proof=good")
        assert b"minta-bearer" not in answer.content
        assert refresh_of(answer) == ""

    @pytest.mark.parametrize(
        "change", ["last letter", "another salt", "another prefix", "nothing", "no text"]
    )
    def test_a_bearer_that_we_did_not_sign_opens_nothing(self, client: Client, change: str) -> None:
        bearer = bearer_of(client.get(admitted(client)))
        ref = Store.objects.get().ref
        forged = {
            "last letter": bearer[:-2] + ("AA" if bearer[-2:] != "AA" else "BB"),
            "another salt": "mt1."
            + signing.Signer(salt="x", sep=".").sign_object(["acme", ref, 1, SHOP, None, 9**11]),
            "another prefix": bearer.replace("mt1.", "mt2.", 1),
            "nothing": "mt1.",
            "no text": "mt1.\xff.\xfe",
        }[change]
        assert fetched(client, forged).status_code == 401


class TestOthers:
    """A ticket or bearer of one platform or store opens no other."""

    @pytest.fixture
    def birch(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Acme:
        """Another platform."""
        platform = Acme()
        platform.name = "birch"
        settings.PLATFORMS = {**settings.PLATFORMS, "birch": SETTINGS}
        monkeypatch.setitem(PLATFORMS, "birch", platform)
        return platform

    def test_another_platforms_ticket_opens_nothing_and_is_not_spent(
        self, client: Client, birch: Acme
    ) -> None:
        address = admitted(client)
        assert client.get(address.replace("/acme/", "/birch/")).status_code == 401
        assert client.get(address).status_code == 200

    def test_another_platforms_bearer_opens_nothing(self, client: Client, birch: Acme) -> None:
        bearer = bearer_of(client.get(admitted(client)))
        assert fetched(client, bearer, "birch").status_code == 401

    def test_a_bearer_shows_its_own_store(self, client: Client) -> None:
        other, key = cast.store("other.acme.example", epoch=3)
        cast.keep(other, key, cast.store_info(name="Another"))
        assert b"Another" not in fetched(client, bearer_of(client.get(admitted(client)))).content


class TestPeople:
    """Who has come is known by a keyed fingerprint, and by nothing else."""

    def test_who_comes_is_written_down_once(self, client: Client) -> None:
        admitted(client, "once-1", person="7", owner="1")
        admitted(client, "once-2", person="7")
        admitted(client, "once-3", person="8")
        assert list(Person.objects.order_by("pk").values_list("owner", flat=True)) == [False, False]

    def test_the_owner_is_known(self, client: Client) -> None:
        admitted(client, "once-1", person="7", owner="1")
        assert Person.objects.get().owner

    def test_the_platforms_id_of_them_is_not_held(self, installed: Installed) -> None:
        store, key = installed
        person = people.seen(store, Visitor("person-4711"), timezone.now(), timezone.now())
        assert bytes(person.fingerprint) == key.fingerprint("person", "person-4711")
        assert b"4711" not in bytes(person.fingerprint)
        assert bytes(person.fingerprint) != configured.finder().fingerprint("person", "person-4711")

    def test_nobody_is_written_down_for_a_store_that_has_left(self, installed: Installed) -> None:
        store, _ = installed
        Store.objects.update(state=StoreState.QUARANTINED)
        with pytest.raises(Exception, match="quarantined"):
            people.seen(store, Visitor("7"), timezone.now(), timezone.now())
        assert not Person.objects.exists()

    def test_a_session_of_nobody_lasts_as_long_as_the_store(self, installed: Installed) -> None:
        now = timezone.now()
        bearer = tickets.bearer(tickets.begin(installed[0], SHOP, None, now))
        assert tickets.read_bearer("acme", bearer, now).store == installed[0]
        Store.objects.update(state=StoreState.QUARANTINED)
        with pytest.raises(Unverified):
            tickets.read_bearer("acme", bearer, now)
