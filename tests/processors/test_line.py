"""What every processor that speaks HTTP keeps to, whatever it is asked and however its server fares."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.errors import BadAnswer, GrantRevoked, MintaError, Throttled, Unavailable
from connectors.processors import PROCESSORS, line
from connectors.processors.base import Copy, Processor, Standing
from minta.env import Environment
from tests.processors.conftest import (
    CANARY,
    COPY,
    LEAVES,
    UNNAMED,
    intercom_setup,
    mailchimp_setup,
    said_nothing,
    salesforce_setup,
)
from tests.processors.servers import Fault, IntercomServer, MailchimpServer, SalesforceServer, Server
from tests.processors.servers.base import Says

pytestmark = pytest.mark.usefixtures("silent")
NAMES = ("salesforce", "intercom", "mailchimp")


@dataclass
class Place:
    """A processor and the server that it speaks to."""

    processor: Processor
    server: Server
    setup: Mapping[str, Any]

    def share(self, leaves: Mapping[str, Any] = LEAVES, copy: Copy = COPY) -> str:
        return self.processor.share(copy, leaves, self.setup)

    def erase(self, copy: Copy = COPY) -> None:
        self.processor.erase(copy, self.setup)

    def confirm(self, copy: Copy = COPY) -> Standing:
        return self.processor.confirm(copy, self.setup)


@pytest.fixture(params=NAMES)
def place(
    request: pytest.FixtureRequest,
    salesforce: SalesforceServer,
    intercom: IntercomServer,
    mailchimp: MailchimpServer,
) -> Place:
    name: str = request.param
    if name == "salesforce":
        return Place(PROCESSORS[name], salesforce, salesforce_setup(salesforce))
    if name == "intercom":
        return Place(PROCESSORS[name], intercom, intercom_setup(intercom))
    return Place(PROCESSORS[name], mailchimp, mailchimp_setup(mailchimp))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "CALL_SECONDS", 0.4)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch, impatient: None) -> None:
    monkeypatch.setattr(line, "CALL_SECONDS", 5.0)
    monkeypatch.setattr(line._TRANSPORT, "_sleep", lambda seconds: None)


def calls(place: Place) -> dict[str, Callable[[], object]]:
    return {"share": place.share, "erase": place.erase, "confirm": place.confirm}


def settled(place: Place) -> None:
    """Erase and let the time pass that a vendor needs."""
    place.erase()
    place.server.wait(days=7)
    assert place.confirm() is Standing.ABSENT
    assert not place.server.holds_anything()


class TestTheWay:
    def test_what_is_shared_is_there_and_after_the_erasure_no_value_of_it_is_anywhere(
        self, place: Place
    ) -> None:
        assert place.confirm() is Standing.ABSENT
        place.share()
        assert place.server.holds("Ada Cedar")
        assert place.confirm() is Standing.PRESENT
        place.erase()
        assert not place.server.holds_anything()
        assert place.confirm() is not Standing.PRESENT
        settled(place)

    def test_a_share_twice_is_one_copy_and_an_erasure_twice_is_fine(self, place: Place) -> None:
        first = place.share()
        assert place.share(copy=Copy(COPY.store, COPY.epoch, first)) == first
        place.erase(Copy(COPY.store, COPY.epoch, first))
        place.erase(Copy(COPY.store, COPY.epoch, first))
        settled(place)

    def test_an_erasure_where_nothing_is_does_nothing(self, place: Place) -> None:
        place.erase()
        assert place.confirm() is Standing.ABSENT

    def test_another_epoch_and_one_whose_number_begins_alike_are_left_alone(self, place: Place) -> None:
        later = Copy(COPY.store, 33)
        place.share({**LEAVES, "StoreInfo.email": "new@cedar.example"}, later)
        place.erase()
        assert place.confirm() is Standing.ABSENT
        assert place.confirm(later) is Standing.PRESENT
        assert place.server.holds("new@cedar.example")

    def test_a_value_that_changes_or_goes_away_is_not_kept(self, place: Place) -> None:
        place.share()
        place.share({**LEAVES, "StoreInfo.owner_name": None})
        assert not place.server.holds("Ada Cedar")
        assert place.server.holds("Cedar.example")
        place.share({**LEAVES, "StoreInfo.owner_name": "Bo Cedar", "StoreInfo.email": "bo@cedar.example"})
        assert place.server.holds("Bo Cedar")
        assert not place.server.holds("Owner@Cedar.example")
        settled(place)

    def test_nothing_but_the_mapped_leaves_leaves(self, place: Place) -> None:
        place.share({**LEAVES, **UNNAMED})
        place.erase()
        assert CANARY.encode() not in place.server.sent()

    def test_a_leaf_that_is_not_given_is_not_sent(self, place: Place) -> None:
        place.share({"StoreInfo.email": LEAVES["StoreInfo.email"]})
        assert b"Ada" not in place.server.sent()
        assert b"Ottawa" not in place.server.sent()

    def test_a_mapping_of_the_settings_is_followed(
        self, salesforce: SalesforceServer, intercom: IntercomServer, mailchimp: MailchimpServer
    ) -> None:
        PROCESSORS["salesforce"].share(
            COPY, LEAVES, salesforce_setup(salesforce, SALESFORCE_FIELDS="StoreInfo.name=City__c")
        )
        assert next(iter(salesforce.records.values())).fields == {"City__c": "Cedar & Sons"}
        PROCESSORS["intercom"].share(
            COPY,
            LEAVES,
            intercom_setup(intercom, INTERCOM_FIELDS="StoreInfo.name=name, StoreInfo.phone=phone"),
        )
        assert intercom.living()[0].fields == {"name": "Cedar & Sons", "phone": "+16135550123"}
        PROCESSORS["mailchimp"].share(
            COPY, LEAVES, mailchimp_setup(mailchimp, MAILCHIMP_FIELDS="StoreInfo.owner_name=LNAME")
        )
        assert next(iter(mailchimp.members.values())).merge_fields == {"LNAME": "Ada Cedar"}


class TestFaults:
    @pytest.mark.parametrize("call", ["share", "erase", "confirm"])
    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (Fault.THROTTLED, Throttled),
            (Fault.BROKEN, Unavailable),
            (Fault.AWAY, Unavailable),
            (Fault.DROPPED, Unavailable),
            (Fault.HALF, Unavailable),
            (Fault.HTML, BadAnswer),
            (Fault.REDIRECT, BadAnswer),
            (Fault.REFUSED, GrantRevoked),
        ],
    )
    def test_a_fault_is_an_error_of_ours_that_says_nothing_of_the_store(
        self, place: Place, call: str, fault: Fault, error: type[MintaError]
    ) -> None:
        remote_id = place.share()
        place.server.always(fault)
        with pytest.raises(error) as caught:
            calls(place)[call]()
        said_nothing(str(caught.value), repr(caught.value), repr(caught.value.__cause__))
        assert caught.value.__cause__ is None or caught.value.__suppress_context__
        place.server.always(Fault.FINE)
        assert place.confirm(Copy(COPY.store, COPY.epoch, remote_id)) is not Standing.ABSENT
        settled(place)

    @pytest.mark.parametrize("call", ["share", "erase", "confirm"])
    def test_a_server_that_says_nothing_is_not_waited_for(self, place: Place, call: str) -> None:
        place.server.slow_seconds = 6.0
        place.server.always(Fault.SLOW)
        began = time.monotonic()
        with pytest.raises(Unavailable):
            calls(place)[call]()
        assert time.monotonic() - began < 4

    def test_all_calls_together_are_bounded(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(line, "ALL_SECONDS", 0.0)
        with pytest.raises(Unavailable):
            place.share()
        assert not place.server.asked

    def test_a_call_that_makes_something_is_sent_once(
        self, intercom: IntercomServer, mailchimp: MailchimpServer, patient: None
    ) -> None:
        for name, server, setup in (
            ("intercom", intercom, intercom_setup(intercom)),
            ("mailchimp", mailchimp, mailchimp_setup(mailchimp)),
        ):
            server.flap(Fault.FINE, *[Fault.AWAY] * 9)
            with pytest.raises(Unavailable):
                PROCESSORS[name].share(COPY, LEAVES, setup)
            assert [each.method for each in server.asked[1:]] == ["POST"]

    def test_a_server_that_fails_every_other_call_is_rid_of_the_copy_at_once(
        self, place: Place, patient: None
    ) -> None:
        remote_id = place.share()
        place.server.flap(*[Fault.AWAY, Fault.FINE] * 20)
        place.erase(Copy(COPY.store, COPY.epoch, remote_id))
        place.server.always(Fault.FINE)
        assert not place.server.holds_anything()

    def test_a_server_that_loses_every_other_answer_is_rid_of_the_copy_at_once(
        self, place: Place, patient: None
    ) -> None:
        remote_id = place.share()
        place.server.flap(*[Fault.LATE, Fault.FINE] * 20)
        place.erase(Copy(COPY.store, COPY.epoch, remote_id))
        settled(place)

    def test_no_redirect_is_followed(self, place: Place) -> None:
        place.server.always(Fault.REDIRECT)
        with pytest.raises(BadAnswer):
            place.share()
        assert not any("elsewhere" in each.path for each in place.server.asked)

    def test_how_long_to_wait_is_what_the_server_says(self, place: Place) -> None:
        place.server.always(Fault.THROTTLED)
        with pytest.raises(Throttled) as caught:
            place.confirm()
        low, high = {"salesforce": (900, 900), "intercom": (4, 7), "mailchimp": (3, 3)}[place.processor.name]
        assert low <= caught.value.wait_seconds <= high

    @pytest.mark.parametrize("cut", range(7))
    def test_a_share_whose_end_is_not_known_is_found_and_erased_by_our_name_alone(
        self, place: Place, cut: int
    ) -> None:
        place.server.flap(*[Fault.FINE] * cut, Fault.LATE, *[Fault.DROPPED] * 20)
        with suppress(Unavailable):
            place.share()
        place.server.always(Fault.FINE)
        settled(place)

    @pytest.mark.parametrize("cut", range(9))
    def test_an_erasure_that_is_cut_off_anywhere_ends_when_it_is_done_again(
        self, place: Place, cut: int
    ) -> None:
        remote_id = place.share()
        known = Copy(COPY.store, COPY.epoch, remote_id)
        place.server.flap(*[Fault.FINE] * cut, Fault.LATE, *[Fault.DROPPED] * 20)
        with suppress(Unavailable):
            place.erase(known)
        place.server.always(Fault.FINE)
        place.erase(known)
        settled(place)

    @pytest.mark.parametrize("cut", range(9))
    def test_a_page_of_somebody_in_between_is_no_blanking_and_no_deletion(
        self, place: Place, cut: int
    ) -> None:
        remote_id = place.share()
        known = Copy(COPY.store, COPY.epoch, remote_id)
        place.server.flap(*[Fault.FINE] * cut, Fault.HTML)
        with suppress(BadAnswer):
            place.erase(known)
        place.server.always(Fault.FINE)
        place.erase(known)
        assert not place.server.holds_anything()
        settled(place)

    @pytest.mark.parametrize("status", [200, 404, 410])
    def test_a_page_is_no_answer_whatever_its_status(
        self, place: Place, monkeypatch: pytest.MonkeyPatch, status: int
    ) -> None:
        remote_id = place.share()
        page = Says(b"<html>", status, {"Content-Type": "text/html; charset=utf-8"})
        monkeypatch.setattr(place.server, "answer", lambda asked: page)
        for call in (place.erase, place.confirm):
            with pytest.raises(BadAnswer):
                call(Copy(COPY.store, COPY.epoch, remote_id))
        assert place.server.holds_anything()


class TestTwoAtOnce:
    def test_two_shares_at_once_are_one_copy(self, place: Place) -> None:
        began = threading.Barrier(4)
        failures: list[MintaError] = []

        def share() -> None:
            began.wait()
            try:
                place.share()
            except MintaError as error:
                failures.append(error)

        threads = [threading.Thread(target=share) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(error.retry for error in failures)
        assert place.server.values().count("Ada Cedar") == 1
        settled(place)

    def test_two_erasures_at_once_leave_nothing(self, place: Place) -> None:
        place.share()
        threads = [threading.Thread(target=place.erase) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        settled(place)


class TestSettings:
    @pytest.mark.parametrize("name", NAMES)
    def test_where_nothing_is_set_every_field_is_empty(self, name: str) -> None:
        assert not any(PROCESSORS[name].configure(Environment({}), insecure=False).values())

    @pytest.mark.parametrize("name", NAMES)
    def test_what_is_required_is_a_field_of_what_is_configured(self, name: str) -> None:
        processor = PROCESSORS[name]
        assert processor.required.keys() <= processor.configure(Environment({}), insecure=False).keys()
        assert processor.name == name

    def test_the_datacentre_is_behind_the_dash_of_the_key(self) -> None:
        told = {"MAILCHIMP_KEY": "0123456789abcdef-us21", "MAILCHIMP_AUDIENCE": "26d8e9db1e"}
        setup = PROCESSORS["mailchimp"].configure(Environment(told), insecure=False)
        assert setup["origin"] == "https://us21.api.mailchimp.com"

    @pytest.mark.parametrize("key", ["0123", "0123-", "0123-us21.evil.example", "0123-us21/x", "a-b-us21#"])
    def test_a_key_that_names_no_datacentre_is_sent_nowhere(self, key: str) -> None:
        told = {"MAILCHIMP_KEY": key, "MAILCHIMP_AUDIENCE": "26d8e9db1e"}
        assert not PROCESSORS["mailchimp"].configure(Environment(told), insecure=False)["origin"]

    @pytest.mark.parametrize("name", NAMES)
    def test_an_address_that_is_not_https_is_refused(self, name: str) -> None:
        told = {f"{name.upper()}_ORIGIN": "http://plain.example"}
        with pytest.raises(Exception, match="is not https"):
            PROCESSORS[name].configure(Environment(told), insecure=False)
