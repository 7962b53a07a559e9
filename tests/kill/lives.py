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
from tests.kill.vendors import Vendors
from tests.kill.world import World

_ORDERS = 5


class Lives:
    """What is done in each fork of the runner."""

    def __init__(self, name: str, sandbox: Sandbox, mode: str, vendors: Vendors | None) -> None:
        self._scenario = SCENARIOS[name]
        self._address = sandbox.base_url
        self._mode = mode
        self._vendors = vendors
        products = self._scenario.products
        self._shop = str(sandbox.create_store("killed-store", orders=_ORDERS, products=products)["domain"])
        sandbox.change_shop(self._shop, restore_rate=100_000)
        sandbox.retries(0)
        sandbox.close()  # a kept connection must not be shared with the children
        load()
        settings.PLATFORMS["shopify"]["origin"] = sandbox.shopify_origin

    def begin(self, folder: Path) -> None:
        """Make the state that every life of the scenario begins with."""
        world = self._world(folder)
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
        """Do what the scenario does, killed before the given deed, or with that one failing."""
        countdown = Countdown(deed, folder / "label", self._mode)
        watch(countdown)
        world = self._world(folder)
        world.enter()
        self._scenario.ready(world)
        countdown.arm()
        try:
            self._scenario.act(world)
        except Exception:
            if not countdown.struck:
                raise
            connections.close_all()  # as a worker's next step, or a server's next request, does
            self._scenario.act(world)
        countdown.disarm()
        (folder / "deeds").write_text(json.dumps(countdown.places))
        connections.close_all()

    def live_on(self, folder: Path) -> None:
        """Start anew, let the world go on, and write down what all has come to."""
        world = self._world(folder)
        world.enter()
        world.leases_run_out()
        self._scenario.after(world)
        told = {**digest(), "wrong": self._scenario.wrong(world)}
        (folder / "digest.json").write_text(json.dumps(told), encoding="utf-8")
        connections.close_all()

    def _world(self, folder: Path) -> World:
        return World(folder, Sandbox(self._address), self._shop, self._vendors)
