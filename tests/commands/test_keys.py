"""`keys`: new ones that can be read, a rotation that leaves the old master key useless, a standing."""

import json
from typing import Any

import pytest
from django.core.management import CommandError

from connectors import configured
from connectors.errors import MintaError
from connectors.models import AuditEntry, Row
from connectors.vault import KeyStore, MasterKeys, Signer, new_master_key, turnover
from tests import cast
from tests.commands.conftest import Run

pytestmark = pytest.mark.django_db


def test_new_keys_are_settings_that_can_be_read(run: Run) -> None:
    lines = dict(line.split("=", 1) for line in run("keys", "new").out.splitlines())
    assert lines.keys() == {"MINTA_MASTER_KEYS", "MINTA_RECEIPT_KEY"}
    MasterKeys.parse(lines["MINTA_MASTER_KEYS"])
    Signer.parse(lines["MINTA_RECEIPT_KEY"])


def test_new_keys_are_new_every_time(run: Run) -> None:
    assert run("keys", "new").out != run("keys", "new").out


def test_new_keys_need_no_key_yet(run: Run, settings: Any) -> None:
    settings.MASTER_KEYS, settings.RECEIPT_KEY = (), ""
    assert "MINTA_MASTER_KEYS=" in run("keys", "new").out


def test_what_must_be_known_does_not_stand_among_the_settings(run: Run) -> None:
    said = run("keys", "new")
    assert "shown this once" in said.err
    assert all(line.startswith("MINTA_") for line in said.out.splitlines())


def test_after_a_rotation_the_new_master_key_alone_opens(run: Run, settings: Any) -> None:
    old = settings.MASTER_KEYS
    configured.keystore().create("st_one", 1)
    new = new_master_key()
    settings.MASTER_KEYS = (new, *old)
    assert "1 store keys are wrapped by a new wrapping key" in run("keys", "rotate").out
    KeyStore(settings.KEYSTORE_PATH, MasterKeys.parse(new)).get("st_one", 1)
    with pytest.raises(MintaError):
        KeyStore(settings.KEYSTORE_PATH, MasterKeys.parse(old[0])).get("st_one", 1)


def test_the_standing_shows_counts_and_ids_and_no_key(run: Run, settings: Any) -> None:
    keys = configured.keystore()
    keys.create("st_one", 1)
    keys.create("st_two", 1)
    keys.quarantine("st_two", 1)
    keys.destroy("st_three", 1)
    out = run("keys", "status").out
    assert "1 live, 1 in quarantine, 1 destroyed, 0 that open no more" in out
    assert MasterKeys.parse(settings.MASTER_KEYS[0]).current in out
    assert settings.MASTER_KEYS[0] not in out


def test_a_rotation_that_is_due_is_said(run: Run, settings: Any) -> None:
    run("keys", "status")
    settings.MASTER_KEYS = (new_master_key(), *settings.MASTER_KEYS)
    assert "does not seal yet" in run("keys", "status").out


@pytest.mark.parametrize("verb", ["rotate", "status"])
def test_a_key_store_that_does_not_open_is_said_without_a_value(run: Run, settings: Any, verb: str) -> None:
    run("keys", "status")
    settings.MASTER_KEYS = ("not-a-key-4711",)
    with pytest.raises(CommandError, match="MINTA_MASTER_KEYS") as caught:
        run("keys", verb)
    assert "4711" not in str(caught.value)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(run: Run, settings: Any) -> None:
    keys = configured.keystore()
    keys.create("st_one", 1)
    settings.MASTER_KEYS = (new_master_key(), *settings.MASTER_KEYS)
    files = {each: each.read_bytes() for each in settings.KEYSTORE_PATH.parent.iterdir()}
    out = run("keys", "rotate", "--dry-run").out
    assert "1 store keys to wrap" in out
    assert f"then by {MasterKeys.parse(settings.MASTER_KEYS[0]).current}" in out
    assert {each: each.read_bytes() for each in settings.KEYSTORE_PATH.parent.iterdir()} == files
    assert not AuditEntry.objects.exists()


def test_a_rotation_says_how_far_it_is_and_who_did_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnover, "BATCH", 2)
    for number in range(5):
        configured.keystore().create(f"st_{number}", 1)
    out = run("keys", "rotate").out
    assert [line.strip() for line in out.splitlines() if " of " in line] == ["2 of 5", "4 of 5", "5 of 5"]
    entry = AuditEntry.objects.get(action="keys.rotated")
    assert entry.actor.startswith("operator")
    assert '"keys":5' in entry.detail


def test_a_rotation_that_was_killed_is_shown_and_ended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnover, "BATCH", 2)
    keys = configured.keystore()
    for number in range(5):
        keys.create(f"st_{number}", 1)

    def die(looked: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keys.turn_over(die)
    assert "a rotation was begun: 3 to wrap" in run("keys", "status").out
    assert "3 store keys to wrap by a wrapping key of a rotation that was begun" in run("keys", "rotate").out
    status = json.loads(run("keys", "status", "--json").out)
    assert (status["wrapping_keys"], status["waiting"], status["live"]) == (1, 0, 5)


def test_a_store_is_put_under_a_new_key(run: Run) -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product(1), cast.product(2))
    assert "rows: 2" in run("keys", "rotate", "--store", store.ref, "--dry-run").out
    assert configured.keystore().get(store.ref, 1).id == key.id
    assert "2 values" in run("keys", "rotate", "--store", store.ref, "--yes").out
    new = configured.keystore().get(store.ref, 1).id
    assert new != key.id
    assert {bytes(each.sealed or b"")[1:9].hex() for each in Row.objects.all()} == {new}


def test_without_a_yes_no_store_is_put_under_a_new_key(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    store, key = cast.store()
    monkeypatch.setattr("builtins.input", lambda _: "n")
    with pytest.raises(CommandError, match="nothing was done"):
        run("keys", "rotate", "--store", store.ref)
    assert configured.keystore().get(store.ref, 1).id == key.id
    with pytest.raises(CommandError, match="no store st_none"):
        run("keys", "rotate", "--store", "st_none", "--yes")
