"""After a turn-over no older copy of the key store opens anything, and nobody who reads has noticed."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, ClassVar

import pytest

from connectors.errors import KeyGone, Unsealable
from connectors.vault import KeyStore, MasterKeys, turnover
from connectors.vault.keyfile import KeyFile
from connectors.vault.keystore import SCHEMA
from connectors.vault.wrapping import WrapFile, WrappingKey
from tests.vault.onlooker import found_in_files, rows


def test_turning_over_changes_no_key_and_no_fingerprint(keystore: KeyStore) -> None:
    sealed = {
        store: keystore.create(store, 1).seal("product", "p1", store.encode()) for store in ("st_1", "st_2")
    }
    found = keystore.finder().fingerprint("shopify", "shop")
    for _ in range(3):
        assert keystore.turn_over() == 2
    for store, value in sealed.items():
        assert keystore.get(store, 1).open("product", "p1", value) == store.encode()
    assert keystore.finder().fingerprint("shopify", "shop") == found


def test_turning_over_replaces_every_wrapped_byte(keystore: KeyStore, keys_path: Path) -> None:
    keystore.create("st_1", 1)
    before = rows(keys_path, "SELECT wrapped FROM store_keys UNION SELECT wrapped FROM finder")
    wrap_file = keys_path.with_suffix(".wrap").read_bytes()
    keystore.turn_over()
    after = rows(keys_path, "SELECT wrapped FROM store_keys UNION SELECT wrapped FROM finder")
    assert len(before) == len(after) == 2
    assert not set(before) & set(after)
    assert keys_path.with_suffix(".wrap").read_bytes() != wrap_file
    assert sorted(each.name for each in keys_path.parent.iterdir()) == ["keys.sqlite3", "keys.wrap"]


def test_nothing_destroyed_is_in_any_file_after_a_turn_over(
    keystore: KeyStore, keys_path: Path, masters: MasterKeys
) -> None:
    count = 90  # several pages, so that rows moved between them
    for number in range(count):
        keystore.create(f"st_{number}", 1)
    (wrapping,) = WrapFile(keys_path.with_suffix(".wrap"), masters).read()
    wrapped = {
        store: blob
        for store, blob in rows(keys_path, "SELECT store, wrapped FROM store_keys")
        if isinstance(blob, bytes) and int(str(store)[3:]) % 2
    }
    secrets = [wrapping.unwrap(blob, str(store), 1, "live") for store, blob in wrapped.items()]
    for store in wrapped:
        keystore.destroy(str(store), 1)
    # Already the deletion wipes the database file; the turn-over wipes what could open a copy of it.
    assert found_in_files(keys_path.parent, [*wrapped.values(), *secrets]) == 0
    keystore.turn_over()
    wrapping_secret, _ = wrapping.written()
    assert found_in_files(keys_path.parent, [*wrapped.values(), *secrets, wrapping_secret]) == 0
    assert len(wrapped) == len(keystore.destroyed()) == count // 2


def test_a_backup_of_the_key_store_opens_nothing_that_was_destroyed(
    keystore: KeyStore, keys_path: Path, masters: MasterKeys, tmp_path: Path
) -> None:
    keystore.create("st_gone", 1)
    keystore.create("st_stays", 1)
    stolen = tmp_path / "stolen" / "keys.sqlite3"
    stolen.parent.mkdir()
    shutil.copy(keys_path, stolen)
    keystore.destroy("st_gone", 1)
    keystore.turn_over()
    shutil.copy(keys_path.with_suffix(".wrap"), stolen.with_suffix(".wrap"))

    thief = KeyStore(stolen, masters)
    with pytest.raises(KeyGone, match="by a key that is no more"):
        thief.get("st_gone", 1)
    for wrapping in WrapFile(stolen.with_suffix(".wrap"), masters).read():
        for state, blob in rows(stolen, "SELECT state, wrapped FROM store_keys WHERE store = 'st_gone'"):
            assert state == "live"
            assert isinstance(blob, bytes)
            with pytest.raises(Unsealable):
                wrapping.unwrap(wrapping.id.join([blob[:1], blob[9:]]), "st_gone", 1, "live")
    assert thief.status().unreadable == 2
    assert thief.turn_over() == 0
    with pytest.raises(KeyGone, match="by a key that is no more"):
        thief.quarantine("st_gone", 1)


def test_the_wrap_file_alone_names_no_store(keystore: KeyStore, keys_path: Path) -> None:
    keystore.create("st_1", 1)
    assert b"st_1" not in keys_path.with_suffix(".wrap").read_bytes()


def test_a_damaged_row_stops_no_turn_over_and_keeps_no_old_key(keystore: KeyStore, keys_path: Path) -> None:
    keystore.create("st_1", 1)
    keystore.create("st_2", 1)
    spoil = "CAST(substr(wrapped, 1, 40) || randomblob(29) AS BLOB)"
    rows(keys_path, f"UPDATE store_keys SET wrapped = {spoil} WHERE store = 'st_2'")  # noqa: S608
    assert keystore.turn_over() == 1
    keystore.get("st_1", 1)
    assert keystore.status().wrapping_keys == 1


def test_the_replaced_wrap_file_is_overwritten(keystore: KeyStore, keys_path: Path, folder: Path) -> None:
    keystore.create("st_1", 1)
    wrap_path = keys_path.with_suffix(".wrap")
    same_bytes = folder / "same bytes"
    os.link(wrap_path, same_bytes)
    before = same_bytes.read_bytes()
    keystore.turn_over()
    after = same_bytes.read_bytes()
    assert len(after) == len(before)
    assert not any(after[at : at + 8] in before for at in range(len(after) - 7))


def test_a_wrapping_key_that_a_row_still_names_is_not_dropped(
    keystore: KeyStore, keys_path: Path, masters: MasterKeys
) -> None:
    key_id = keystore.create("st_1", 1).id
    wraps = WrapFile(keys_path.with_suffix(".wrap"), masters)
    # One turn-over has committed its rows; another was killed having written its new key, and no row.
    wraps.write([WrappingKey.new(datetime.now(UTC)), *wraps.read()])
    with KeyFile(keys_path, SCHEMA, lambda _: None).writing() as connection:
        turnover.drop_unused(connection, wraps)
    assert keystore.get("st_1", 1).id == key_id
    assert keystore.status().wrapping_keys == 2
    keystore.turn_over()
    assert keystore.status().wrapping_keys == 1


class Interrupted(type(Path())):  # type: ignore[misc]
    """A path where something happens just before, or just after, its file is opened the first time."""

    before: ClassVar[list[Callable[[], object]]] = []
    after: ClassVar[list[Callable[[], object]]] = []

    def open(self, *arguments: Any, **named: Any) -> IO[Any]:
        while self.before:
            self.before.pop()()
        file: IO[Any] = super().open(*arguments, **named)
        while self.after:
            self.after.pop()()
        return file


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_reader_that_meets_a_turn_over_reads_again(
    keystore: KeyStore, keys_path: Path, masters: MasterKeys, moment: str
) -> None:
    key_id = keystore.create("st_1", 1).id
    found = keystore.finder().fingerprint("shop")
    reader = KeyStore(Interrupted(keys_path), masters)
    reads: list[tuple[Callable[[], object], object]] = [
        (lambda: reader.get("st_1", 1).id, key_id),
        (lambda: reader.finder().fingerprint("shop"), found),
    ]
    for read, expected in reads:
        # Before: the row names a key that the file no longer has. After: it is overwritten while it is read.
        getattr(Interrupted, moment).append(keystore.turn_over)
        assert read() == expected
        assert getattr(Interrupted, moment) == []


def test_what_is_written_is_durable_and_what_is_deleted_is_wiped(keystore: KeyStore, keys_path: Path) -> None:
    keystore.create("st_1", 1)
    with KeyFile(keys_path, SCHEMA, lambda _: None).writing() as connection:
        settings = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "temp_store")
        }
    extra, memory = 3, 2
    assert settings == {
        "journal_mode": "delete",
        "synchronous": extra,
        "secure_delete": 1,
        "temp_store": memory,
    }


# In batches --------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of a process."""


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnover, "BATCH", 2)


