"""After any sequence of installs, syncs, webhooks, uninstalls, returns, redactions, restores, kills and days:

no erased value opens, no kept value is lost, every duty is done or overdue, the chain of receipts verifies.

`MINTA_MACHINE=300x25` plays 300 lives of up to 25 moves, drawn anew; `MINTA_MACHINE_SEED=7` the same again.
"""

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
ASKED = os.environ.get("MINTA_MACHINE", "3x12")
SEED = os.environ.get("MINTA_MACHINE_SEED", str(random.randrange(10**6)))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power loss, does not see the difference."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with TemporaryDirectory(dir=in_memory if os.access(in_memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


def test_what_must_be_true_is_true_after_any_sequence(folder: Path) -> None:
    environment = os.environ | {"MINTA_VAR_DIR": str(folder / "var"), "LOG_LEVEL": "ERROR"}
    lives = folder / f"machine_{os.getpid()}"  # the name of its databases, where they are on a server
    lives.mkdir()
    lives_count, moves_count = ASKED.split("x")
    command = [sys.executable, "-m", "tests.machine.runner", str(lives), lives_count, moves_count, SEED]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"MINTA_MACHINE_SEED={SEED}\n{ran.stdout[-3000:]}\n{ran.stderr[-6000:]}"
