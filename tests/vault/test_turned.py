"""A store's sealing secret turns alone: what seals is new, what finds stays, and nothing is lost between."""

import shutil
from pathlib import Path

import pytest

from connectors.errors import KeyGone, Unsealable, VaultError
from connectors.vault import KeyStore, MasterKeys, StoreKey, payload
from tests.vault.onlooker import found_in_files


def sealed(key: StoreKey) -> bytes:
    return key.seal("product", "p1", b"plain")


def opens(key: StoreKey, value: bytes) -> bool:
    try:
        return key.open("product", "p1", value) == b"plain"
    except Unsealable:
        return False


def test_what_seals_is_new_and_what_finds_stays(keystore: KeyStore) -> None:
    before = keystore.create("st_1", 1)
    keystore.turn("st_1", 1, before.id)
    after = keystore.get("st_1", 1)
    assert after.id != before.id
    assert after.previous_id == before.id
    assert sealed(after)[1:9].hex() == after.id
    assert after.fingerprint("product", "p1") == before.fingerprint("product", "p1")
    assert after.digest(b"plain") == before.digest(b"plain")


def test_both_open_until_it_is_settled_and_then_one(keystore: KeyStore) -> None:
    old = keystore.create("st_1", 1)
    before = sealed(old)
    keystore.turn("st_1", 1, old.id)
    turning = keystore.get("st_1", 1)
    after = sealed(turning)
    assert (opens(turning, before), opens(turning, after)) == (True, True)
    keystore.settle("st_1", 1, old.id)
    settled = keystore.get("st_1", 1)
    assert (settled.id, settled.previous_id) == (turning.id, "")
    assert (opens(settled, before), opens(settled, after)) == (False, True)


def test_a_key_that_was_fetched_before_opens_what_is_sealed_after(keystore: KeyStore) -> None:
    stale = keystore.create("st_1", 1)
    keystore.turn("st_1", 1, stale.id)
    after = sealed(keystore.get("st_1", 1))
    assert opens(stale, after)
    keystore.settle("st_1", 1, stale.id)
    assert opens(stale, after)


def test_a_key_that_was_fetched_before_opens_nothing_newer_of_a_store_that_left(keystore: KeyStore) -> None:
    stale = keystore.create("st_1", 1)
    keystore.turn("st_1", 1, stale.id)
    after = sealed(keystore.get("st_1", 1))
    keystore.quarantine("st_1", 1)
    assert not opens(stale, after)
    keystore.destroy("st_1", 1)
    assert not opens(stale, after)


def test_turning_and_settling_twice_change_nothing_the_second_time(keystore: KeyStore) -> None:
    old = keystore.create("st_1", 1)
    keystore.turn("st_1", 1, old.id)
    new = keystore.get("st_1", 1).id
    keystore.turn("st_1", 1, old.id)
    assert keystore.get("st_1", 1).id == new
    for _ in range(2):
        keystore.settle("st_1", 1, old.id)
        assert keystore.get("st_1", 1).id == new


def test_what_still_seals_something_is_not_dropped_for_a_third(keystore: KeyStore) -> None:
    old = keystore.create("st_1", 1)
    keystore.turn("st_1", 1, old.id)
    with pytest.raises(VaultError, match="must end before"):
        keystore.turn("st_1", 1, keystore.get("st_1", 1).id)
    assert opens(keystore.get("st_1", 1), sealed(old))


def test_a_turned_key_goes_into_quarantine_and_back_and_over(keystore: KeyStore) -> None:
    old = keystore.create("st_1", 1)
    value = sealed(old)
    keystore.turn("st_1", 1, old.id)
    assert keystore.status().resealing == 1
    new = keystore.get("st_1", 1).id
    keystore.quarantine("st_1", 1)
    keystore.turn_over()
    keystore.revive("st_1", 1)
    key = keystore.get("st_1", 1)
    assert (key.id, opens(key, value)) == (new, True)
    keystore.settle("st_1", 1, old.id)
    keystore.turn_over()
    assert keystore.get("st_1", 1).id == new
    assert keystore.status().resealing == 0
    assert keystore.destroy("st_1", 1) == new


def test_what_is_gone_or_put_aside_does_not_turn(keystore: KeyStore) -> None:
    key = keystore.create("st_1", 1)
    keystore.quarantine("st_1", 1)
    for attempt in (keystore.turn, keystore.settle):
        with pytest.raises(KeyGone, match="is quarantined"):
            attempt("st_1", 1, key.id)
        with pytest.raises(KeyGone, match="has no key"):
            attempt("st_2", 1, key.id)


def test_after_it_is_settled_and_turned_over_no_copy_opens_what_was_sealed_before(
    keystore: KeyStore, keys_path: Path, masters: MasterKeys, tmp_path: Path
) -> None:
    old = keystore.create("st_1", 1)
    value = sealed(old)
    secret = keystore._secret("st_1", 1)
    copies = []
    for name in ("before", "turning"):
        copies.append(tmp_path / name / "keys.sqlite3")
        copies[-1].parent.mkdir()
        shutil.copy(keys_path, copies[-1])
        keystore.turn("st_1", 1, old.id)
    keystore.settle("st_1", 1, old.id)
    keystore.turn_over()
    assert found_in_files(keys_path.parent, [secret]) == 0
    for copy in copies:
        shutil.copy(keys_path.with_suffix(".wrap"), copy.with_suffix(".wrap"))
        with pytest.raises(KeyGone, match="by a key that is no more"):
            KeyStore(copy, masters).get("st_1", 1)
    # Not even what is wrapped now, taken apart.
    now = keystore._secret("st_1", 1)
    assert secret not in now
    for at in range(0, len(now), 32):
        assert not opens(StoreKey(now[at : at + 32], "st_1", 1), value)


@pytest.mark.parametrize("length", [33, 64, 95, 127, 129, 160])
def test_what_has_another_length_is_no_key(length: int) -> None:
    with pytest.raises(VaultError, match="32 bytes"):
        payload.read(b"k" * length, "st_1", 1)
