"""A kill at any instruction of the key store loses nothing, and the next run ends what it began."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.errors import KeyGone
from connectors.vault import KeyStore, MasterKeys, StoreKey
from tests.vault.killed import STEPS

ROOT = Path(__file__).parents[2]
KEY = "a2lsbGVkLWJlZm9yZS1ldmVyeS1jYWxsLTMyLWJ5dGU="


@pytest.fixture
def masters() -> MasterKeys:
    return MasterKeys.parse(KEY)


def start(folder: Path, masters: MasterKeys) -> tuple[dict[str, StoreKey], bytes]:
    """Make a key store with a key in every state; return the keys and a fingerprint."""
    keystore = KeyStore(folder / "keys.sqlite3", masters)
    keys = {store: keystore.create(store, 1) for store in ("st_live", "st_aside", "st_gone")}
    keystore.quarantine("st_aside", 1)
    keystore.destroy("st_gone", 1)
    return keys, keystore.finder().fingerprint("shopify", "shop")


def ended_runs(end: str, step: str, folder: Path) -> int:
    """Run the step from `folder`/start, ended before its first call, its second, …; return how often."""
    command = [sys.executable, "-m", "tests.vault.killed", end, step, str(folder), KEY]
    (folder / "tmp").mkdir()
    system = {**os.environ, "TMPDIR": str(folder / "tmp")}
    done = subprocess.run(command, cwd=ROOT, env=system, check=True, capture_output=True, timeout=600)
    return int(done.stdout)


def state_after(keystore: KeyStore, store: str, key: StoreKey) -> str:
    """Return the state, having proved that the key does what its state says."""
    state = keystore.state(store, 1)
    if state == "live":
        assert keystore.get(store, 1).id == key.id
    else:
        with pytest.raises(KeyGone):
            keystore.get(store, 1)
    return str(state)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("end", ["kill", "fail"])
def test_a_kill_or_failure_before_any_call_is_repaired_by_the_next_run(
    end: str, step: str, folder: Path, masters: MasterKeys
) -> None:
    (folder / "start").mkdir()
    keys, found = ({}, b"") if step == "found" else start(folder / "start", masters)
    runs = ended_runs(end, step, folder)
    assert runs > 10

    states = []
    for number in range(1, runs + 1):
        keystore = KeyStore(folder / str(number) / "keys.sqlite3", masters)
        left = tuple(state_after(keystore, store, key) for store, key in keys.items())
        states.append(left)
        # Again, to its end: whatever the kill left is no obstacle.
        STEPS[step](keystore)
        keystore.create("st_new", 1).seal("product", "p1", b"plain")
        keystore.turn_over()
        assert keystore.status().wrapping_keys == 1
        assert keystore.status().unreadable == 0
        assert tuple(state_after(keystore, store, key) for store, key in keys.items()) == states_at_end(
            step, left
        )
        if found:
            assert keystore.finder().fingerprint("shopify", "shop") == found
        files = {path.name for path in (folder / str(number)).iterdir()}
        assert files == {"keys.sqlite3", "keys.wrap"}
    # Once done it stays done: no later end shows an earlier state.
    assert states == sorted(states, key=lambda left: left == states[-1])


def states_at_end(step: str, left: tuple[str, ...]) -> tuple[str, ...]:
    ends = {
        "quarantine": ("quarantined", "quarantined", "destroyed"),
        "revive": ("live", "live", "destroyed"),
        "destroy": ("destroyed", "quarantined", "destroyed"),
    }
    return ends.get(step, left and ("live", "quarantined", "destroyed"))


LEFTOVERS: dict[str, Callable[[Path], object]] = {
    "two names of the current file": lambda wrap: os.link(wrap, f"{wrap}.replaced"),
    "the file before it": lambda wrap: Path(f"{wrap}.replaced").write_bytes(b"old" * 30),
    "half of the next file": lambda wrap: Path(f"{wrap}.next").write_bytes(b"half"),
}


@pytest.mark.parametrize("leftover", LEFTOVERS)
def test_a_kill_of_what_repairs_a_kill_loses_nothing(
    leftover: str, folder: Path, masters: MasterKeys
) -> None:
    (folder / "start").mkdir()
    keys, _ = start(folder / "start", masters)
    LEFTOVERS[leftover](folder / "start" / "keys.wrap")
    for number in range(1, ended_runs("kill", "rewrap_masters", folder) + 1):
        keystore = KeyStore(folder / str(number) / "keys.sqlite3", masters)
        assert keystore.get("st_live", 1).id == keys["st_live"].id
        keystore.turn_over()
        assert keystore.get("st_live", 1).id == keys["st_live"].id
        files = {path.name for path in (folder / str(number)).iterdir()}
        assert files == {"keys.sqlite3", "keys.wrap"}


FOREVER = """
import itertools, sys
from pathlib import Path
from connectors.vault import KeyStore, MasterKeys
keystore = KeyStore(Path(sys.argv[1]), MasterKeys.parse(sys.argv[2]))
run = sys.argv[3]
for number in itertools.count():
    key = keystore.create(f"st_{run}_{number}", 1)
    print(f"st_{run}_{number}", key.id, flush=True)
    keystore.turn_over()
"""


def told(output: str) -> dict[str, str]:
    """Return the stores and key ids that were printed; the last line may be half a line."""
    whole, _, _ = output.rpartition("\n")
    return dict(map(str.split, whole.splitlines()))


def test_a_kill_at_any_moment_loses_no_key_that_was_given(folder: Path, masters: MasterKeys) -> None:
    path = folder / "keys.sqlite3"
    moments = random.Random(20261122)
    given: dict[str, str] = {}
    for run in range(6):
        command = [sys.executable, "-c", FOREVER, str(path), KEY, str(run)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            given.update(told(worker.stdout.readline()))
            time.sleep(moments.uniform(0.01, 0.08))
            os.kill(worker.pid, signal.SIGKILL)
            given.update(told(worker.stdout.read()))
    keystore = KeyStore(path, masters)
    assert {store: keystore.get(store, 1).id for store in given} == given
    keystore.turn_over()
    assert keystore.status().wrapping_keys == 1
    assert {store: keystore.get(store, 1).id for store in given} == given
