"""The three lives of a scenario: the one that makes its beginning, the victim, and who lives on."""

import json
import shutil
from pathlib import Path

from django.conf import settings
from django.db import connections

from connectors.sandbox.control import Sandbox
from connectors.work.port import load
from tests.kill import databases
from tests.kill.countdown import Countdown, watch
from tests.kill.digest import digest
from tests.kill.scenarios import SCENARIOS
from tests.kill.world import World

_PRODUCTS, _ORDERS = 4, 5


class Lives:
    """What is done in each fork of the runner."""

    def __init__(self, name: str, sandbox: Sandbox) -> None:
        self._scenario = SCENARIOS[name]
        self._address = sandbox.base_url
        self._shop = str(sandbox.create_store("killed-store", orders=_ORDERS, products=_PRODUCTS)["domain"])
        sandbox.change_shop(self._shop, restore_rate=100_000)
        sandbox.retries(0)
        sandbox.close()  # a kept connection must not be shared with the children
        load()
        settings.PLATFORMS["shopify"]["origin"] = sandbox.shopify_origin

    def begin(self, folder: Path) -> None:
        """Make the state that every life of the scenario begins with."""
        world = World(folder, Sandbox(self._address), self._shop)
        world.found()
        self._scenario.before(world)
        connections.close_all()

    def copy(self, source: Path, target: Path) -> None:
        """Begin a life where another stands; nobody may live in that one now."""
        shutil.copytree(source, target)
        databases.copy(source, target)

    def forget(self, folder: Path) -> None:
        """Leave nothing of a life."""
        shutil.rmtree(folder)
        databases.drop(folder)

    def act(self, folder: Path, deed: int) -> None:
        """Do what the scenario does, killed before the given deed."""
        countdown = Countdown(deed, folder / "label")
        watch(countdown)
        world = World(folder, Sandbox(self._address), self._shop)
        world.enter()
        self._scenario.ready(world)
        countdown.arm()
        self._scenario.act(world)
        countdown.disarm()
        (folder / "deeds").write_text(str(countdown.count))
        connections.close_all()

    def live_on(self, folder: Path) -> None:
        """Start anew, let the world go on, and write down what all has come to."""
        world = World(folder, Sandbox(self._address), self._shop)
        world.enter()
        world.leases_run_out()
        self._scenario.after(world)
        (folder / "digest.json").write_text(json.dumps(digest()), encoding="utf-8")
        connections.close_all()
