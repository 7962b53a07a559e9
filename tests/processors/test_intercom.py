"""Intercom: conflicts, archives, and the grace of a deleted contact."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.errors import BadAnswer, GrantRevoked, Refused
from connectors.policy.sharing import GIVEN
from connectors.processors.base import Copy, Standing
from connectors.processors.intercom import Intercom, Merged
from tests.processors.conftest import COPY, LEAVES, intercom_setup, said_nothing
from tests.processors.servers import Fault, IntercomServer, Says

pytestmark = pytest.mark.usefixtures("silent")
here = Intercom()
EMAIL = str(LEAVES["StoreInfo.email"])


@pytest.fixture
def setup(intercom: IntercomServer) -> Mapping[str, Any]:
    return intercom_setup(intercom)


class TestSharing:
    def test_a_contact_has_the_mapped_leaves_and_our_name(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        remote_id = here.share(COPY, LEAVES, setup)
        contact = intercom.contacts[remote_id]
        assert contact.external_id == COPY.name
        assert contact.fields == {"name": "Ada Cedar", "email": EMAIL, "phone": "+16135550123"}
        assert contact.attributes == {"store_name": "Cedar & Sons", "store_domain": "cedar.example"}

    def test_the_default_mapping_has_all_that_the_register_gives_intercom(
        self, setup: Mapping[str, Any]
    ) -> None:
        assert set(setup["fields"]) == set(GIVEN[here.title].leaves)

    def test_another_contact_with_the_address_is_neither_taken_over_nor_shown(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        other = intercom.add("somebody-else", email=EMAIL, name="Somebody Else")
        with pytest.raises(Refused) as caught:
            here.share(COPY, LEAVES, setup)
        said_nothing(str(caught.value))
        assert other.id not in str(caught.value)
        assert other.fields["name"] == "Somebody Else"
        here.erase(COPY, setup)
        assert intercom.living() == [other]

    def test_an_address_that_changes_to_that_of_another_contact_is_refused(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        intercom.add("somebody-else", email="taken@cedar.example")
        with pytest.raises(Refused):
            here.share(COPY, {**LEAVES, "StoreInfo.email": "taken@cedar.example"}, setup)

    def test_our_own_archived_contact_comes_out_of_the_archive(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        contact = intercom.contacts[here.share(COPY, LEAVES, setup)]
        contact.archived = True
        assert here.share(COPY, {**LEAVES, "StoreInfo.phone": "+1"}, setup) == contact.id
        assert not contact.archived
        assert contact.fields["phone"] == "+1"

    def test_an_attribute_that_the_workspace_lacks_is_named_by_code_alone(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        intercom.attributes.clear()
        with pytest.raises(BadAnswer, match="parameter_invalid"):
            here.share(COPY, LEAVES, setup)

    def test_a_wrong_token_is_an_error_that_does_not_show_it(self, intercom: IntercomServer) -> None:
        with pytest.raises(GrantRevoked) as caught:
            here.share(COPY, LEAVES, intercom_setup(intercom, INTERCOM_TOKEN="another-token"))
        assert "another-token" not in str(caught.value)

    def test_every_call_names_the_version(self, intercom: IntercomServer, setup: Mapping[str, Any]) -> None:
        here.share(COPY, LEAVES, setup)
        here.erase(COPY, setup)
        assert {each.headers["intercom-version"] for each in intercom.asked} == {"2.14"}


class TestErasing:
    def test_in_the_grace_of_seven_days_nothing_of_the_merchant_is_left(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        contact = intercom.contacts[here.share(COPY, LEAVES, setup)]
        here.erase(COPY, setup)
        assert contact.deleted_at
        assert intercom.contacts
        assert not intercom.holds_anything()
        intercom.wait(days=7)
        assert not intercom.contacts

    def test_an_archived_contact_is_seen_and_erased_by_its_id(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        remote_id = here.share(COPY, LEAVES, setup)
        intercom.contacts[remote_id].archived = True
        known = Copy(COPY.store, COPY.epoch, remote_id)
        assert here.confirm(known, setup) is Standing.PRESENT
        here.erase(known, setup)
        assert here.confirm(known, setup) is Standing.ABSENT
        assert intercom.contacts[remote_id].deleted_at

    def test_a_workspace_that_keeps_its_fields_filled_does_not_stop_an_erasure(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        intercom.clears = False
        here.erase(COPY, setup)
        assert here.confirm(COPY, setup) is Standing.ABSENT
        intercom.wait(days=7)
        assert not intercom.holds_anything()

    def test_a_contact_of_the_known_id_that_is_not_ours_is_left_alone(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        other = intercom.add("somebody-else", email=EMAIL)
        known = Copy(COPY.store, COPY.epoch, other.id)
        assert here.confirm(known, setup) is Standing.ABSENT
        here.erase(known, setup)
        assert intercom.living() == [other]

    @pytest.mark.parametrize("remote_id", ["../admins", "a/b", "?x=1", "x" * 90])
    def test_an_id_that_is_none_is_put_into_no_address(
        self, intercom: IntercomServer, setup: Mapping[str, Any], remote_id: str
    ) -> None:
        here.erase(Copy(COPY.store, COPY.epoch, remote_id), setup)
        assert [each.path for each in intercom.asked] == [f"/contacts/find_by_external_id/{COPY.name}"]

    def test_a_contact_that_was_merged_into_another_is_never_taken_for_absent(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        intercom.contacts[here.share(COPY, LEAVES, setup)].merged = True
        with pytest.raises(Merged):
            here.confirm(COPY, setup)
        with pytest.raises(Merged):
            here.erase(COPY, setup)

    def test_a_404_of_anybody_else_proves_nothing(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        answering = intercom.answer
        bodies: list[Any] = [b"<html>not here</html>", {"error": "no route"}, {"errors": []}, [], "not_found"]
        for body in bodies:
            says = Says(body, 404)
            intercom.answer = lambda asked, says=says: says  # type: ignore[method-assign, misc]
            with pytest.raises(BadAnswer):
                here.confirm(COPY, setup)
        intercom.answer = answering  # type: ignore[method-assign]
        assert here.confirm(COPY, setup) is Standing.PRESENT

    def test_an_answer_with_another_contact_is_not_believed(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        intercom.answer = lambda asked: Says({"id": "1", "external_id": "x"})  # type: ignore[method-assign]
        with pytest.raises(BadAnswer):
            here.confirm(COPY, setup)

    def test_a_limit_whose_end_is_past_is_waited_for_ten_seconds(
        self, intercom: IntercomServer, setup: Mapping[str, Any]
    ) -> None:
        intercom.window = -60
        intercom.always(Fault.THROTTLED)
        with pytest.raises(Exception, match="429") as caught:
            here.confirm(COPY, setup)
        assert getattr(caught.value, "wait_seconds", 0) == 10.0
