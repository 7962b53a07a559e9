"""A kill at any deed between a change and its delivery: nothing is lost, nothing comes under a second id."""

import json
import os
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.push.conftest import ROOT, Message, Receiver

pytestmark = pytest.mark.database
POINTS = os.environ.get("MINTA_KILL_POINTS", "8")
SEED = int(os.environ.get("MINTA_KILL_SEED", random.randrange(10**6)))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power loss, does not see the difference."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with TemporaryDirectory(dir=in_memory if os.access(in_memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


def said_of(messages: list[Message]) -> dict[tuple[str, str], set[str]]:
    """Return {(event, what it is about): the ids that it came under}."""
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in messages:
        about = each.said["data"].get("change") or each.said["data"]["erasure"]
        said[each.said["type"], str(about)].add(each.id)
    return said


def test_a_kill_before_any_deed_loses_no_notice_and_tells_none_under_two_ids(
    folder: Path, receiver: Receiver
) -> None:
    environment = os.environ | {"MINTA_VAR_DIR": str(folder / "var"), "LOG_LEVEL": "ERROR"}
    lives = folder / f"push_{os.getpid()}"
    lives.mkdir()
    url = receiver.url.split("?")[0]
    command = [sys.executable, "-m", "tests.push.killed", str(lives), url, str(SEED), POINTS]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"MINTA_KILL_SEED={SEED}\n{ran.stderr[-4000:]}"
    found = json.loads(ran.stdout)
    assert found["deeds"] > 50
    for life, told in found["told"].items():
        failure = f"killed before deed {life}: {told}"
        messages = [each for each in receiver.received if each.path.endswith(f"?life={life}")]
        said = said_of(messages)
        assert all(len(ids) == 1 for ids in said.values()), failure
        assert {each[0] for each in told["notices"]} == {"feed.changed", "store.erased"}, failure
        for event, subject, ref, state in told["notices"]:
            assert state == "delivered", failure
            assert said[event, subject] == {ref}, failure
        assert ("feed.changed", str(told["newest"])) in said, failure
        assert {state for _, state in told["jobs"]} == {"done"}, failure
