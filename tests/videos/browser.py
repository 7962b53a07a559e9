"""A real browser without a screen, driven over a pipe with the DevTools protocol."""

import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

CHROMIUM: Final = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: no page was looked at")

PATIENCE_SECONDS: Final = 90.0
_FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--block-third-party-cookies",
    "--mute-audio",
    "--remote-debugging-pipe",
)


class Unheard(Exception):
    """The browser did not do it."""


@dataclass
class Browser:
    """One window. `faults` are what its console holds against the app at `app_url`."""

    app_url: str
    writes: int
    reads: int
    faults: list[str] = field(default_factory=list)
    _session: str | None = None
    _unread: bytes = b""
    _asked: int = 0
    _frames: dict[str, int] = field(default_factory=dict)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; what happens meanwhile is noted."""
        self._asked += 1
        asked = {"id": self._asked, "method": method, "params": parameters}
        if self._session is not None:
            asked["sessionId"] = self._session
        os.write(self.writes, json.dumps(asked).encode() + b"\0")
        while (told := self._next()).get("id") != self._asked:
            self._note(told)
        if "error" in told:
            raise Unheard(told["error"]["message"])
        result: dict[str, Any] = told["result"]
        return result

    def open(self, address: str) -> None:
        """Open an address in the window."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Page.navigate", url=address)

    def in_frame(self, script: str) -> Any:
        """Run a script in the first frame within the page, and return what it comes to; None before that."""
        inside = self.ask("Page.getFrameTree")["frameTree"].get("childFrames", [])
        context = self._frames.get(inside[0]["frame"]["id"]) if inside else None
        if context is None:
            return None
        how = {"contextId": context, "returnByValue": True, "awaitPromise": True, "userGesture": True}
        try:
            return self.ask("Runtime.evaluate", expression=script, **how)["result"].get("value")
        except Unheard:  # the frame has gone on to another page
            return None

    def wait_for(self, script: str) -> Any:
        """Run a script in the frame until it comes to something true."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not (found := self.in_frame(script)):
            assert time.monotonic() < until, f"waited for {script}; {self.faults}"
            time.sleep(0.1)
        return found

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            assert select.select([self.reads], [], [], PATIENCE_SECONDS)[0], "the browser says nothing"
            piece = os.read(self.reads, 1 << 20)
            assert piece, "the browser has ended"
            self._unread += piece
        told, _, self._unread = self._unread.partition(b"\0")
        result: dict[str, Any] = json.loads(told)
        return result

    def _note(self, told: dict[str, Any]) -> None:
        said = told.get("params", {})
        match told.get("method"):
            case "Runtime.executionContextCreated" if said["context"]["auxData"].get("isDefault"):
                self._frames[said["context"]["auxData"]["frameId"]] = said["context"]["id"]
            case "Runtime.exceptionThrown":
                self.faults.append(said["exceptionDetails"]["text"])
            case "Log.entryAdded" if said["entry"].get("url", "").startswith(self.app_url):
                self.faults.append(said["entry"]["text"])


@contextmanager
def browsing(app_url: str, folder: Path) -> Iterator[Browser]:
    """Run a browser that has never been anywhere, and gives nobody else's frame a cookie."""
    assert CHROMIUM is not None
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    # It hears on 3 and speaks on 4.
    assert min(theirs_in, theirs_out) > 4
    quiet = [(os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_RDWR, 0) for each in (0, 1, 2)]
    spoken = [(os.POSIX_SPAWN_DUP2, theirs_in, 3), (os.POSIX_SPAWN_DUP2, theirs_out, 4)]
    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={folder}", "about:blank"]
    running = os.posix_spawn(CHROMIUM, command, os.environ, file_actions=[*quiet, *spoken], setsid=True)
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Browser(app_url, ours_out, ours_in)
    finally:
        os.killpg(running, signal.SIGKILL)
        os.waitpid(running, 0)
        os.close(ours_out)
        os.close(ours_in)
