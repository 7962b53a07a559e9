"""One life of the product: the folder with all that it holds, a store at the platform, what befalls both."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from connectors import feedkeys, work
from connectors.models import Grant, Job, Store
from connectors.processors import line
from connectors.sandbox.control import Sandbox
from tests.kill import databases
from tests.kill.vendors import Vendors

_SOON = timedelta(minutes=30)
_REST_SECONDS = 300.0


@dataclass
class World:
    """What a scenario acts in."""

    folder: Path
    sandbox: Sandbox
    shop: str
    vendors: Vendors | None = None

    def enter(self) -> None:
        """Let this process live in the folder; it must not have touched a database before."""
        databases.enter(self.folder)
        settings.KEYSTORE_PATH = self.folder / "keys" / "keystore.sqlite3"
        settings.LEDGER_PATH = self.folder / "ledger" / "erasures.sqlite3"
        settings.SPOOL_DIR = self.folder / "spool"
        if self.vendors is not None:
            settings.PROCESSORS = {**settings.PROCESSORS, **self.vendors.setups()}
            # The pauses between the calls of one try would be most of a life.
            line._TRANSPORT._sleep = lambda seconds: None

    def found(self) -> None:
        """Make an empty database."""
        self.folder.mkdir(parents=True)
        databases.make(self.folder)
        self.enter()
        call_command("migrate", verbosity=0, interactive=False)

    # what befalls it

    def open(self) -> None:
        """Let the merchant open the app."""
        address = urlsplit(self.sandbox.load(self.shop)["url"])
        page = Client(SERVER_NAME="127.0.0.1").get(f"{address.path}?{address.query}")
        assert page.status_code == 200, page.content.decode()[-1500:]

    def come_back(self) -> None:
        """Let the merchant open the app after its grant was found dead, and the new grant run out soon."""
        Store.objects.update(state="reauth")
        self.open()
        self.work()
        Grant.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    def deliver(self, *numbers: int, again: bool = False) -> None:
        """Let the platform bring some of its webhooks: those that it had no answer for, or all `again`."""
        for number in numbers:
            if again or number not in self.acknowledged():
                self._deliver(number)

    def _deliver(self, number: int) -> None:
        sent = self.webhooks()[number]
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent["headers"].items()}
        answer = Client(SERVER_NAME="127.0.0.1").post(
            "/webhooks/shopify/", sent["body"].encode(), content_type="application/json", **headers
        )
        assert answer.status_code == 200, (sent["topic"], answer.status_code)
        acks = os.open(self.folder / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(acks, f"{number}\n".encode())
        os.close(acks)

    def acknowledged(self) -> set[int]:
        """Return the webhooks that were answered with 200."""
        acks = self.folder / "acks"
        return {int(line) for line in acks.read_text().splitlines()} if acks.exists() else set()

    def ask_feed(self, name: str, address: str, method: str = "GET") -> dict[str, Any]:
        """Ask the feed something with the key of this name, which is made where it has none yet."""
        path = self.folder / f"key-{name}"
        if not path.exists():
            path.write_text(feedkeys.make(name, "videos").token)
        client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {path.read_text()}"})
        response = client.generic(method, f"/feed/v1/{address}")
        assert response.status_code == 200, response.content
        told: dict[str, Any] = response.json()
        return told

    def confirm(self, name: str) -> None:
        """Let the holder of a key say that its copies of every store that left are gone."""
        for each in self.ask_feed(name, "erasures")["erasures"]:
            self.ask_feed(name, f"erasures/{each['erasure']}/confirm", "POST")

    def webhooks(self) -> list[dict[str, Any]]:
        """Return the webhooks of the scenario."""
        kept: list[dict[str, Any]] = json.loads((self.folder / "webhooks.json").read_text(encoding="utf-8"))
        return kept

    def collect(self, cause: Callable[[], object]) -> None:
        """Keep the webhooks that follow from a cause, signed as the platform sends them."""
        last = max((each["number"] for each in self.sandbox.deliveries()), default=0)
        cause()
        sent = self.sandbox.deliveries(since=last, shop=self.shop)
        kept = [{name: each[name] for name in ("topic", "headers", "body")} for each in sent]
        path = self.folder / "webhooks.json"
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        path.write_text(json.dumps(before + kept), encoding="utf-8")

    def work(self, later: timedelta = _SOON) -> None:
        """Let a worker do all there is to do until then."""
        deadline = time.monotonic() + _REST_SECONDS
        while work.engine().drain(datetime.now(UTC) + later).total:
            assert time.monotonic() < deadline, "the work does not come to rest"
            time.sleep(0.01)

    def leases_run_out(self) -> None:
        """Let the time pass for which a dead process is waited for."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        Job.objects.filter(state="running").update(lease_until=past)
        Store.objects.exclude(installing_until=None).update(installing_until=past)
        Grant.objects.exclude(refreshing_until=None).update(refreshing_until=past)
