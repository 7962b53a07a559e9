"""What belongs to the installation opens in its place, whatever turns over, and nowhere else."""

from pathlib import Path

import pytest

from connectors.errors import Unsealable
from connectors.vault import KeyStore, MasterKeys, StoreKey, new_master_key
from connectors.vault.keeper import Keeper

SECRET = b"whsec of an endpoint"


def test_it_opens_what_it_sealed_and_no_two_seals_are_alike(keystore: KeyStore) -> None:
    keeper = keystore.keeper()
    sealed = [keeper.seal("endpoint", "ep_1", SECRET) for _ in range(2)]
    assert [keeper.open("endpoint", "ep_1", each) for each in sealed] == [SECRET, SECRET]
    assert sealed[0] != sealed[1]
    assert SECRET not in sealed[0]


def test_it_opens_under_no_other_kind_or_name(keystore: KeyStore) -> None:
    keeper = keystore.keeper()
    sealed = keeper.seal("endpoint", "ep_1", SECRET)
    for kind, name in (
        ("endpoint", "ep_2"),
        ("endpoin", "tep_1"),
        ("other", "ep_1"),
        ("", "ep_1"),
        ("x", ""),
    ):
        with pytest.raises(Unsealable):
            keeper.open(kind, name, sealed)


def test_a_changed_byte_or_plain_bytes_do_not_open(keystore: KeyStore) -> None:
    keeper = keystore.keeper()
    sealed = keeper.seal("endpoint", "ep_1", SECRET)
    for place in range(len(sealed)):
        with pytest.raises(Unsealable):
            keeper.open("endpoint", "ep_1", sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
    with pytest.raises(Unsealable):
        keeper.open("endpoint", "ep_1", SECRET * 4)


def test_what_has_no_place_is_not_sealed(keystore: KeyStore) -> None:
    with pytest.raises(ValueError, match="kind and a name"):
        keystore.keeper().seal("", "ep_1", SECRET)


def test_it_outlives_turn_overs_and_the_rotation_of_the_master_key(
    keystore: KeyStore, keys_path: Path, masters: MasterKeys
) -> None:
    sealed = keystore.keeper().seal("endpoint", "ep_1", SECRET)
    keystore.create("st_1", 1)
    keystore.destroy("st_1", 1)
    keystore.turn_over()
    older, newer = new_master_key(), new_master_key()
    path = keys_path.with_name("rotated.sqlite3")
    kept = KeyStore(path, MasterKeys.parse(older)).keeper().seal("endpoint", "ep_1", SECRET)
    both = KeyStore(path, MasterKeys.parse(f"{newer},{older}"))
    both.rewrap_masters()
    both.turn_over()
    assert KeyStore(path, MasterKeys.parse(newer)).keeper().open("endpoint", "ep_1", kept) == SECRET
    assert KeyStore(keys_path, masters).keeper().open("endpoint", "ep_1", sealed) == SECRET


def test_another_installation_and_a_store_open_nothing_of_it(keystore: KeyStore, tmp_path: Path) -> None:
    sealed = keystore.keeper().seal("endpoint", "ep_1", SECRET)
    other = KeyStore(tmp_path / "keys.sqlite3", MasterKeys.parse(new_master_key()))
    with pytest.raises(Unsealable):
        other.keeper().open("endpoint", "ep_1", sealed)
    with pytest.raises(Unsealable):
        keystore.create("st_1", 1).open("endpoint", "ep_1", sealed)


def test_of_one_secret_keeper_and_store_key_share_no_key() -> None:
    secret = bytes(range(32))
    sealed = Keeper(secret).seal("endpoint", "ep_1", SECRET)
    with pytest.raises(Unsealable):
        StoreKey(secret, "st_1", 1).open("endpoint", "ep_1", sealed)
