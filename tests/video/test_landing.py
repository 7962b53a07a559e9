"""A file comes whole or not at all."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.video.landing import landing

HOLDS = """
import sys, time
from pathlib import Path
from connectors.video.landing import landing
with landing(Path(sys.argv[1])) as part:
    part.write_text("half")
    print("writing", flush=True)
    sys.stdin.read()
"""


def writer(path: Path) -> "subprocess.Popen[str]":
    """Start a process that has half written a file and waits."""
    started = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "writing\n"
    return started


def test_what_was_written_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "film.mp4"
    with landing(path) as part:
        part.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_until_then_the_old_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("old")
    with landing(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_after_a_failure_the_old_one_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError), landing(path) as part:
        part.write_text("half \udc80", "utf-8")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_writer_leaves_the_old_one_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("old")
    killed = writer(path)
    killed.kill()
    killed.communicate()
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
    with landing(tmp_path / "another.mp4") as part:
        part.write_text("new")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["another.mp4", "film.mp4"]


def test_a_writer_who_lives_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    other = writer(path)
    with landing(tmp_path / "another.mp4") as part:
        part.write_text("new")
    other.communicate("")
    assert other.returncode == 0
    assert path.read_text() == "half"


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    stranger = tmp_path / ".film.mp4.download"
    stranger.write_text("theirs")
    with landing(tmp_path / "film.mp4") as part:
        part.write_text("new")
    assert stranger.read_text() == "theirs"


def test_the_lock_ends_with_the_writing(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with landing(path) as part:
        part.write_text("new")
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
