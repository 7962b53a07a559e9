"""A sealed value opens in its own place, with its own key, unchanged; everything else is one error."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Unsealable
from connectors.vault import StoreKey
from tests.vault.refusal import refused

SECRET = bytes(range(32))
PLAIN = b"Mountain Goat Snowboard"
NAMES = st.text(st.characters(), min_size=1)  # lone surrogates too


def test_a_value_opens_in_its_place(ours: StoreKey) -> None:
    assert ours.open("product", "p1", ours.seal("product", "p1", PLAIN)) == PLAIN


def test_a_row_does_not_open_in_another_store(ours: StoreKey, theirs: StoreKey) -> None:
    sealed = ours.seal("product", "p1", PLAIN)
    refused(theirs.open, "product", "p1", sealed)


def test_a_row_does_not_open_under_the_same_secret_in_another_store_or_epoch(ours: StoreKey) -> None:
    sealed = ours.seal("product", "p1", PLAIN)
    for store, epoch in [("st_theirs", 1), ("st_ours", 2), ("st_our", 1), ("st_ours\x00", 1)]:
        elsewhere = StoreKey(SECRET, store, epoch)
        refused(elsewhere.open, "product", "p1", sealed)
        # Neither the public id nor the derived key is shared, so the place is held twice.
        assert elsewhere.id != ours.id


def test_a_row_does_not_open_as_another_kind_or_name(ours: StoreKey) -> None:
    sealed = ours.seal("product", "p1", PLAIN)
    for kind, name in [
        ("sale", "p1"),
        ("product", "p2"),
        ("productp", "1"),
        ("produc", "tp1"),
        ("p1", "product"),
    ]:
        refused(ours.open, kind, name, sealed)


def test_the_head_names_the_key_but_the_seal_decides(ours: StoreKey, theirs: StoreKey) -> None:
    sealed = ours.seal("product", "p1", PLAIN)
    forged = sealed[:1] + bytes.fromhex(theirs.id) + sealed[9:]
    refused(theirs.open, "product", "p1", forged)
    refused(ours.open, "product", "p1", forged)


@pytest.mark.parametrize(
    "never_sealed",
    [
        b"",
        b"Mountain Goat",
        PLAIN * 10,
        b"\x01" * 36,
        b"\x01" * 37,
        memoryview(PLAIN),
        "Mountain Goat",
        None,
        0,
        False,
        [],
        {"title": "Mountain Goat"},
        memoryview(b"x" * 80).cast("I"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_never_sealed_does_not_pass(ours: StoreKey, never_sealed: Any) -> None:
    refused(ours.open, "product", "p1", never_sealed)
    refused(ours.recall, "product", "p1", never_sealed, str)


@pytest.mark.parametrize("container", [bytes, bytearray, memoryview])
def test_what_database_drivers_return_opens(ours: StoreKey, container: Callable[[bytes], Any]) -> None:
    assert ours.open("product", "p1", container(ours.seal("product", "p1", PLAIN))) == PLAIN


def test_no_part_of_the_key_opens_a_cut_value(ours: StoreKey) -> None:
    sealed = ours.seal("product", "p1", PLAIN)
    for length in range(len(sealed)):
        refused(ours.open, "product", "p1", sealed[:length])
    refused(ours.open, "product", "p1", sealed + b"\x00")


def test_every_bit_of_sampled_values_counts(ours: StoreKey) -> None:
    disorder = random.Random(20261122)
    for _ in range(120):
        sealed = bytearray(ours.seal("product", "p1", disorder.randbytes(disorder.randrange(40))))
        for bit in range(len(sealed) * 8):
            sealed[bit // 8] ^= 1 << bit % 8
            with pytest.raises(Unsealable):
                ours.open("product", "p1", bytes(sealed))
            sealed[bit // 8] ^= 1 << bit % 8


def test_the_same_value_is_sealed_differently_each_time(ours: StoreKey) -> None:
    sealed = {ours.seal("product", "p1", PLAIN) for _ in range(100)}
    assert len(sealed) == len({each[9:21] for each in sealed}) == 100
    assert {each[:9] for each in sealed} == {b"\x01" + bytes.fromhex(ours.id)}
    assert {len(each) for each in sealed} == {len(PLAIN) + 37}
    assert not any(PLAIN[:4] in each for each in sealed)


def test_names_are_text_or_its_utf8(ours: StoreKey) -> None:
    assert ours.open("product", "Bögl".encode(), ours.seal("product", "Bögl", PLAIN)) == PLAIN


@pytest.mark.parametrize(("kind", "name"), [("", "p1"), ("product", ""), ("product", b"")])
def test_a_place_has_a_kind_and_a_name(ours: StoreKey, kind: str, name: str) -> None:
    with pytest.raises(ValueError, match="needs a"):
        ours.seal(kind, name, PLAIN)
    refused(ours.open, kind, name, PLAIN * 3)


@pytest.mark.parametrize(("kind", "name"), [(None, "p1"), ("product", None), ("product", 1), (["x"], "p1")])
def test_a_place_of_the_wrong_type_is_refused(ours: StoreKey, kind: Any, name: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        ours.seal(kind, name, PLAIN)
    sealed = ours.seal("product", "1", PLAIN)
    refused(ours.open, kind, name, sealed)


@settings(deadline=None)
@given(kind=NAMES, name=NAMES | st.binary(min_size=1), plain=st.binary())
def test_whatever_is_sealed_opens(kind: str, name: str | bytes, plain: bytes) -> None:
    key = StoreKey(SECRET, "st_ours", 1)
    assert key.open(kind, name, key.seal(kind, name, plain)) == plain


@settings(deadline=None)
@given(
    here=st.tuples(NAMES, st.integers(0, 2**63 - 1), NAMES, NAMES),
    there=st.tuples(NAMES, st.integers(0, 2**63 - 1), NAMES, NAMES),
)
def test_no_two_places_are_one(here: tuple[str, int, str, str], there: tuple[str, int, str, str]) -> None:
    sealed = StoreKey(SECRET, *here[:2]).seal(*here[2:], PLAIN)
    reader = StoreKey(SECRET, *there[:2])
    if here == there:
        assert reader.open(*there[2:], sealed) == PLAIN
    else:
        refused(reader.open, *there[2:], sealed)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_garbage_is_one_error(garbage: bytes) -> None:
    key = StoreKey(SECRET, "st_ours", 1)
    refused(key.open, "product", "p1", garbage)
    refused(key.open, "product", "p1", b"\x01" + bytes.fromhex(key.id) + garbage)


# Fingerprints and digests ----------------------------------------------------------------------------


def test_a_fingerprint_is_the_same_for_the_same_id(ours: StoreKey) -> None:
    again = StoreKey(SECRET, "st_ours", 1)
    assert ours.fingerprint("product", "gid://1") == again.fingerprint("product", "gid://1")
    assert len(ours.fingerprint("product", "gid://1")) == 16


def test_fingerprints_of_one_id_meet_in_no_other_store_epoch_or_kind(
    ours: StoreKey, theirs: StoreKey
) -> None:
    next_epoch = StoreKey(SECRET, "st_ours", 2)
    found = {
        ours.fingerprint("product", "gid://1"),
        ours.fingerprint("sale", "gid://1"),
        ours.fingerprint("productg", "id://1"),
        theirs.fingerprint("product", "gid://1"),
        next_epoch.fingerprint("product", "gid://1"),
    }
    assert len(found) == 5


def test_a_digest_changes_with_the_content_and_the_store(ours: StoreKey, theirs: StoreKey) -> None:
    assert ours.digest(PLAIN) == ours.digest(bytes(PLAIN))
    assert len({ours.digest(PLAIN), ours.digest(PLAIN + b"!"), theirs.digest(PLAIN)}) == 3
    assert len(ours.digest(PLAIN)) == 16