def killed_midway(keystore: KeyStore) -> None:
    def die(looked: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        keystore.turn_over(die)


@pytest.mark.usefixtures("_small_batches")
class TestInBatches:
    def test_it_tells_how_far_it_is(self, keystore: KeyStore) -> None:
        for number in range(5):
            keystore.create(f"st_{number}", 1)
        told: list[tuple[int, int]] = []
        keystore.turn_over(lambda looked, total: told.append((looked, total)))
        assert told == [(2, 5), (4, 5), (5, 5)]

    def test_between_batches_others_create_and_destroy(self, keystore: KeyStore, keys_path: Path) -> None:
        ids = {f"st_{number}": keystore.create(f"st_{number}", 1).id for number in range(6)}
        old = keystore.status().wrapping_keys

        def meanwhile(looked: int, total: int) -> None:
            # Both in front of where it is and behind it.
            for name in (f"st_0{looked}", f"st_9{looked}"):
                ids[name] = keystore.create(name, 1).id
            keystore.destroy(f"st_{looked - 1}", 1)

        keystore.turn_over(meanwhile)
        gone = {each.store for each in keystore.destroyed()}
        assert len(gone) == 5
        for store in gone:
            with pytest.raises(KeyGone, match="is destroyed"):
                keystore.get(store, 1)
        assert {store: keystore.get(store, 1).id for store in ids.keys() - gone} == {
            store: key_id for store, key_id in ids.items() if store not in gone
        }
        assert keystore.status().wrapping_keys == old == 1
        assert keystore.status().unreadable == 0

    def test_one_that_was_killed_is_gone_on_with(
        self, keystore: KeyStore, keys_path: Path, masters: MasterKeys
    ) -> None:
        ids = {f"st_{number}": keystore.create(f"st_{number}", 1).id for number in range(5)}
        killed_midway(keystore)
        status = keystore.status()
        assert (status.wrapping_keys, status.waiting) == (2, 3)
        newest = WrapFile(keys_path.with_suffix(".wrap"), masters).read()[0].id
        done = set(rows(keys_path, "SELECT wrapped FROM store_keys WHERE substr(wrapped, 2, 8) = ?", newest))
        assert keystore.turn_over(resume=True) == 5
        (left,) = WrapFile(keys_path.with_suffix(".wrap"), masters).read()
        assert left.id == newest
        # What was done before the kill is not done again.
        assert done <= set(rows(keys_path, "SELECT wrapped FROM store_keys"))
        assert {store: keystore.get(store, 1).id for store in ids} == ids

    def test_an_erasure_begins_anew_for_a_copy_may_have_been_taken_since_the_kill(
        self, keystore: KeyStore, keys_path: Path, masters: MasterKeys, tmp_path: Path
    ) -> None:
        for number in range(5):
            keystore.create(f"st_{number}", 1)
        killed_midway(keystore)
        stolen = tmp_path / "stolen" / "keys.sqlite3"
        stolen.parent.mkdir()
        shutil.copy(keys_path, stolen)
        keystore.destroy("st_0", 1)  # wrapped already by the new key of the one that was killed
        keystore.turn_over()
        shutil.copy(keys_path.with_suffix(".wrap"), stolen.with_suffix(".wrap"))
        with pytest.raises(KeyGone, match="by a key that is no more"):
            KeyStore(stolen, masters).get("st_0", 1)

    def test_one_within_another_leaves_one_key_and_loses_none(self, keystore: KeyStore) -> None:
        ids = {f"st_{number}": keystore.create(f"st_{number}", 1).id for number in range(6)}
        inner: list[Callable[[], object]] = [lambda: killed_midway(keystore), keystore.turn_over]

        def within(looked: int, total: int) -> None:
            if inner:
                inner.pop()()

        assert keystore.turn_over(within) == 6
        assert inner == []
        keystore.turn_over()
        assert keystore.status().wrapping_keys == 1
        assert {store: keystore.get(store, 1).id for store in ids} == ids
