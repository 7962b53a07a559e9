"""Start the sandbox as a process of its own, for tests and the demo."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from connectors.sandbox.control import Sandbox

ROOT = Path(__file__).resolve().parents[2]
MARK = "sandbox listening on "
START_SECONDS = 120.0


@contextmanager
def running_sandbox(
    *,
    platform: str = "shopify",
    app_url: str = "http://127.0.0.1:8000",
    stores: str | Sequence[str] = "",
    catalog: Path | None = None,
    pictures: Path | None = None,
    repeat: int | None = None,
    variants: int | None = None,
    orders: int | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    private_key: Path | None = None,
    own: Mapping[str, str] | None = None,
    port: int = 0,
) -> Iterator[Sandbox]:
    """Run a sandbox on a free port while the block lasts, and give its client."""
    arguments = ["--platform", platform, "--app-url", app_url, "--port", str(port)]
    named: dict[str, object | None] = {
        "--stores": stores if isinstance(stores, str) else ",".join(stores),
        "--catalog": catalog,
        "--pictures": pictures,
        "--repeat": repeat,
        "--variants": variants,
        "--orders": orders,
        "--client-id": client_id,
        "--client-secret": client_secret,
        "--private-key": private_key,
    }
    for name, value in named.items():
        if value not in (None, ""):
            arguments += [name, str(value)]
    for setting, value in (own or {}).items():
        arguments += ["--set", f"{setting}={value}"]
    child = _start(arguments)
    try:
        with Sandbox(_address(child)) as sandbox:
            yield sandbox
    finally:
        _stop(child)


def _start(arguments: list[str]) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "connectors.sandbox", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def _address(child: subprocess.Popen[str]) -> str:
    watchdog = threading.Timer(START_SECONDS, child.kill)
    watchdog.start()
    try:
        line = child.stdout.readline() if child.stdout else ""
    finally:
        watchdog.cancel()
    if not line.startswith(MARK):
        raise RuntimeError("the sandbox did not start")
    return line.removeprefix(MARK).strip()


def _stop(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout:
        child.stdout.close()
