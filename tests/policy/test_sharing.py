"""What processors are given is less than the policy allows them, and the register says so."""

import json
from dataclasses import replace

import pytest

from connectors.platforms import PLATFORMS
from connectors.policy import sharing
from connectors.policy.clauses import MERCHANT_PROCESSORS, OTHER_ROWS, Clause, Processor, Purpose
from connectors.policy.leaves import leaves
from connectors.policy.records import KINDS
from connectors.policy.register import Incomplete, faults, register
from connectors.policy.rendering import as_json, as_markdown, as_text
from connectors.policy.sharing import GIVEN, MERCHANTS, NEWSLETTER, goes_to

LEAVES = {f"{record.__name__}.{leaf.path}": leaf for record in KINDS.values() for leaf in leaves(record)}


@pytest.mark.parametrize("processor", [each for each in GIVEN if each is not Processor.MAILCHIMP])
def test_the_merchant_row_names_whoever_is_given_something_by_it(processor: Processor) -> None:
    assert processor in MERCHANT_PROCESSORS
    assert GIVEN[processor].row == MERCHANTS


def test_mailchimp_is_given_what_the_newsletters_row_allows_and_nothing_by_the_merchants() -> None:
    given = GIVEN[Processor.MAILCHIMP]
    assert Processor.MAILCHIMP not in MERCHANT_PROCESSORS
    assert given.row == NEWSLETTER
    assert NEWSLETTER in OTHER_ROWS
    assert {LEAVES[name].clause for name in given.leaves} == {Clause.EMAIL, Clause.MERCHANT_NAME}


@pytest.mark.parametrize(
    ("processor", "purpose"), [(Processor.SALESFORCE, Purpose.ACCOUNT), (Processor.INTERCOM, Purpose.SERVICE)]
)
def test_every_leaf_serves_what_its_processor_is_there_for(processor: Processor, purpose: Purpose) -> None:
    assert all(purpose in LEAVES[name].purposes for name in GIVEN[processor].leaves)


def test_who_can_read_gets_no_sale_product_offer_or_figure() -> None:
    never = {Clause.SALES, Clause.INVENTORY, Clause.OFFERS, Clause.FINANCIAL, Clause.TECHNICAL}
    for given in GIVEN.values():
        assert all(name.startswith("StoreInfo.") for name in given.leaves)
        assert given.sealed or not {LEAVES[name].clause for name in given.leaves} & never
    assert [given.processor for given in GIVEN.values() if given.sealed] == [Processor.AWS]


def test_nobody_else_that_the_policy_names_is_given_anything() -> None:
    assert set(Processor) - GIVEN.keys() == {Processor.GOOGLE_ANALYTICS}
    assert goes_to("Sale.total") == ()
    assert goes_to("StoreInfo.email") == (
        Processor.SALESFORCE,
        Processor.AWS,
        Processor.INTERCOM,
        Processor.MAILCHIMP,
    )


@pytest.mark.parametrize(
    ("processor", "leaf", "fault"),
    [
        (Processor.MAILCHIMP, "StoreInfo.phone", "Mailchimp: StoreInfo.phone is not allowed there"),
        (Processor.SALESFORCE, "Sale.total", "Salesforce: Sale.total is not allowed there"),
        (Processor.INTERCOM, "StoreInfo.shoe_size", "Intercom: StoreInfo.shoe_size is no leaf"),
    ],
)
def test_a_leaf_too_many_is_a_gap_of_the_register(
    processor: Processor, leaf: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sharing.GIVEN, processor, replace(GIVEN[processor], leaves=(leaf,)))
    assert list(faults(PLATFORMS.values())) == [fault]
    with pytest.raises(Incomplete):
        register(PLATFORMS.values())


def test_the_register_says_of_each_clause_who_may_be_given_it_and_who_is() -> None:
    whole = register(PLATFORMS.values())
    told = json.loads(as_json(whole))
    email = told["clauses"][Clause.EMAIL.number - 1]
    assert email["processors"] == ["Salesforce", "AWS", "Intercom"]
    assert email["leaves"][0]["given_to"] == ["Salesforce", "AWS", "Intercom", "Mailchimp"]
    assert {each["processor"] for each in told["given"]} == {str(each) for each in GIVEN}
    shown = {(name, processor) for name in LEAVES for processor in goes_to(name)}
    said = {
        (leaf["leaf"], processor)
        for clause in told["clauses"]
        for leaf in clause["leaves"]
        for processor in leaf["given_to"]
    }
    assert said == shown
    assert "Mailchimp, by the row Newsletter subscribers (`StoreInfo.email`)" in as_markdown(whole)
    assert "AWS (all of StoreInfo, sealed)" in as_text(whole)
    assert "goes to     nobody" in as_text(whole)
