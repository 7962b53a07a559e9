"""The journey: what a merchant, the pipeline and the platform do, and what must be true after each step."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from connectors.demo.copies import Copies
from connectors.demo.search import found_in
from connectors.demo.stage import Stage, Stuck, wait_for
from connectors.sandbox.control import Sandbox

_SYNC_SECONDS = 180
_KINDS = ("store", "offer", "product", "sale")


class Journey:
    """One store's way from install to receipt, told line by line."""

    def __init__(self, stage: Stage, sandbox: Sandbox, shop: str, tell: Callable[[str], None]) -> None:
        self.stage, self.sandbox, self.shop, self.tell = stage, sandbox, shop, tell
        self.key = stage.command("feedkey", "create", "demo", "--purpose", "videos").split()[-1]
        self.store = ""
        self.values = {shop, "Renamed in the demo", self.key}
        self.cursor = 0

    def run(self) -> None:
        """Take every step; raises Stuck at the first that does not come true."""
        self.install()
        self.sync()
        self.serve()
        self.change()
        self.nothing_in_clear("while the store is installed")
        self.copies = Copies(self.stage)
        self.leave()
        self.erase()
        self.copies.try_all(self.store, self.key)
        self.tell("copies    database and key file of before the erasure open nothing with the keys of now")
        self.nothing_in_clear("after the erasure")

    def install(self) -> None:
        """Open the app as the platform's admin does."""
        page = requests.get(self.sandbox.load(self.shop)["url"], timeout=30)
        if page.status_code != 200:
            raise Stuck(f"the app's page answered {page.status_code}")
        size = len(page.content)
        self.tell(f"install   {self.shop}: token exchanged, first sync queued, page of {size} bytes served")

    def sync(self) -> None:
        """Wait until every product of the platform is in the feed."""
        expected = len(self.sandbox.products(self.shop))
        seen: set[str] = set()

        def complete() -> bool:
            for change in self.changes():
                if change["kind"] == "product" and not change["gone"]:
                    seen.add(change["id"])
            return len(seen) >= expected

        wait_for(f"{expected} products in the feed", complete, _SYNC_SECONDS)
        wait_for("the end of the sync", self.runs_done, _SYNC_SECONDS)
        (listed,) = self.feed("stores")["stores"]
        self.store = listed["store"]
        page = requests.get(self.sandbox.load(self.shop)["url"], timeout=30)
        self.write("held.html", page.text)
        self.tell(f"sync      {len(seen)} products and all else, counts agree; store {self.store}")

    def runs_done(self) -> bool:
        """Read in the product's metrics whether every run of the first sync is done."""
        runs = self.runs()
        if failed := [kind for kind, state in runs if state == "failed"]:
            raise Stuck(f"runs failed: {', '.join(failed)}; see the worker's log")
        return len(runs) >= len(_KINDS) and {state for _, state in runs} == {"done"}

    def runs(self) -> list[tuple[str, str]]:
        """Return (kind, state) of the store's runs."""
        metrics = requests.get(f"{self.stage.web}/metrics", timeout=30).text
        return re.findall(r'^minta_runs\{kind="(\w+)",state="(\w+)"\}', metrics, re.MULTILINE)

    def serve(self) -> None:
        """Fetch the brief as the pipeline does."""
        brief = self.feed(f"stores/{self.store}/brief")
        self.write("brief.json", json.dumps(brief, indent=2, ensure_ascii=False))
        self.tell(
            f"feed      {self.cursor} changes read; brief with {len(brief['products'])} ranked products"
        )

    def change(self) -> None:
        """Change a product at the platform and wait for it in the feed."""
        self.changes()
        first = self.sandbox.products(self.shop)[0]
        self.sandbox.change_product(self.shop, first["id"], title="Renamed in the demo", price="12.34")

        def arrived() -> bool:
            titles = [each["record"]["title"] for each in self.changes() if each["kind"] == "product"]
            return "Renamed in the demo" in titles

        wait_for("the changed product in the feed", arrived)
        self.tell("webhook   products/update verified, read again, in the feed")

    def leave(self) -> None:
        """Uninstall, and see the store leave the feed."""
        self.sandbox.uninstall(self.shop)
        wait_for("the store's leave in the feed", lambda: any(each["gone"] for each in self.changes()))
        (listed,) = self.feed("stores")["stores"]
        if listed["state"] != "quarantined" or "record" in listed:
            raise Stuck("the feed still serves the store")
        self.tell("uninstall grant destroyed, store in quarantine, gone from the feed")

    def erase(self) -> None:
        """Let 48 hours pass at the platform, and wait for the receipt of what follows."""
        self.sandbox.advance(hours=49)
        wait_for("the receipt", lambda: bool(self.receipts()), every=1.0)
        (receipt,) = self.receipts()
        path = self.write("receipt.json", receipt)
        public_key = json.loads(receipt)["body"]["signed_by"]
        self.stage.command("receipts", "verify", str(path), "--key", public_key)
        spoilt = self.write("receipt-spoilt.json", receipt.replace('"epoch":1', '"epoch":2'))
        try:
            self.stage.command("receipts", "verify", str(spoilt), "--key", public_key)
        except Stuck:
            removed = json.loads(receipt)["body"]["removed"]["rows"]
            self.tell(f"redact    {removed} rows and the store key destroyed")
            self.tell("receipt   verifies with the public key alone; with one byte changed it does not")
        else:
            raise Stuck("a changed receipt verified")

    def nothing_in_clear(self, when: str) -> None:
        """Search every file of the system for what the platform knows."""
        # What it knew once it may not know any more: tokens end with the uninstall.
        self.values |= {*self.sandbox.merchant_values(self.shop), *self.sandbox.tokens(self.shop)}
        self.values |= {*self.sandbox.personal_values(self.shop), *self.stage.secrets}
        values = self.values
        hits = [hit for hit in found_in(self.stage.folder, values) if not hit.startswith(_EVIDENCE)]
        if hits:
            raise Stuck(f"found in clear {when}: {'; '.join(hits)}")
        self.tell(f"search    {len(values)} values of the store in no file of the system {when}")

    def receipts(self) -> list[str]:
        """Return the receipts as their files hold them."""
        return self.stage.command("receipts", "show").splitlines()

    def changes(self) -> list[dict[str, Any]]:
        """Read the feed from where we were to its end."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.feed("changes", after=self.cursor)
            found += page["changes"]
            self.cursor = page["next"]
            if not page["more"]:
                return found

    def feed(self, path: str, **query: int) -> dict[str, Any]:
        """Read one address of the feed."""
        answer = requests.get(
            f"{self.stage.web}/feed/v1/{path}",
            params=query,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=60,
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def write(self, name: str, content: str) -> Path:
        """Leave a piece of evidence in the demo's folder."""
        path = self.stage.folder / name
        path.write_text(content, encoding="utf-8")
        return path


#: What the demo itself leaves for people to look at; everything else is the system's.
_EVIDENCE = ("held.html", "brief.json")
