"""Mailchimp: tags, addresses that are forgotten for good, and members of more than one store."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.errors import BadAnswer, GrantRevoked, Refused
from connectors.policy.sharing import GIVEN
from connectors.processors.base import Copy, Standing
from connectors.processors.mailchimp import Mailchimp
from tests.processors.conftest import COPY, LEAVES, mailchimp_setup, said_nothing
from tests.processors.servers import MailchimpServer, Says
from tests.processors.servers.mailchimp import hash_of

pytestmark = pytest.mark.usefixtures("silent")
here = Mailchimp()
EMAIL = str(LEAVES["StoreInfo.email"])
SISTER = Copy("st_aaaabbbbccccdddd", 1)


@pytest.fixture
def setup(mailchimp: MailchimpServer) -> Mapping[str, Any]:
    return mailchimp_setup(mailchimp)


class TestSharing:
    def test_a_member_has_address_name_and_our_tag_and_nothing_else(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        member = mailchimp.members[hash_of(EMAIL)]
        assert (member.email, member.status, member.tags) == (EMAIL, "subscribed", {COPY.name})
        assert member.merge_fields == {"FNAME": "Ada Cedar"}

    def test_what_is_remembered_is_no_hash_of_the_address(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        remote_id = here.share(COPY, LEAVES, setup)
        assert remote_id == mailchimp.members[hash_of(EMAIL)].contact_id
        assert remote_id != hash_of(EMAIL)

    def test_the_register_gives_no_more_than_the_address_and_what_is_mapped(
        self, setup: Mapping[str, Any]
    ) -> None:
        assert {"StoreInfo.email", *setup["fields"]} == set(GIVEN[here.title].leaves)

    def test_a_member_who_came_by_the_form_bears_the_tag_before_anything_else_is_given(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        mailchimp.add(EMAIL)
        here.share(COPY, LEAVES, setup)
        changes = [each for each in mailchimp.asked if each.method != "GET"]
        assert changes[0].path.endswith("/tags")
        assert b"Ada" not in changes[0].body
        assert mailchimp.members[hash_of(EMAIL)].merge_fields == {"FNAME": "Ada Cedar"}

    def test_who_has_unsubscribed_stays_so(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        member = mailchimp.add(EMAIL, "unsubscribed")
        here.share(COPY, LEAVES, setup)
        assert member.status == "unsubscribed"
        assert here.confirm(COPY, setup) is Standing.PRESENT

    @pytest.mark.parametrize("why", ["forgotten", "left"])
    def test_who_must_not_be_added_again_is_refused_with_a_sentence_for_the_merchant(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any], why: str
    ) -> None:
        getattr(mailchimp, why).add(hash_of(EMAIL))
        with pytest.raises(Refused, match="subscribe again, by the newsletter's form") as caught:
            here.share(COPY, LEAVES, setup)
        said_nothing(str(caught.value))
        assert here.confirm(COPY, setup) is Standing.ABSENT

    def test_an_address_that_looks_wrong_is_refused_without_showing_it(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        with pytest.raises(Refused) as caught:
            here.share(COPY, {**LEAVES, "StoreInfo.email": "ada@fake"}, setup)
        assert "ada" not in str(caught.value)
        assert not mailchimp.holds_anything()

    def test_a_store_that_has_no_address_any_more_is_no_member_any_more(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        with pytest.raises(Refused):
            here.share(COPY, {**LEAVES, "StoreInfo.email": None}, setup)
        assert not mailchimp.holds_anything()

    def test_an_address_that_changed_leaves_no_member_of_the_one_before(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        here.share(COPY, {**LEAVES, "StoreInfo.email": "new@cedar.example"}, setup)
        assert list(mailchimp.members) == [hash_of("new@cedar.example")]

    def test_letters_of_another_size_are_the_same_member(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        here.share(COPY, {**LEAVES, "StoreInfo.email": EMAIL.upper()}, setup)
        assert list(mailchimp.members) == [hash_of(EMAIL)]

    def test_a_wrong_key_is_an_error_that_does_not_show_it(self, mailchimp: MailchimpServer) -> None:
        with pytest.raises(GrantRevoked) as caught:
            here.share(COPY, LEAVES, mailchimp_setup(mailchimp, MAILCHIMP_KEY="feedfeed-us1"))
        assert "feedfeed" not in str(caught.value)


class TestErasing:
    def test_a_member_is_deleted_for_good_and_the_tag_goes(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        here.erase(COPY, setup)
        assert mailchimp.forgotten == {hash_of(EMAIL)}
        assert not mailchimp.tags

    @pytest.mark.parametrize("status", ["unsubscribed", "cleaned", "archived"])
    def test_a_member_of_any_status_is_seen_and_deleted(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any], status: str
    ) -> None:
        known = Copy(COPY.store, COPY.epoch, here.share(COPY, LEAVES, setup))
        mailchimp.members[hash_of(EMAIL)].status = status
        assert here.confirm(known, setup) is Standing.PRESENT
        here.erase(known, setup)
        assert here.confirm(known, setup) is Standing.ABSENT
        assert not mailchimp.holds_anything()

    @pytest.mark.parametrize("status", ["unsubscribed", "cleaned", "transactional", "pending"])
    def test_a_member_of_any_status_is_deleted_by_our_name_alone(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any], status: str
    ) -> None:
        here.share(COPY, LEAVES, setup)
        mailchimp.members[hash_of(EMAIL)].status = status
        here.erase(COPY, setup)
        assert not mailchimp.holds_anything()

    def test_a_member_of_two_stores_stays_for_the_other_without_the_name_that_this_one_gave(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(SISTER, {"StoreInfo.email": EMAIL}, setup)
        known = Copy(COPY.store, COPY.epoch, here.share(COPY, LEAVES, setup))
        here.erase(known, setup)
        member = mailchimp.members[hash_of(EMAIL)]
        assert member.tags == {SISTER.name}
        assert not mailchimp.holds("Ada Cedar")
        assert here.confirm(known, setup) is Standing.ABSENT
        assert here.confirm(SISTER, setup) is Standing.PRESENT
        here.erase(SISTER, setup)
        assert not mailchimp.holds_anything()

    def test_a_tag_of_the_newsletters_own_does_not_keep_a_member(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        mailchimp._put_on(mailchimp.members[hash_of(EMAIL)], "Customers")
        here.erase(COPY, setup)
        assert not mailchimp.holds_anything()

    def test_who_is_under_no_tag_of_ours_is_left_alone(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        other = mailchimp.add("reader@else.example")
        here.share(COPY, LEAVES, setup)
        known = Copy(COPY.store, COPY.epoch, other.contact_id)
        here.erase(known, setup)
        assert list(mailchimp.members.values()) == [other]
        assert here.confirm(known, setup) is Standing.ABSENT

    def test_a_tag_that_is_empty_is_still_something(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        mailchimp.members.clear()
        assert here.confirm(COPY, setup) is Standing.PRESENT
        here.erase(COPY, setup)
        assert here.confirm(COPY, setup) is Standing.ABSENT

    def test_an_audience_that_is_not_there_is_never_taken_for_an_absence(
        self, mailchimp: MailchimpServer
    ) -> None:
        setup = mailchimp_setup(mailchimp, MAILCHIMP_AUDIENCE="wrong0")
        for call in (here.confirm, here.erase):
            with pytest.raises(BadAnswer, match="Resource Not Found"):
                call(COPY, setup)

    @pytest.mark.parametrize("body", [{}, {"tags": None}, {"tags": [{}]}, [], None, {"tags": [{"id": "x"}]}])
    def test_an_answer_without_its_tags_is_never_taken_for_an_absence(
        self, mailchimp: MailchimpServer, setup: Mapping[str, Any], body: Any
    ) -> None:
        mailchimp.answer = lambda asked: Says(body)  # type: ignore[method-assign]
        with pytest.raises(BadAnswer):
            here.confirm(COPY, setup)
