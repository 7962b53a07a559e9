"""A store key is there until it is destroyed, and then for nobody, from nowhere, ever again."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import KeyGone, Misconfigured, Unsealable, VaultError
from connectors.vault import KeyStore, MasterKeys, new_master_key
from connectors.vault.aead import sealed_by
from connectors.vault.wrapping import WrapFile
from tests.vault.onlooker import rows


def test_a_key_opens_what_it_sealed_before(keystore: KeyStore, keys_path: Path, masters: MasterKeys) -> None:
    sealed = keystore.create("st_1", 1).seal("product", "p1", b"plain")
    again = KeyStore(keys_path, masters)
    assert again.get("st_1", 1).open("product", "p1", sealed) == b"plain"


def test_creating_twice_gives_the_same_key(keystore: KeyStore) -> None:
    assert keystore.create("st_1", 1).id == keystore.create("st_1", 1).id


def test_every_store_and_epoch_has_a_key_of_its_own(keystore: KeyStore) -> None:
    ids = {keystore.create(store, epoch).id for store in ("st_1", "st_2") for epoch in (1, 2)}
    assert len(ids) == 4


def test_what_was_never_made_is_gone(keystore: KeyStore) -> None:
    keystore.create("st_1", 1)
    for store, epoch in [("st_1", 2), ("st_2", 1), ("", 0)]:
        with pytest.raises(KeyGone, match="has no key"):
            keystore.get(store, epoch)
        assert not keystore.has(store, epoch)
        assert keystore.state(store, epoch) is None


def test_a_destroyed_key_is_gone_for_every_process_at_once(
    keystore: KeyStore, keys_path: Path, masters: MasterKeys
) -> None:
    elsewhere = KeyStore(keys_path, masters)
    elsewhere.create("st_1", 1)
    elsewhere.get("st_1", 1)
    keystore.destroy("st_1", 1)
    with pytest.raises(KeyGone, match="is destroyed"):
        elsewhere.get("st_1", 1)


def test_destroying_returns_the_keys_id_every_time(keystore: KeyStore) -> None:
    key_id = keystore.create("st_1", 1).id
    assert [keystore.destroy("st_1", 1) for _ in range(3)] == [key_id] * 3
    assert keystore.state("st_1", 1) == "destroyed"


def test_a_destroyed_key_is_not_made_again_nor_moved(keystore: KeyStore) -> None:
    keystore.create("st_1", 1)
    keystore.destroy("st_1", 1)
    for attempt in (keystore.create, keystore.get, keystore.quarantine, keystore.revive):
        with pytest.raises(KeyGone, match="is destroyed"):
            attempt("st_1", 1)
    assert keystore.create("st_1", 2).epoch == 2


def test_what_never_was_can_be_destroyed_and_then_never_be(keystore: KeyStore) -> None:
    assert keystore.destroy("st_1", 1) == ""
    with pytest.raises(KeyGone):
        keystore.create("st_1", 1)


def test_destroying_one_leaves_the_others(keystore: KeyStore) -> None:
    other = keystore.create("st_2", 1)
    keystore.create("st_1", 1)
    keystore.destroy("st_1", 1)
    assert keystore.get("st_2", 1).id == other.id


def test_destroyed_keys_are_listed_with_their_time(keys_path: Path, masters: MasterKeys) -> None:
    now = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    keystore = KeyStore(keys_path, masters, clock=lambda: now)
    key_id = keystore.create("st_1", 1).id
    keystore.destroy("st_1", 1)
    keystore.create("st_2", 1)
    first_destroyed, now = now, now + timedelta(days=1)
    keystore.destroy("st_1", 1)
    keystore.destroy("st_3", 4)
    assert [(each.store, each.epoch, each.key_id, each.at) for each in keystore.destroyed()] == [
        ("st_3", 4, "", now),
        ("st_1", 1, key_id, first_destroyed),
    ]


# Quarantine ------------------------------------------------------------------------------------------


def test_quarantine_hides_a_key_until_it_is_revived(keystore: KeyStore) -> None:
    key = keystore.create("st_1", 1)
    for _ in range(2):
        keystore.quarantine("st_1", 1)
    assert keystore.has("st_1", 1)
    for attempt in (keystore.get, keystore.create):
        with pytest.raises(KeyGone, match="is quarantined"):
            attempt("st_1", 1)
    for _ in range(2):
        keystore.revive("st_1", 1)
    assert keystore.get("st_1", 1).id == key.id


def test_quarantine_needs_a_key(keystore: KeyStore) -> None:
    for attempt in (keystore.quarantine, keystore.revive):
        with pytest.raises(KeyGone, match="has no key"):
            attempt("st_1", 1)


def test_an_edited_state_revives_nothing(keystore: KeyStore, keys_path: Path) -> None:
    keystore.create("st_1", 1)
    keystore.quarantine("st_1", 1)
    rows(keys_path, "UPDATE store_keys SET state = 'live'")
    with pytest.raises(Unsealable):
        keystore.get("st_1", 1)


def test_a_key_in_quarantine_turns_over_revives_and_is_destroyed(keystore: KeyStore) -> None:
    kept, dropped = keystore.create("st_1", 1), keystore.create("st_2", 1)
    keystore.quarantine("st_1", 1)
    keystore.quarantine("st_2", 1)
    assert keystore.turn_over() == 2
    assert keystore.destroy("st_2", 1) == dropped.id
    keystore.revive("st_1", 1)
    assert keystore.get("st_1", 1).id == kept.id


def test_a_wrapped_key_moved_to_another_row_does_not_open(keystore: KeyStore, keys_path: Path) -> None:
    keystore.create("st_1", 1)
    keystore.create("st_2", 1)
    keystore.create("st_1", 2)
    rows(
        keys_path,
        "UPDATE store_keys SET wrapped = (SELECT wrapped FROM store_keys WHERE store = 'st_1' LIMIT 1)",
    )
    assert keystore.get("st_1", 1).epoch == 1
    for store, epoch in [("st_2", 1), ("st_1", 2)]:
        with pytest.raises(Unsealable):
            keystore.get(store, epoch)


# Master keys, files, what an operator sees ------------------------------------------------------------


def test_master_keys_rotate_without_a_gap(keystore: KeyStore, keys_path: Path) -> None:
    old_text, new_text = new_master_key(), new_master_key()
    path = keys_path.with_name("other.sqlite3")
    old = KeyStore(path, MasterKeys.parse(old_text))
    key_id = old.create("st_1", 1).id
    both = KeyStore(path, MasterKeys.parse(f"{new_text},{old_text}"))
    found = both.finder().fingerprint("a")
    status = both.status()
    assert status.master_key == status.master_keys[1]
    both.rewrap_masters()
    assert both.status().master_key == both.status().master_keys[0]
    new = KeyStore(path, MasterKeys.parse(new_text))
    assert new.get("st_1", 1).id == both.get("st_1", 1).id == key_id
    assert new.finder().fingerprint("a") == found
    with pytest.raises(Misconfigured, match="No key of MINTA_MASTER_KEYS opens"):
        old.get("st_1", 1)


def test_a_missing_wrap_file_is_named_and_not_made_anew(keystore: KeyStore, keys_path: Path) -> None:
    keystore.create("st_1", 1)
    wrap_path = keys_path.with_suffix(".wrap")
    wrap_path.unlink()
    for attempt in (keystore.get, keystore.create):
        with pytest.raises(Misconfigured, match=r"keys\.wrap is missing"):
            attempt("st_1", 1)
    with pytest.raises(Misconfigured, match=r"keys\.wrap is missing"):
        keystore.create("st_2", 1)
    with pytest.raises(Misconfigured, match=r"keys\.wrap is missing"):
        keystore.turn_over()
    assert not wrap_path.exists()
    assert not keystore.has("st_2", 1)


def test_a_vanished_key_store_is_named_and_not_made_anew(keystore: KeyStore, keys_path: Path) -> None:
    keystore.create("st_1", 1)
    keys_path.unlink()
    with pytest.raises(Misconfigured, match=r"keys\.sqlite3 cannot be opened"):
        keystore.get("st_1", 1)
    assert not keys_path.exists()


def test_what_is_no_key_store_is_named(keys_path: Path, masters: MasterKeys) -> None:
    keys_path.parent.mkdir()
    keys_path.write_bytes(b"no database" * 1000)
    with pytest.raises(VaultError, match=r"keys\.sqlite3 failed: SQLITE_NOTADB"):
        KeyStore(keys_path, masters).get("st_1", 1)


def test_only_the_owner_reads_the_files(keystore: KeyStore, keys_path: Path) -> None:
    keystore.create("st_1", 1)
    keystore.turn_over()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in keys_path.parent.iterdir()}
    assert modes == {"keys.sqlite3": 0o600, "keys.wrap": 0o600}
    assert stat.S_IMODE(keys_path.parent.stat().st_mode) == 0o700


def test_the_status_counts_and_shows_no_key(keys_path: Path, masters: MasterKeys) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    keystore = KeyStore(keys_path, masters, clock=lambda: now)
    for number in range(6):
        keystore.create(f"st_{number}", 1)
    keystore.quarantine("st_1", 1)
    keystore.quarantine("st_2", 1)
    keystore.destroy("st_2", 1)
    now += timedelta(hours=5)
    status = keystore.status()
    assert (status.live, status.quarantined, status.destroyed, status.unreadable) == (4, 1, 1, 0)
    assert (status.wrapping_keys, status.wrapping_key_age_seconds) == (1, 5 * 3600)
    assert status.master_key == masters.current
    assert status.master_keys == masters.ids
    keystore.turn_over()
    assert keystore.status().wrapping_key_age_seconds == 0


def test_the_finder_finds_by_all_parts_in_order(
    keystore: KeyStore, keys_path: Path, masters: MasterKeys
) -> None:
    finder = keystore.finder()
    assert len(finder.fingerprint("shopify", "shop")) == 16
    assert finder.fingerprint("shopify", "shop") == KeyStore(keys_path, masters).finder().fingerprint(
        "shopify", "shop"
    )
    names = [
        ("shopify", "shop"),
        ("shop", "shopify"),
        ("shopifyshop",),
        ("shopify", "sho", "p"),
        ("shopify", "shop", ""),
    ]
    assert len({finder.fingerprint(*name) for name in names}) == len(names)
    elsewhere = KeyStore(keys_path.with_name("other.sqlite3"), masters)
    assert elsewhere.finder().fingerprint("shopify", "shop") != finder.fingerprint("shopify", "shop")


def test_a_key_store_shows_its_place_and_no_more(keystore: KeyStore, keys_path: Path) -> None:
    assert repr(keystore) == f"<KeyStore {keys_path}>"


def test_every_wrapped_key_names_its_wrapping_key(
    keystore: KeyStore, keys_path: Path, masters: MasterKeys
) -> None:
    keystore.create("st_1", 1)
    (wrapping,) = WrapFile(keys_path.with_suffix(".wrap"), masters).read()
    ((wrapped,),) = rows(keys_path, "SELECT wrapped FROM store_keys")
    assert isinstance(wrapped, bytes)
    assert sealed_by(wrapped) == wrapping.id
