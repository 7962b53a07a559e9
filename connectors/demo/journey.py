"""The journey of one store: what a merchant, the pipeline and the platform do, and what must be true then."""

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from connectors.demo.films import Films
from connectors.demo.parts import Part
from connectors.demo.pipeline import Pipeline
from connectors.demo.stage import Stage, Stuck, wait_for
from connectors.sandbox.control import Answer, Sandbox

_SYNC_SECONDS = 180
#: What the demo itself leaves for people to look at; everything else is the system's.
EVIDENCE = ("held-", "brief-")
#: Who has read the stores when they leave: the renderer, and the demo itself.
_HOLDERS = 2


class Journey:
    """One store's way from install to receipt, told line by line."""

    def __init__(
        self, part: Part, stage: Stage, sandbox: Sandbox, key: str, tell: Callable[[str], object]
    ) -> None:
        self.part, self.stage, self.sandbox = part, stage, sandbox
        self.pipeline = Pipeline(stage.web, key)
        (known,) = sandbox.stores()
        self.shop = str(known["key"])
        self.store = self.erasure = ""
        self.new_title = f"Renamed on {part.title}"
        self._cursor = 0
        self._values = {self.shop, self.new_title, key}
        self._tell = tell

    def arrive(self) -> None:
        """Open the app as the platform's admin does, and wait until every product is in the feed."""
        size = len(self._page().content)
        self.tell("install", f"{self.part.proof}, first sync queued, page of {size} bytes served")
        wait_for("the store in the feed", lambda: self._listed() is not None)
        listed = self._listed() or {}
        self.store = listed["store"]
        expected = len(self._goods())
        seen: set[str] = set()

        def complete() -> bool:
            seen.update(each["id"] for each in self._changes("product") if not each["gone"])
            return len(seen) >= expected

        wait_for(f"{expected} products in the feed", complete, _SYNC_SECONDS)
        self.tell("sync", f"{len(seen)} products in the feed; store {self.store}")

    def show(self) -> None:
        """Read the brief, wait for the video, and play it from the merchant's page."""
        brief = self.pipeline.read(f"stores/{self.store}/brief")
        self._write("brief", "json", json.dumps(brief, indent=2, ensure_ascii=False))
        self.tell("feed", f"brief with {len(brief['products'])} ranked products")
        self.films.wait()
        page = self._page().text
        self._write("held", "html", page)
        self.tell("video", f"on the merchant's page: {self.films.download(page, self.part.platform)}")

    def change(self) -> None:
        """Change a product of the video at the platform, and wait for what follows."""
        self._changes()
        changed = self.sandbox.change_product(
            self.shop, self._filmed()["id"], title=self.new_title, price="12.34"
        )

        def arrived() -> bool:
            return self.new_title in [each["record"]["title"] for each in self._changes("product")]

        wait_for("the changed product in the feed", arrived)
        self.tell("webhook", f"{self._topic(changed)} verified, read again, in the feed")
        wait_for("the video to be stale", lambda: self.films.is_stale("price"))
        self.tell("stale", "the video shows a price of before, and is marked so")

    def leave(self) -> None:
        """Uninstall, and see the store leave the feed."""
        self.sandbox.uninstall(self.shop)
        wait_for("the store's leave in the feed", self._left)
        listed = self._listed()
        if listed is None or listed["state"] != "quarantined" or "record" in listed:
            raise Stuck("the feed still serves the store")
        self.tell("uninstall", "grant destroyed, store in quarantine, gone from the feed")
        self.films.wait_for_deletion()
        self.tell(
            "copies", "the renderer has deleted its films, pictures and notes of the store, and said so"
        )

    def erase(self) -> None:
        """Let the erasure become due, wait for it, and let the pipeline say that its copies are gone."""
        asked = self.part.due(self.stage, self.sandbox, self.store)
        wait_for("the erasure", lambda: self._listed() is None)
        self.tell("erasure", f"done here: {asked}")
        if self.erasure not in self._to_confirm():
            raise Stuck("the erasure does not wait for the pipeline's copies")
        self.pipeline.confirm(self.erasure)
        if self.erasure in self._to_confirm():
            raise Stuck("the pipeline's word was not taken")
        self.tell("confirm", "who else has read the store says so too: only then comes the receipt")

    def find(self, receipts: list[str]) -> None:
        """Find the receipt of the erasure, and leave it in the demo's folder."""
        (receipt,) = (each for each in receipts if json.loads(each)["body"]["store"] == self.store)
        self._write("receipt", "json", receipt)
        body = json.loads(receipt)["body"]
        rows, copies = body["removed"]["rows"], body["copies"]
        if not _HOLDERS == copies["keys"] == copies["confirmed"]:
            raise Stuck("the receipt does not say that the pipeline has confirmed")
        self.tell(
            "receipt",
            f"number {body['number']}, of {rows} rows, the store key and the copies of {_HOLDERS} others",
        )

    def values(self) -> set[str]:
        """Return what the platform knows of the store, and what it knew when it was asked before."""
        # What it knew once it may not know any more: tokens end with the uninstall.
        self._values |= {*self.sandbox.merchant_values(self.shop), *self.sandbox.tokens(self.shop)}
        self._values |= set(self.sandbox.personal_values(self.shop))
        return self._values

    def tell(self, step: str, what: str) -> None:
        """Say what has come true."""
        self._tell(f"{self.part.title:<12}{step:<10}{what}")

    def _page(self) -> requests.Response:
        page = requests.get(self.sandbox.load(self.shop)["url"], timeout=30)
        if page.status_code != 200:
            raise Stuck(f"the app's page answered {page.status_code}")
        return page

    def _goods(self) -> list[Answer]:
        """List the products that the platform shows to an app: Wix keeps hidden ones to itself."""
        return [each for each in self.sandbox.products(self.shop) if each.get("visible", True)]

    @cached_property
    def films(self) -> Films:
        """What the renderer makes of the store."""
        return Films(self.stage, self.pipeline, self.store)

    def _filmed(self) -> Answer:
        """Find a product that the video shows, as the platform has it."""
        shown = self.films.products()
        brief = self.pipeline.read(f"stores/{self.store}/brief")
        numbers = {str(each["product_id"]) for each in brief["products"] if each["id"] in shown}
        return next(each for each in self._goods() if str(each["id"]).rpartition("/")[2] in numbers)

    def _topic(self, changed: Answer) -> str:
        numbers = set(changed["deliveries"])
        topics = {
            each["topic"] for each in self.sandbox.deliveries(shop=self.shop) if each["number"] in numbers
        }
        return " and ".join(sorted(topics))

    def _left(self) -> bool:
        """Keep what the feed calls the erasure, once it says that the store left."""
        for each in self._changes("all"):
            self.erasure = each["erasure"]
        return bool(self.erasure)

    def _to_confirm(self) -> set[str]:
        return {each["erasure"] for each in self.pipeline.read("erasures")["erasures"]}

    def _listed(self) -> dict[str, Any] | None:
        return self.pipeline.store_on(self.part.platform)

    def _changes(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Read the store's changes from where we were to the end, all or those of a kind."""
        found, self._cursor = self.pipeline.changes(self._cursor)
        return [each for each in found if each["store"] == self.store and kind in (None, each["kind"])]

    def _write(self, name: str, ending: str, content: str) -> Path:
        """Leave a piece of evidence in the demo's folder."""
        path = self.stage.folder / f"{name}-{self.part.platform}.{ending}"
        path.write_text(content, encoding="utf-8")
        return path
