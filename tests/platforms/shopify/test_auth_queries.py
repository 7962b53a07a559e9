"""Signed queries: the official vectors, both secrets, and the age."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shopify.session import Session

from connectors.errors import Malformed, Unverified
from connectors.platforms.shopify.signed import check_digest, check_query, read_query
from tests.platforms.shopify.door import NOW, PREVIOUS, SECRET, SHOP, signed_query

SECRETS = (SECRET, PREVIOUS)

# https://shopify.dev/docs/apps/build/authentication-authorization and ShopifyAPI's own tests; secret "hush".
VECTORS = [
    (
        (
            "code=0907a61c0c8d55e99db179b68161bc00&shop=some-shop.myshopify.com"
            "&state=0.6784241404160823&timestamp=1337178173"
        ),
        "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf",
    ),
    (
        "code=a94a110d86d2452eb3e2af4cfb8a3828&shop=some-shop.myshopify.com&timestamp=1337178173",
        "2cb1a277650a659f1b11e92a4a64275b128e037f2c3390e3c8fd2d8721dac9e2",
    ),
    (
        "ids[]=2&ids[]=1&shop=some-shop.myshopify.com",
        "b93b9f82996f6f8bf9f1b7bbddec284c8fabacdc4e12dc80550b4705f3003b1e",
    ),
]


def pairs(text: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (part.partition("=") for part in text.split("&"))]


@pytest.mark.parametrize(("text", "digest"), VECTORS)
def test_the_official_vectors_verify(text: str, digest: str) -> None:
    check_digest(read_query([*pairs(text), ("hmac", digest)]), ("other", "hush"))


@pytest.mark.parametrize(("text", "digest"), VECTORS)
def test_an_official_vector_with_one_change_does_not(text: str, digest: str) -> None:
    changed = [*pairs(text.replace("some-shop", "some-shoq")), ("hmac", digest)]
    with pytest.raises(Unverified):
        check_digest(read_query(changed), ("hush",))
    with pytest.raises(Unverified):
        check_digest(read_query([*pairs(text), ("more", "1"), ("hmac", digest)]), ("hush",))


@pytest.mark.parametrize("secret", SECRETS)
def test_the_current_and_the_previous_secret_verify(secret: str) -> None:
    check_query(read_query(signed_query(secret=secret)), SECRETS, NOW)


def test_a_secret_that_is_no_longer_listed_does_not_verify() -> None:
    with pytest.raises(Unverified):
        check_query(read_query(signed_query(secret=PREVIOUS)), (SECRET,), NOW)


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_no_query_verifies(secrets: tuple[str, ...]) -> None:
    with pytest.raises(Unverified):
        check_query(read_query(signed_query(secret="")), secrets, NOW)


@pytest.mark.parametrize(("away", "fine"), [(90, True), (91, False), (-90, True), (-91, False)])
def test_a_query_is_good_for_ninety_seconds(away: int, fine: bool) -> None:
    query = read_query(signed_query())
    if fine:
        check_query(query, SECRETS, NOW + timedelta(seconds=away))
        return
    with pytest.raises(Unverified):
        check_query(query, SECRETS, NOW + timedelta(seconds=away))


@pytest.mark.parametrize(
    "stamp", ["", "now", "1e9", "-1", "1790000000.0", " 1790000000", "9" * 400, "\u0661" * 10]
)
def test_a_timestamp_that_is_no_number_is_refused(stamp: str) -> None:
    with pytest.raises(Unverified):
        check_query(read_query(signed_query(timestamp=stamp)), SECRETS, NOW)


@pytest.mark.parametrize("claimed", ["", "0", "\u00e9" * 64, "Z" * 64, "0" * 64, "0" * 65, "0" * 63 + "\n"])
def test_what_is_no_digest_is_refused(claimed: str) -> None:
    query = [(name, value) for name, value in signed_query() if name != "hmac"]
    with pytest.raises(Unverified):
        check_query(read_query([*query, ("hmac", claimed)]), SECRETS, NOW)


def test_the_legacy_signature_beside_the_digest_is_not_signed() -> None:
    check_query(read_query([*signed_query(), ("signature", "of the old days")]), SECRETS, NOW)


@pytest.mark.parametrize("name", ["shop", "hmac", "id_token", "timestamp", "shopify-reload"])
def test_a_parameter_that_comes_twice_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        read_query([(name, SHOP), (name, SHOP)])


def test_an_array_may_come_as_often_as_it_likes() -> None:
    assert read_query([("ids[]", "2"), ("ids[]", "1")]) == {"ids[]": ["2", "1"]}


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(), st.text())), st.text())
def test_any_query_is_checked_or_refused(query: list[tuple[str, str]], claimed: str) -> None:
    try:
        check_query(read_query([*query, ("hmac", claimed)]), SECRETS, NOW)
    except (Unverified, Malformed):
        return
    raise AssertionError("a random query was believed")


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(Unverified):
        check_query(read_query([("a", "\ud800"), ("hmac", "0" * 64)]), SECRETS, NOW)


def test_no_secret_is_left_on_the_librarys_class() -> None:
    check_query(read_query(signed_query()), SECRETS, NOW)
    with pytest.raises(Unverified):
        check_digest({"hmac": "0" * 64}, SECRETS)
    assert Session.secret is None
    assert Session.api_key is None
