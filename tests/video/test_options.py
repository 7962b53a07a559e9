"""The renderer as it is started by hand: words in, files, lines and an exit code out."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from connectors.video.folder import Folder
from tests.video.briefing import brief, one_product
from tests.video.feeding import KEY, Feeding, Forced

Run = Callable[..., "subprocess.CompletedProcess[str]"]
BY_MODULE, BY_COMMAND = ("-m", "connectors.video"), ("manage.py", "render")


@pytest.fixture
def run(there: Feeding, folder: Folder, tmp_path: Path) -> Run:
    def begin(
        *words: str, by: tuple[str, ...] = BY_MODULE, key: str = KEY, url: str | None = None, **more: str
    ) -> "subprocess.CompletedProcess[str]":
        named = {"MINTA_FEED_KEY": key, "MINTA_FEED_URL": there.url if url is None else url} | more
        return subprocess.run(
            [sys.executable, *by, *words, "--out", str(folder.path)],
            cwd=settings.BASE_DIR,
            env={**os.environ, **{name: value for name, value in named.items() if value}},
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )

    return begin


@pytest.mark.parametrize("by", [BY_MODULE, BY_COMMAND], ids=["without Django", "as a command"])
def test_a_store_is_rendered_and_told_of_in_lines(
    there: Feeding, folder: Folder, run: Run, by: tuple[str, ...]
) -> None:
    one_product(there)
    done = run("st_a", "--format", "1x1", by=by)
    assert done.returncode == 0, done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["pictures", "made", "ready"]
    assert re.search(r"made +1x1 +1x1\.mp4, \d+\.\d s, \d+\.\d MB$", done.stdout, re.MULTILINE)
    assert "\r" not in done.stdout, "a bar is for terminals"
    assert folder.place("st_a", 1).film("1x1").is_file()


def test_a_program_is_told_in_json(there: Feeding, run: Run) -> None:
    one_product(there)
    steps = [json.loads(line) for line in run("st_a", "--format", "1x1", "--json").stdout.splitlines()]
    assert [each["step"] for each in steps if each["step"] != "progress"] == ["pictures", "made", "ready"]
    assert all(0 <= each["percent"] <= 100 for each in steps if each["step"] == "progress")
    assert steps[-1]["video"] == "vd_1"


def test_without_a_key_it_says_how_to_make_one(run: Run) -> None:
    done = run("st_a", key="")
    assert done.returncode == 2
    assert "feedkey create renderer --purpose videos" in done.stderr


def test_without_an_address_it_says_how_to_give_one(run: Run) -> None:
    done = run("st_a", url="")
    assert (done.returncode, "MINTA_FEED_URL" in done.stderr) == (2, True)


@pytest.mark.parametrize("named", ["by word", "by variable"])
def test_the_key_may_lie_in_a_file(there: Feeding, run: Run, tmp_path: Path, named: str) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    there.add_store("st_a", brief())
    if named == "by word":
        done = run("st_a", "--key-file", str(file), key="")
    else:
        done = run("st_a", key="", MINTA_FEED_KEY_FILE=str(file))
    assert done.returncode == 3, done.stderr


def test_a_key_file_that_is_not_there_is_said_so(run: Run, tmp_path: Path) -> None:
    done = run("st_a", "--key-file", str(tmp_path / "none"))
    assert (done.returncode, "FileNotFoundError" in done.stderr) == (2, True)


@pytest.mark.parametrize("words", [(), ("st_a", "--follow")], ids=["neither", "both"])
def test_one_store_or_all(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert (done.returncode, "--follow" in done.stderr) == (2, True)


def test_how_it_ends_says_what_is_the_matter(there: Feeding, folder: Folder, run: Run) -> None:
    there.add_store("st_empty", brief())
    assert run("st_empty").returncode == 3
    assert run("st_unknown").returncode == 4
    there.force("GET", "/feed/v1/stores/st_empty/brief", Forced(400))
    assert run("st_empty").returncode == 1
    with folder.place("st_empty", 1).held():
        assert run("st_empty").returncode == 5
    assert run("../../etc").returncode == 4, "no such store"


def test_a_brief_of_another_store_is_refused(there: Feeding, run: Run) -> None:
    there.briefs["st_a"] = {"format": 1, "store": "st_b", "epoch": 1, **brief()}
    done = run("st_a")
    assert (done.returncode, "another store" in done.stderr) == (2, True)


def test_the_key_is_in_no_output(there: Feeding, run: Run) -> None:
    there.add_store("st_a", brief())
    for words in (("st_a",), ("st_a", "--json"), ("st_unknown",)):
        done = run(*words)
        assert KEY not in done.stdout + done.stderr
