"""Run a step of the key store once for each thing it does to the system, with an end before that thing.

    python -m tests.vault.killed END STEP FOLDER KEY

END is `kill`, or `fail`: the system answers with an error, and the same process tries again. FOLDER/start
holds the key store to start from; FOLDER/1, FOLDER/2, … are what these runs left. The last of them went
through. Prints how many there are. In a process of its own, for it forks and replaces what the system offers.
"""

import errno
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connectors.errors import MintaError
from connectors.vault import KeyStore, MasterKeys

FAILED_THEN_DONE = 75

STEPS: dict[str, Callable[[KeyStore], object]] = {
    "found": lambda keystore: keystore.finder(),
    "create": lambda keystore: keystore.create("st_new", 1),
    "quarantine": lambda keystore: keystore.quarantine("st_live", 1),
    "revive": lambda keystore: keystore.revive("st_aside", 1),
    "destroy": lambda keystore: keystore.destroy("st_live", 1),
    "turn_over": lambda keystore: keystore.turn_over(),
    "rewrap_masters": lambda keystore: keystore.rewrap_masters(),
}
SYSTEM_CALLS = ("open", "fsync", "replace", "link", "unlink", "mkdir")


class Countdown:
    """End the n-th call before it begins."""

    def __init__(self, end: str, calls: int) -> None:
        self.end = end
        self.left = calls

    def __call__(self, failure: Exception) -> None:
        self.left -= 1
        if self.left:
            return
        if self.end == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise failure


def counted(countdown: Countdown, call: Callable[..., Any]) -> Callable[..., Any]:
    def instead(*arguments: Any, **named: Any) -> Any:
        countdown(OSError(errno.EIO, "input/output error"))
        return call(*arguments, **named)

    return instead


def watch(countdown: Countdown) -> None:
    """Count every statement of SQLite and every change of a file."""

    class Watched(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            countdown(sqlite3.OperationalError("disk I/O error"))
            return super().execute(*arguments)

        def executemany(self, *arguments: Any) -> sqlite3.Cursor:
            countdown(sqlite3.OperationalError("disk I/O error"))
            return super().executemany(*arguments)

    connect = sqlite3.connect
    sqlite3.connect = lambda *arguments, **named: connect(*arguments, **named, factory=Watched)  # type: ignore[assignment]
    for name in SYSTEM_CALLS:
        setattr(os, name, counted(countdown, getattr(os, name)))


def attempt(end: str, step: str, keystore: KeyStore, calls: int) -> int:
    """Run the step in a child; return the child's exit status."""
    countdown = Countdown(end, calls)
    watch(countdown)
    try:
        STEPS[step](keystore)
    except (OSError, MintaError):
        # The same process goes on, so what it holds in memory must not stand in its way.
        STEPS[step](keystore)
    return 0 if countdown.left > 0 else FAILED_THEN_DONE


def run(end: str, step: str, folder: Path, masters: MasterKeys, calls: int) -> bool:
    """Return whether the step was ended."""
    child = os.fork()
    if not child:
        os._exit(attempt(end, step, KeyStore(folder / "keys.sqlite3", masters), calls))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in (0, -signal.SIGKILL if end == "kill" else FAILED_THEN_DONE):
        raise SystemExit(f"{step} ended with {code} at call {calls}")
    return code != 0


def copy(start: Path, folder: Path) -> None:
    """Copy a key store as a kill may have left it: with two names of one wrap file."""
    shutil.copytree(start, folder)
    current, replaced = "keys.wrap", "keys.wrap.replaced"
    if (start / replaced).exists() and (start / replaced).samefile(start / current):
        (folder / replaced).unlink()
        os.link(folder / current, folder / replaced)


def main(end: str, step: str, root: str, key: str) -> None:
    masters = MasterKeys.parse(key)
    calls, ended = 0, True
    while ended:
        calls += 1
        folder = Path(root, str(calls))
        copy(Path(root, "start"), folder)
        ended = run(end, step, folder, masters, calls)
    sys.stdout.write(str(calls))


if __name__ == "__main__":
    main(*sys.argv[1:])
