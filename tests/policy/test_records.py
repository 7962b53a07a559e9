"""The records hold merchant data alone, and show none of it by accident."""

import dataclasses
import pickle
import re
from typing import Any

import pytest

from connectors.policy.clauses import Clause
from connectors.policy.leaves import leaves
from connectors.policy.records import KINDS, Record, Sale
from tests.policy.samples import filled

records = pytest.mark.parametrize("record", KINDS.values(), ids=KINDS)

# What Shopify, BigCommerce and Wix call the people who buy, and what they leave behind in an order.
OF_A_BUYER = re.compile(
    r"customer|buyer|contact|billing|recipient|first_?name|last_?name|full_?name|\bname|e_?mail|phone|address"
    r"|street|city|zip|postal|country|state|latitude|longitude|\bip\b|client_ip|user_?agent|browser|note|message"
    r"|comment|tags|attributes|locale|journey|referr|landing|token|card|account|birth|gender|company|staff|url"
)

# Items of the policy's other rows that no merchant item shares.
OF_OTHER_ROWS = re.compile(
    r"job_title|company_name|business_card|card_number|iban|billing_address|messenger|facebook|chatfuel"
    r"|newsletter|subscriber|gender|profile_pic|last_seen|freeform|cookie"
)


def test_a_sale_has_no_field_for_a_person() -> None:
    for leaf in leaves(Sale):
        assert not OF_A_BUYER.search(leaf.path), leaf.path


@pytest.mark.parametrize(
    "name",
    ["customer_id", "email", "billing_address.city", "client_ip", "note", "tags[]", "name", "staff_id"],
)
def test_the_rule_for_sales_would_catch(name: str) -> None:
    assert OF_A_BUYER.search(name)


@records
def test_no_leaf_belongs_to_another_row_of_the_policy(record: type[Record]) -> None:
    for leaf in leaves(record):
        assert leaf.clause in Clause
        assert not OF_OTHER_ROWS.search(leaf.path), leaf.path


@records
def test_a_record_and_all_within_it_print_no_value(record: type[Record]) -> None:
    whole = filled(record)
    assert "canary" not in repr(whole)
    assert "canary" not in f"{whole}"
    for name in type(whole).__dataclass_fields__:
        value = getattr(whole, name)
        for each in value if isinstance(value, tuple) else (value,):
            if dataclasses.is_dataclass(each):
                assert "canary" not in repr(each)


@records
def test_a_record_takes_no_field_that_it_does_not_declare(record: Any) -> None:
    with pytest.raises(TypeError):
        record(customer="somebody")
    whole = filled(record)
    with pytest.raises((AttributeError, TypeError)):
        whole.customer = "somebody"


@records
def test_a_record_does_not_change(record: type[Record]) -> None:
    whole = filled(record)
    name = next(iter(type(whole).__dataclass_fields__))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(whole, name, "other")
    assert pickle.loads(pickle.dumps(whole)) == whole  # noqa: S301
