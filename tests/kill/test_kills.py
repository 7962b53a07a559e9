"""A kill at any deed of an install, a sync, an intake or an erasure, then a new start: the same end state.

Each commit tries some deeds, drawn by a seed that a failure names. `MINTA_KILL_POINTS=all` tries every one
(about 15 minutes), `MINTA_KILL_SEED=7` draws the same again.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.kill.scenarios import SCENARIOS

pytestmark = pytest.mark.database
ROOT = Path(__file__).parents[2]
POINTS = os.environ.get("MINTA_KILL_POINTS", "7")
SEED = int(os.environ.get("MINTA_KILL_SEED", random.randrange(10**6)))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power loss, does not see the difference."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with TemporaryDirectory(dir=in_memory if os.access(in_memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_kill_before_any_deed_ends_in_the_same_state(scenario: str, folder: Path) -> None:
    environment = os.environ | {"MINTA_VAR_DIR": str(folder / "var"), "LOG_LEVEL": "ERROR"}
    lives = folder / f"{scenario}_{os.getpid()}"  # the name of its databases, where they are on a server
    lives.mkdir()
    command = [sys.executable, "-m", "tests.kill.runner", scenario, str(lives), str(SEED), POINTS]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"MINTA_KILL_SEED={SEED}\n{ran.stderr[-4000:]}"
    told = json.loads(ran.stdout)
    assert told["deeds"] > 100
    assert told["tried"] == (told["deeds"] if POINTS == "all" else int(POINTS))
    assert told["differences"] == {}, f"MINTA_KILL_SEED={SEED}"
