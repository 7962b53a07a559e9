"""What names a shop."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Malformed
from connectors.platforms.shopify.shop import shop_domain
from tests.shared import SHARED, needs_shared

HOSTS = SHARED / "specs" / "security" / "input" / "url_and_host_attacks.json"


def hosts() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = json.loads(HOSTS.read_text(encoding="utf-8"))["shop_domain"]
    return found


@needs_shared
def test_every_good_shop_name_of_the_corpus_is_read() -> None:
    for name in hosts()["accept"]:
        assert shop_domain(name) == name
    for given_name, name in hosts()["accept_normalised"]:
        assert shop_domain(given_name) == name


@needs_shared
def test_every_hostile_shop_name_of_the_corpus_is_refused_without_being_repeated() -> None:
    assert len(hosts()["reject"]) > 60
    for name in hosts()["reject"]:
        with pytest.raises(Malformed) as refused:
            shop_domain(name)
        assert "attacker" not in str(refused.value)
        assert "minta" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["a.myshopify.com\n", "a.myshopify.com/x", "\u212a.myshopify.com", "a.myshopify.com//"]
)
def test_a_shop_name_is_matched_to_its_end_and_in_ascii(name: str) -> None:
    with pytest.raises(Malformed):
        shop_domain(name)


@settings(deadline=None)
@given(st.text())
def test_whatever_passes_is_one_label_under_myshopify(text: str) -> None:
    try:
        name = shop_domain(text)
    except Malformed:
        return
    label, dot, rest = name.partition(".")
    assert label.isascii()
    assert (dot, rest) == (".", "myshopify.com")
