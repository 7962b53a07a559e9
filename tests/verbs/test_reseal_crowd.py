"""A re-seal beside processes that write into the store, killed and begun again: nothing is lost or left."""

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
ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("MINTA_KILL_SEED", random.randrange(10**6)))
KILLS = int(os.environ.get("MINTA_KILL_POINTS", "3"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power loss, does not see the difference."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with TemporaryDirectory(dir=in_memory if os.access(in_memory, os.W_OK) else tmp_path) as name:
        yield Path(name) / f"reseal_{os.getpid()}"


def test_a_re_seal_that_is_killed_beside_writers_ends_with_everything_under_one_new_key(folder: Path) -> None:
    environment = os.environ | {"MINTA_VAR_DIR": str(folder / "var"), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "tests.verbs.resealing", str(folder), str(SEED), str(KILLS)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    said = f"MINTA_KILL_SEED={SEED}\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"
    assert ran.returncode == 0, said
    found = json.loads(ran.stdout)
    assert found["writers"] == [0, 0], said
    assert (found["turned"], found["previous"]) == (True, ""), said
    assert found["heads"].keys() == {"new"}, said
    assert found["opened"] == found["heads"]["new"] > 160, said
    assert found["lost"] == [], said
    assert set(found["errors"]) <= {"KeyTurned retry=True"}, said
    assert set(found["written"]) == {"in_sync", "at_the_door", "as_renderer"}, said
