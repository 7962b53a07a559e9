"""One move of a life: in a process of its own, at the platform's time, perhaps killed before its n-th deed.

The process that plays the whole life touches no database, so that each of its children may.
"""

import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import time_machine
from django.core.management import call_command
from django.db import connections

from connectors import pausing, replay, revive, work
from connectors.models import Store
from connectors.sandbox.control import Sandbox
from tests.kill import databases
from tests.kill.countdown import Countdown, watch
from tests.kill.world import World
from tests.machine import judge

Move = Callable[[World], Any]


class Life:
    """A folder with all that one merchant's installation holds, and what befalls it, one move at a time."""

    def __init__(self, folder: Path, sandbox: Sandbox, shop: str) -> None:
        self.folder = folder
        self.world = World(folder, sandbox, shop)
        self._backups: list[Path] = []

    def move(self, move: Move, deed: int = 0) -> Any:
        """Make a move in a child; returns what it came to, None when it was killed before its n-th deed."""
        told = self.folder / "told.json"
        told.unlink(missing_ok=True)
        now, address = self.world.sandbox.now(), self.world.sandbox.base_url
        self.world.sandbox.close()  # a kept connection must not be shared with a child
        child = os.fork()
        if not child:
            self._live(move, deed, told, now, address)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == -signal.SIGKILL and deed:
            return None
        assert code == 0, f"a move ended with {code}: {(self.folder / 'trouble').read_text()}"
        return json.loads(told.read_text(encoding="utf-8"))

    def _live(self, move: Move, deed: int, told: Path, now: float, address: str) -> None:
        code = 1
        try:
            countdown = Countdown(deed, self.folder / "label")
            watch(countdown)
            world = World(self.folder, Sandbox(address), self.world.shop)
            world.enter()
            # Platform and product have one clock; it stands at what the platform's says.
            with time_machine.travel(now, tick=True):
                countdown.arm()
                came_to = move(world)
                countdown.disarm()
            told.write_text(json.dumps(came_to), encoding="utf-8")
            connections.close_all()
            code = 0
        except BaseException:
            (self.folder / "trouble").write_text(traceback.format_exc()[-6000:])
        finally:
            sys.stderr.flush()
            os._exit(code)

    # what befalls it

    def back_up(self) -> int:
        """Take a backup of the database, as it lies there, and nothing else; returns its number."""
        backup = self.folder.with_name(f"{self.folder.name}-b{len(self._backups)}")
        backup.mkdir()
        for path in self.folder.glob("minta.sqlite3*"):
            shutil.copy2(path, backup / path.name)
        databases.copy(self.folder, backup)
        self._backups.append(backup)
        return len(self._backups) - 1

    def put_back(self, number: int) -> None:
        """Put a backup in the database's place; keys and ledger stay as they are."""
        for path in self.folder.glob("minta.sqlite3*"):
            path.unlink()
        for path in self._backups[number].glob("minta.sqlite3*"):
            shutil.copy2(path, self.folder / path.name)
        databases.drop(self.folder)
        databases.copy(self._backups[number], self.folder)

    @property
    def backups(self) -> int:
        """How many backups there are."""
        return len(self._backups)

    def judge(self) -> dict[str, Any]:
        """Let everything come to rest and return what all has come to, for each backup too."""
        files = [str(path / "minta.sqlite3") for path in self._backups]
        told: dict[str, Any] = self.move(lambda world: judge.facts(world, files))
        return told

    def end(self) -> None:
        """Leave nothing of it."""
        for folder in [self.folder, *self._backups]:
            databases.drop(folder)
            shutil.rmtree(folder)


# The moves ----------------------------------------------------------------------------------------------


def open_app(world: World) -> None:
    """Let the merchant open the app."""
    world.open()


def do_work(world: World) -> None:
    """Let a worker do what is due."""
    world.leases_run_out()
    work.engine().drain(ticks=True)
    world.work()


def deliver(world: World) -> None:
    """Let the platform bring what it had no answer for."""
    world.deliver(*range(len(world.webhooks())))


def deliver_again(world: World) -> None:
    """Let the platform bring the oldest and the newest once more."""
    count = len(world.webhooks())
    world.deliver(*{0, count - 1}, again=True)


def read(world: World) -> None:
    """Let a mirror read everything."""
    world.ask_feed("mirror", "changes?limit=500")


def confirm(world: World) -> None:
    """Let the mirror say that what it was asked for is gone."""
    world.confirm("mirror")


def tell_of_the_past(world: World) -> bool:
    """Tell a database from a backup what it forgot; returns whether it had to be told."""
    needed = replay.needed()
    call_command("erasures", "replay", verbosity=0)
    assert not replay.needed()
    return needed


def choose(world: World, verb: str) -> bool:
    """Let a merchant who came back say whether to keep what was held; returns whether they were asked."""
    store = Store.objects.first()
    if store is None or revive.choice(store) is None:
        return False
    (revive.keep if verb == "keep" else revive.clean)(store, judge.now())
    return True


def pause(world: World, *, paused: bool) -> bool:
    """Let the merchant pause, or resume; returns whether there was a store to do it to."""
    store = Store.objects.filter(state="active").first()
    if store is None or (store.paused_at is not None) == paused:
        return False
    (pausing.pause if paused else pausing.resume)(store, judge.now())
    return True


def rest() -> None:
    """Wait a moment, so that two times differ."""
    time.sleep(0.002)
