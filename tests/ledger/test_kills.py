"""A real `kill -9` of a replay at any deed, and the same again: it comes to the same."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

pytestmark = pytest.mark.database
ROOT = Path(__file__).parents[2]
POINTS = os.environ.get("MINTA_KILL_POINTS", "6")
SEED = int(os.environ.get("MINTA_KILL_SEED", random.randrange(10**6)))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power loss, does not see the difference."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with TemporaryDirectory(dir=in_memory if os.access(in_memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


def test_a_replay_that_was_killed_comes_to_what_one_comes_to_that_was_not(folder: Path) -> None:
    environment = os.environ | {"MINTA_VAR_DIR": str(folder / "var"), "LOG_LEVEL": "ERROR"}
    lives = folder / f"replay_{os.getpid()}"
    lives.mkdir()
    command = [sys.executable, "-m", "tests.ledger.killed", str(lives), str(SEED), POINTS]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"MINTA_KILL_SEED={SEED}\n{ran.stderr[-4000:]}"
    found = json.loads(ran.stdout)
    assert found["deeds"] > 100
    whole = found["told"].pop("0")
    for life, told in found["told"].items():
        assert told == whole, f"killed before deed {life} of {found['deeds']}"

    assert [state for _, state, _ in whole["stores"]] == ["erased", "quarantined", "active", "erased"]
    assert [epoch for epoch, _, _ in whole["stores"]] == [1, 1, 1, 2]
    assert [each[0] for each in whole["keys"]] == ["destroyed", "quarantined", "live", "destroyed"]
    assert {store for store, _, kind, n in whole["rows"] if kind != "gone" and n} == {2, 3}
    assert whole["revoked"] == ["revoked"]
    numbers = [number for number, *_ in whole["receipts"]]
    assert numbers == list(range(1, len(numbers) + 1))
    own = [(store, epoch) for _, store, kind, epoch, cause in whole["receipts"] if cause == "redact"]
    assert sorted(own) == [(0, 1), (3, 1)]
    assert whole["ledger"]
    assert whole["replayed"] == 1
