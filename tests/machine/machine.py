"""Any sequence of what can befall an installation, and what must be true after each of them."""

import itertools
import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from connectors.sandbox.control import Sandbox
from tests.kill import databases
from tests.machine import life
from tests.machine.life import Life

#: 0: nobody is killed. Most moves have fewer deeds than the most that is drawn.
DEEDS = st.one_of(st.just(0), st.integers(1, 60), st.integers(60, 500))


class Installation(RuleBasedStateMachine):
    """One merchant's installation. `root` holds `begun`, an empty database, and the lives."""

    root: ClassVar[Path]
    sandbox: ClassVar[Sandbox]
    numbers: ClassVar["itertools.count[int]"] = itertools.count()

    life: Life
    here = False
    ever = False
    put_backs = 0
    redacted: set[str]

    @initialize(synced=st.sampled_from([True, True, True, False]))
    def begin(self, synced: bool) -> None:
        """Make an empty installation and a store at the platform."""
        number = next(self.numbers)
        made = self.sandbox.create_store(f"machine-{number}", orders=4, products=3)
        shop = str(made["domain"])
        self.sandbox.change_shop(shop, restore_rate=100_000)
        folder = self.root / f"life{number}"
        shutil.copytree(self.root / "begun", folder)
        (folder / "webhooks.json").write_text("[]")
        databases.copy(self.root / "begun", folder)
        self.life, self.redacted = Life(folder, self.sandbox, shop), set()
        self.number = int(self.sandbox.store(shop)["number"])
        self.life.move(life.read)  # every backup knows the mirror's key
        if synced:
            self.open_app(0)
            self.life.move(life.do_work)

    @property
    def shop(self) -> str:
        return self.life.world.shop

    # the merchant and the platform

    @rule(deed=DEEDS)
    def open_app(self, deed: int) -> None:
        self.here = self.ever = True
        self.life.move(life.open_app, deed)

    @precondition(lambda self: self.here)
    @rule(what=st.sampled_from(["make", "change", "delete"]), at_once=st.booleans())
    def change_a_product(self, what: str, at_once: bool) -> None:
        shop, sandbox = self.shop, self.sandbox
        if what == "make" or len(sandbox.products(shop)) < 2:
            self._collect(lambda: sandbox.create_product(shop, title=f"Made {next(self.numbers)}"))
        elif what == "change":
            self._collect(lambda: sandbox.change_product(shop, title=f"Changed {next(self.numbers)}"))
        else:
            self._collect(lambda: sandbox.delete_product(shop))
        self._bring(at_once)

    @precondition(lambda self: self.here)
    @rule(at_once=st.booleans())
    def a_customer_is_redacted(self, at_once: bool) -> None:
        told: dict[str, Any] = {}
        self._collect(lambda: told.update(self.sandbox.redact_customer(self.shop)))
        self.redacted |= {str(each) for each in told["body"].get("orders_to_redact", [])}
        self._bring(at_once)

    @precondition(lambda self: self.here)
    @rule(at_once=st.booleans())
    def uninstall(self, at_once: bool) -> None:
        self._collect(lambda: self.sandbox.uninstall(self.shop), but="shop/redact")
        self.here = False
        self._bring(at_once)

    @precondition(lambda self: self.ever and not self.here)
    @rule(at_once=st.booleans())
    def the_platform_says_redact(self, at_once: bool) -> None:
        named = {"shop_id": self.number, "shop_domain": self.shop}
        self._collect(lambda: self.sandbox.webhook(self.shop, "shop/redact", body=named))
        self._bring(at_once)

    @rule(deed=DEEDS)
    def deliver(self, deed: int) -> None:
        if self._told():
            self.life.move(life.deliver, deed)

    @rule()
    def deliver_again(self) -> None:
        if self._told():
            self.life.move(life.deliver_again)

    @precondition(lambda self: self.here)
    @rule(verb=st.sampled_from(["keep", "clean"]), deed=DEEDS)
    def choose(self, verb: str, deed: int) -> None:
        self.life.move(partial(life.choose, verb=verb), deed)

    @precondition(lambda self: self.here)
    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        self.life.move(partial(life.pause, paused=paused))

    # the pipeline

    @rule()
    def read(self) -> None:
        self.life.move(life.read)

    @rule(deed=DEEDS)
    def confirm(self, deed: int) -> None:
        self.life.move(life.confirm, deed)

    # time, workers, operators

    @rule(deed=DEEDS)
    def work(self, deed: int) -> None:
        self.life.move(life.do_work, deed)

    @rule(hours=st.sampled_from([1, 25, 49, 24 * 31]))
    def the_clock_goes_on(self, hours: int) -> None:
        self.sandbox.advance(hours=hours, stamps=True)

    @rule()
    def back_up(self) -> None:
        if self.life.backups < 3:
            self.life.back_up()

    @precondition(lambda self: self.life.backups > 0)
    @rule(which=st.integers(0, 2), deed=DEEDS)
    def put_back(self, which: int, deed: int) -> None:
        self.life.put_back(which % self.life.backups)
        self.put_backs += 1
        # Killed or not: nothing is served before it was told.
        self.life.move(life.tell_of_the_past, deed)
        self.life.move(life.tell_of_the_past)

    @rule(
        befalls=st.lists(
            st.sampled_from(
                ["uninstall", "redact", "customer", "read", "confirm", "pause", "day", "days", "return"]
            ),
            min_size=1,
            max_size=4,
        ),
        deed=DEEDS,
    )
    def much_befalls_and_an_older_database_is_put_back(self, befalls: list[str], deed: int) -> None:
        number = self.life.back_up()
        for each in befalls:
            self._befall(each)
            self.life.move(life.do_work)
        self.life.put_back(number)
        self.put_backs += 1
        self.life.move(life.tell_of_the_past, deed)
        self.life.move(life.tell_of_the_past)
        self._judge()

    def _befall(self, what: str) -> None:
        if what == "read":
            self.read()
        elif what == "confirm":
            self.confirm(0)
        elif what in ("day", "days"):
            self.sandbox.advance(hours=25 if what == "day" else 49, stamps=True)
        elif what == "return":
            self.open_app(0)
        elif what == "redact" and self.ever and not self.here:
            self.the_platform_says_redact(at_once=True)
        elif self.here and what == "uninstall":
            self.uninstall(at_once=True)
        elif self.here and what == "customer":
            self.a_customer_is_redacted(at_once=True)
        elif self.here and what == "pause":
            self.pause(paused=True)

    @rule()
    def come_to_rest(self) -> None:
        self._judge()

    def teardown(self) -> None:
        if hasattr(self, "life"):
            try:
                self._judge()
            finally:
                self.life.end()

    # what must be true

    def _judge(self) -> None:
        came_to = self.life.judge()
        assert not came_to["wrong"], came_to["wrong"]
        # An old database brings back what was erased: that is erased again, and proved again.
        assert came_to["proofs"] - came_to["ended"] <= self.put_backs, "one erasure has two receipts"
        assert not self.redacted & set(came_to["sales"] or ()), "a redacted sale is back"
        if not self.here:
            assert came_to["state"] in (None, "installing", "quarantined", "erased"), "who left is here"
        elif came_to["state"] == "active" and not came_to["paused"]:
            there = sorted(str(each["title"]) for each in self.sandbox.products(self.shop))
            assert came_to["products"] == there, "what the platform has is not what is held"

    def _bring(self, at_once: bool) -> None:
        if at_once:
            self.life.move(life.deliver)

    def _collect(self, cause: Any, but: str = "") -> None:
        """Keep the webhooks that follow from a cause, but those of one topic: it comes at its own time."""
        world = self.life.world
        before = len(world.webhooks())
        world.collect(cause)
        kept = [each for at, each in enumerate(world.webhooks()) if at < before or each["topic"] != but]
        (self.life.folder / "webhooks.json").write_text(json.dumps(kept), encoding="utf-8")

    def _told(self) -> bool:
        return bool(self.life.world.webhooks())
