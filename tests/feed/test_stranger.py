"""Strangers who know nothing but the OpenAPI document hold what we hold, whatever is written and erased."""

import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from psycopg import sql

pytestmark = pytest.mark.database

ROOT = Path(__file__).parents[2]
STRANGER = Path(__file__).parent / "stranger.py"
WRITERS = 3
PATIENCE_SECONDS = 300


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with TemporaryDirectory(dir=in_memory if os.access(in_memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


@pytest.fixture
def environment(folder: Path) -> Iterator[dict[str, str]]:
    """An installation of its own: a database, a folder, an address."""
    with socket.create_server(("127.0.0.1", 0)) as listener, _database() as database:
        port = listener.getsockname()[1]
        yield (
            os.environ
            | database
            | {
                "DJANGO_SETTINGS_MODULE": "minta.settings",
                "MINTA_VAR_DIR": str(folder / "var"),
                "PUBLIC_URL": f"http://127.0.0.1:{port}",
                "LOG_LEVEL": "ERROR",
                "LISTENER": str(os.dup(listener.fileno())),
            }
        )


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """A database of the kind that this run tests on; a file lies in the folder."""
    server, _, home = os.environ.get("DATABASE_URL", "").rpartition("/")
    if not server.startswith("postgres"):
        yield {}
        return
    name = f"{home}_stranger_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {"DATABASE_URL": f"{server}/{name}"}
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def running(environment: dict[str, str], *words: str, **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program while the block lasts."""
    program = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=environment, **options)
    try:
        yield program
    finally:
        program.terminate()
        program.wait(60)


def told(environment: dict[str, str], *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-4000:]
    return json.loads(done.stdout or b"null")


def test_strangers_hold_what_we_hold(environment: dict[str, str], folder: Path) -> None:
    told(environment, "manage.py", "migrate", "--verbosity", "0")
    known = told(environment, "-m", "tests.feed.crowd", "found")
    names, stop = ("every", "few"), folder / "stop"
    listener = int(environment["LISTENER"])
    address = f"{environment['PUBLIC_URL']}/feed/v1/schema"
    server = ("-m", "gunicorn", "minta.wsgi", "--bind", f"fd://{listener}", "--log-level", "error")
    with ExitStack() as all_of_them:

        def begin(*words: str, **options: Any) -> "subprocess.Popen[bytes]":
            return all_of_them.enter_context(running(environment, *words, **options))

        begin(*server, pass_fds=[listener])
        strangers = [
            begin(str(STRANGER), address, known[name], str(stop), str(folder / name)) for name in names
        ]
        writers = [
            begin("-m", "tests.feed.crowd", "write", str(seed), stdout=subprocess.DEVNULL)
            for seed in range(WRITERS)
        ]
        assert [each.wait(PATIENCE_SECONDS) for each in writers] == [0] * WRITERS
        told(environment, "-m", "tests.feed.crowd", "settle")
        stop.touch()
        assert [each.wait(PATIENCE_SECONDS) for each in strangers] == [0] * len(names)
    ours = told(environment, "-m", "tests.feed.crowd", "held")
    mirrors = {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in names}
    assert {name: each["wrong"] for name, each in mirrors.items()} == {name: [] for name in names}
    assert mirrors["every"]["records"] == ours["records"]
    some = tuple(known["some"])
    assert mirrors["few"]["records"] == {
        name: record for name, record in ours["records"].items() if name.startswith(some)
    }
    # It was worth the trouble: there is something, and something was read before it was over.
    assert len(ours["records"]) > 10
    assert ours["left"] > 3
    assert mirrors["every"]["entries"] > len(ours["records"])
    assert (ours["noted"] > 2, ours["owed"]) == (True, 0)
