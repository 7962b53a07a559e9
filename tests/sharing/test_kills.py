"""A kill at any deed between a consent and the receipt: nothing is left there, each end is proved once."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.sharing.conftest import ROOT, Truth

pytestmark = pytest.mark.database
POINTS = os.environ.get("MINTA_KILL_POINTS", "5")
SEED = int(os.environ.get("MINTA_KILL_SEED", random.randrange(10**6)))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power loss, does not see the difference."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with TemporaryDirectory(dir=in_memory if os.access(in_memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


def test_a_kill_before_any_deed_leaves_nothing_at_a_processor_and_proves_each_end_once(
    folder: Path, vendor: Truth
) -> None:
    environment = os.environ | {"MINTA_VAR_DIR": str(folder / "var"), "LOG_LEVEL": "ERROR"}
    lives = folder / f"sharing_{os.getpid()}"
    lives.mkdir()
    command = [sys.executable, "-m", "tests.sharing.killed", str(lives), vendor.origin, str(SEED), POINTS]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"MINTA_KILL_SEED={SEED}\n{ran.stderr[-4000:]}"
    found = json.loads(ran.stdout)
    assert found["deeds"] > 100
    asked = vendor.asked
    for life, told in found["told"].items():
        failure = f"MINTA_KILL_SEED={SEED}: killed before deed {life}: {told}"
        here = [method for method, name in asked if name.startswith(f"{life}/")]
        assert here.count("PUT") >= 3, failure
        assert not [name for name in vendor.copies if name.startswith(f"{life}/")], failure
        assert (told["held"], told["dead"]) == (0, 0), failure
        assert told["receipts"].count("erase.store") == 1, failure
        assert "erase.copy" in told["receipts"], failure
        assert {each.rsplit(" ", 1)[1] for each in told["duties"]} == {"done", "verified"}, failure
        if life == "0":
            assert told["duties"] == [
                "erase.copy acme verified",
                "erase.copy chest verified",
                "erase.store  done",
            ]
