"""Salesforce: tokens, the recycle bin, and what is seen behind it."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.errors import AccessDenied, BadAnswer, GrantRevoked, Refused, Throttled, Unavailable
from connectors.policy.sharing import GIVEN
from connectors.processors.base import Copy, Standing
from connectors.processors.salesforce import Salesforce
from tests.processors.conftest import COPY, LEAVES, said_nothing, salesforce_setup
from tests.processors.servers import Asked, SalesforceServer, Says
from tests.processors.servers.salesforce import EXTERNAL_ID, FIELDS, SOBJECT

pytestmark = pytest.mark.usefixtures("silent")
here = Salesforce()


@pytest.fixture
def setup(salesforce: SalesforceServer) -> Mapping[str, Any]:
    return salesforce_setup(salesforce)


class TestSharing:
    def test_every_mapped_leaf_is_in_a_field_of_its_own(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        leaves = {leaf: f"{number}@value.example" for number, leaf in enumerate(setup["fields"])}
        remote_id = here.share(COPY, leaves, setup)
        record = salesforce.records[remote_id]
        assert record.name == COPY.name
        assert record.fields.keys() == FIELDS
        assert sorted(record.fields.values()) == sorted(leaves.values())

    def test_the_default_mapping_has_all_that_the_register_gives_salesforce(
        self, setup: Mapping[str, Any]
    ) -> None:
        assert set(setup["fields"]) == set(GIVEN[here.title].leaves)

    def test_a_value_that_is_not_taken_is_refused_without_showing_it(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        with pytest.raises(Refused, match="INVALID_EMAIL_ADDRESS") as caught:
            here.share(COPY, {**LEAVES, "StoreInfo.email": "no address"}, setup)
        assert "no address" not in str(caught.value)
        assert not salesforce.holds_anything()

    def test_a_field_that_the_org_lacks_is_named_by_code_alone(self, salesforce: SalesforceServer) -> None:
        setup = salesforce_setup(salesforce, SALESFORCE_FIELDS="StoreInfo.name=Absent__c")
        with pytest.raises(BadAnswer, match="INVALID_FIELD"):
            here.share(COPY, LEAVES, setup)

    @pytest.mark.usefixtures("setup")
    def test_another_place_for_the_records_is_followed(self, salesforce: SalesforceServer) -> None:
        setup = salesforce_setup(salesforce, SALESFORCE_OBJECT="Other__c")
        with pytest.raises(BadAnswer, match="NOT_FOUND"):
            here.share(COPY, LEAVES, setup)
        assert f"/sobjects/Other__c/{EXTERNAL_ID}/{COPY.name}" in salesforce.asked[-1].path
        assert SOBJECT not in salesforce.asked[-1].path

    def test_a_row_that_is_locked_is_tried_again_later(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        salesforce.locked = 1
        with pytest.raises(Unavailable, match="UNABLE_TO_LOCK_ROW"):
            here.share(COPY, LEAVES, setup)
        here.share(COPY, LEAVES, setup)

    def test_the_limit_of_a_day_is_waited_for(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        salesforce.limited = True
        with pytest.raises(Throttled) as caught:
            here.share(COPY, LEAVES, setup)
        assert caught.value.wait_seconds == 900


class TestTokens:
    def test_one_token_serves_many_calls_and_is_sent_nowhere_else(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        for _ in range(3):
            here.share(COPY, LEAVES, setup)
        here.erase(COPY, setup)
        logins = [each for each in salesforce.asked if each.path.endswith("/token")]
        assert len(logins) == 1

    def test_a_token_that_has_run_out_is_fetched_anew_once_in_rest_and_in_soap(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        salesforce.end_sessions()
        here.share(COPY, LEAVES, setup)
        answering = salesforce.answer
        ended: list[Asked] = []

        def ending(asked: Asked) -> Says:
            if "Soap" in asked.path and not ended:
                ended.append(asked)
                salesforce.end_sessions()
            return answering(asked)

        salesforce.answer = ending  # type: ignore[method-assign]
        here.erase(COPY, setup)
        assert ended
        assert all(each.emptied_at for each in salesforce.records.values())

    @pytest.mark.parametrize("wrong", ["SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET"])
    def test_an_app_that_is_refused_is_said_so_without_its_secret(
        self, salesforce: SalesforceServer, wrong: str
    ) -> None:
        with pytest.raises(GrantRevoked, match="invalid_client") as caught:
            here.share(COPY, LEAVES, salesforce_setup(salesforce, **{wrong: "another-secret-word"}))
        assert "another-secret-word" not in str(caught.value)
        said_nothing(str(caught.value))


class TestErasing:
    def test_a_copy_is_leaving_for_a_day_and_nobody_can_bring_it_back(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        here.erase(COPY, setup)
        assert here.confirm(COPY, setup) is Standing.LEAVING
        assert not salesforce.restore(COPY.name)
        salesforce.wait(hours=23)
        assert here.confirm(COPY, setup) is Standing.LEAVING
        salesforce.wait(hours=1)
        assert here.confirm(COPY, setup) is Standing.ABSENT

    def test_what_a_person_has_deleted_before_is_taken_out_of_the_bin(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        record = salesforce.records[here.share(COPY, LEAVES, setup)]
        record.deleted_at = salesforce.now
        assert here.confirm(COPY, setup) is Standing.LEAVING
        here.erase(COPY, setup)
        assert not salesforce.restore(COPY.name)

    def test_several_records_of_one_name_all_go(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        for _ in range(2):
            here.share(COPY, LEAVES, setup)
            here.erase(COPY, setup)
        here.share(COPY, LEAVES, setup)
        assert len(salesforce.records) == 3
        assert here.confirm(COPY, setup) is Standing.PRESENT
        here.erase(COPY, setup)
        assert here.confirm(COPY, setup) is Standing.LEAVING
        assert not salesforce.holds_anything()

    def test_a_rule_against_empty_fields_does_not_stop_an_erasure(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        salesforce.required = {"Email__c"}
        here.share(COPY, LEAVES, setup)
        here.erase(COPY, setup)
        assert not salesforce.living()
        assert not salesforce.restore(COPY.name)
        salesforce.wait(hours=24)
        assert not salesforce.holds_anything()

    def test_a_bin_that_must_not_be_emptied_is_an_error_and_no_erasure(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any]
    ) -> None:
        here.share(COPY, LEAVES, setup)
        salesforce.may_empty = False
        with pytest.raises(AccessDenied):
            here.erase(COPY, setup)
        assert here.confirm(COPY, setup) is Standing.LEAVING

    @pytest.mark.parametrize("store", ["x' OR Name != '", "a b", "\\"])
    def test_a_name_that_is_none_of_ours_is_asked_of_nobody(
        self, salesforce: SalesforceServer, setup: Mapping[str, Any], store: str
    ) -> None:
        with pytest.raises(BadAnswer):
            here.confirm(Copy(store, 1), setup)
        assert not salesforce.asked
