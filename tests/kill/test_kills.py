"""A kill at any deed of an install, a sync, an intake or an erasure, then a new start: the same end state.

Each commit tries some deeds, drawn by a seed that a failure names. `MINTA_KILL_POINTS=all` tries every one
(about 15 minutes), `MINTA_KILL_SEED=7` draws the same again. `MINTA_KILL_MODE=fail` lets deeds fail as a full
disk or a lost connection would, instead of a kill. `MINTA_KILL_PRODUCTS=10000` is how many products the
erasure beside processors is of.
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

from tests.kill.countdown import PLACES
from tests.kill.scenarios import SCENARIOS

pytestmark = pytest.mark.database
ROOT = Path(__file__).parents[2]
POINTS = os.environ.get("MINTA_KILL_POINTS", "")
MODE = os.environ.get("MINTA_KILL_MODE", "kill")
SEED = int(os.environ.get("MINTA_KILL_SEED", random.randrange(10**6)))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power loss, does not see the difference."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with TemporaryDirectory(dir=in_memory if os.access(in_memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_kill_before_any_deed_ends_in_the_same_state(scenario: str, folder: Path) -> None:
    check(scenario, MODE, POINTS or ("4" if SCENARIOS[scenario].vendors else "5"), folder)


def test_a_deed_of_an_erasure_that_fails_instead_ends_in_the_same_state(folder: Path) -> None:
    check("processors", "fail", POINTS or "3", folder)


def check(scenario: str, mode: str, points: str, folder: Path) -> None:
    """Assert that every life that was tried came to what the one came to that nobody ended."""
    environment = os.environ | {"MINTA_VAR_DIR": str(folder / "var"), "LOG_LEVEL": "ERROR"}
    lives = folder / f"{scenario}_{os.getpid()}"  # the name of its databases, where they are on a server
    lives.mkdir()
    command = [sys.executable, "-m", "tests.kill.runner", scenario, str(lives), str(SEED), points, mode]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"MINTA_KILL_SEED={SEED}\n{ran.stderr[-4000:]}"
    print(ran.stdout)  # noqa: T201 # the evidence of a long run (`pytest -s`)
    told = json.loads(ran.stdout)
    assert told["deeds"] > 100
    assert told["tried"] == (told["deeds"] if points == "all" else int(points))
    assert told["differences"] == {}, f"MINTA_KILL_SEED={SEED}"
    assert told["wrong"] == [], f"MINTA_KILL_SEED={SEED}"
    if SCENARIOS[scenario].vendors:
        assert set(told["seen"]) == PLACES
