"""The demo's stage: a folder of its own, secrets made on the spot, and the processes of the system."""

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import requests

_START_SECONDS = 120
_STOP_SECONDS = 10
_OF_THE_MACHINE = ("PATH", "HOME", "LANG", "TMPDIR")

Entered = TypeVar("Entered")


class Stuck(Exception):
    """Something the demo waited for did not happen in time."""


def wait_for(what: str, condition: Callable[[], bool], seconds: float = 60.0, every: float = 0.1) -> None:
    """Wait until `condition` holds; raises Stuck naming `what`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Stuck(f"waited {seconds:g} s for {what}")
        time.sleep(every)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


class Stage:
    """Processes that live as long as the `with` block, in a folder that is made anew."""

    def __init__(self, base: Path, folder: Path, *, web_port: int | None = None) -> None:
        self.base = base
        self.folder = folder
        self.web = f"http://127.0.0.1:{web_port or free_port()}"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._stack = ExitStack()
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            _stop(process)
        self._stack.close()

    def keep(self, close: Callable[[], object]) -> None:
        """Call `close` when the stage ends, after its processes."""
        self._stack.callback(close)

    def hold(self, context: AbstractContextManager[Entered]) -> Entered:
        """Enter a context until the stage ends, and its processes before it."""
        return self._stack.enter_context(context)

    def configure(self, *platforms: Mapping[str, str]) -> None:
        """Make the settings of the system: fresh secrets, the demo's own files, what the platforms gave."""
        inherited = {name: value for name, value in os.environ.items() if name in _OF_THE_MACHINE}
        self.environment = {
            **inherited,
            "MINTA_ENV_FILE": os.devnull,
            "MINTA_VAR_DIR": str(self.folder / "var"),
            "SANDBOX": "1",
            "SECRET_KEY": _key(),
            "MINTA_MASTER_KEYS": _key(),
            "MINTA_RECEIPT_KEY": _key(),
            "PUBLIC_URL": self.web,
            "PYTHONUNBUFFERED": "1",
        }
        for given in platforms:
            self.environment |= given

    @property
    def secrets(self) -> set[str]:
        """Return the secrets of the installation, which rest in its environment alone."""
        named = ("SECRET_KEY", "MINTA_MASTER_KEYS", "MINTA_RECEIPT_KEY")
        return {
            value for name, value in self.environment.items() if name in named or name.endswith("_SECRET")
        }

    @contextmanager
    def second_web(self, var: Path) -> Iterator[str]:
        """Serve another folder, with the same secrets, while the block lasts; give its address."""
        address = f"127.0.0.1:{free_port()}"
        process = self._start(
            "second-web",
            ["-m", "gunicorn", "minta.wsgi", "--bind", address, "--workers", "1"],
            {**self.environment, "MINTA_VAR_DIR": str(var)},
        )
        try:
            wait_for("the second web server", lambda: _answers(f"http://{address}/healthz"), _START_SECONDS)
            yield f"http://{address}"
        finally:
            self._processes.remove(process)
            _stop(process)

    def command(self, *words: str, var: Path | None = None) -> str:
        """Run one of the product's commands to its end, on a given folder if need be; return what it says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self.base,
            env=self.environment | ({"MINTA_VAR_DIR": str(var)} if var else {}),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stuck(f"manage.py {words[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def start_web(self) -> None:
        """Start the web server and wait until it answers."""
        address = self.web.removeprefix("http://")
        # The renderer waits for changes: at the end its request would hold the server for half a minute.
        words = ["--bind", address, "--access-logfile", "-", "--graceful-timeout", "1"]
        self._start("web", ["-m", "gunicorn", "minta.wsgi", *words])
        wait_for("the web server", lambda: _answers(f"{self.web}/healthz"), _START_SECONDS)

    def start_worker(self) -> None:
        """Start the worker."""
        self._start("worker", ["manage.py", "work"])

    def start_renderer(self, key: str, *formats: str) -> None:
        """Start the pipeline, another system: it is given the feed's address, a key, and a folder."""
        named = [word for each in formats for word in ("--format", each)]
        words = ["-m", "connectors.video", "--follow", "--json", "--jobs", "2", "--settle", "3", *named]
        given = {name: value for name, value in self.environment.items() if name in _OF_THE_MACHINE}
        self._start(
            "renderer",
            [*words, "--feed", self.web, "--out", str(self.films)],
            {**given, "MINTA_FEED_KEY": key, "PYTHONUNBUFFERED": "1"},
        )

    @property
    def films(self) -> Path:
        """The pipeline's own folder."""
        return self.folder / "videos"

    def _start(
        self, name: str, words: list[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self.folder / f"{name}.log").open("ab"))
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=self.base,
            env=environment or self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    def all_run(self) -> bool:
        """Tell whether every process is still alive."""
        return all(process.poll() is None for process in self._processes)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
