"""The journeys side by side, and what is looked at for all of them at once."""

import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import requests

from connectors.demo.copies import Copies
from connectors.demo.journey import EVIDENCE, Journey
from connectors.demo.search import found_in
from connectors.demo.stage import Stage, Stuck, wait_for

_SYNC_SECONDS = 180
_KINDS = ("store", "offer", "product", "sale")


class Together:
    """Several stores on one Minta."""

    def __init__(self, stage: Stage, journeys: Sequence[Journey], tell: Callable[[str], object]) -> None:
        self.stage, self.journeys = stage, journeys
        self._tell = tell

    def run(self) -> None:
        """Take every step; raises Stuck at the first that does not come true."""
        self._each(Journey.arrive)
        wait_for("the end of the syncs", self._synced, _SYNC_SECONDS)
        self.tell("sync", "every run done, all counts agree")
        self._each(Journey.show)
        self._each(Journey.change)
        self._nothing_in_clear("while the stores are installed")
        copies = Copies(self.stage)
        self._each(Journey.leave)
        self._each(Journey.erase)
        receipts = self._prove()
        copies.try_all([each.store for each in self.journeys], self.journeys[0].pipeline.key)
        self.tell("copies", "database and key file of before the erasures open nothing with the keys of now")
        copies.put_back([each.store for each in self.journeys], self.journeys[0].pipeline.key, receipts)
        self.tell(
            "restore", "the old database served nothing until the ledger told it; all receipts are back"
        )
        self._nothing_in_clear("after the erasures")

    def tell(self, step: str, what: str) -> None:
        """Say what has come true for all."""
        self._tell(f"{'all':<12}{step:<10}{what}")

    def _each(self, step: Callable[[Journey], None]) -> None:
        with ThreadPoolExecutor(len(self.journeys)) as pool:
            steps = [(each, pool.submit(step, each)) for each in self.journeys]
        for journey, taken in steps:
            try:
                taken.result()
            except Exception as error:
                raise Stuck(f"{journey.part.title}: {error}") from error

    def _metrics(self) -> str:
        return requests.get(f"{self.stage.web}/metrics", timeout=30).text

    def _proved(self) -> bool:
        """Read in the product's metrics whether every erasure has its receipt."""
        done = re.search(
            r'^minta_duties\{kind="erase.store",standing="done"\} (\d+)', self._metrics(), re.MULTILINE
        )
        return done is not None and int(done[1]) >= len(self.journeys)

    def _synced(self) -> bool:
        """Read in the product's metrics whether every run is done and no job waits its turn."""
        metrics = self._metrics()
        runs = re.findall(r'^minta_runs\{kind="(\w+)",state="(\w+)"\} (\d+)', metrics, re.MULTILINE)
        if failed := [kind for kind, state, _ in runs if state == "failed"]:
            raise Stuck(f"runs failed: {', '.join(failed)}; see the worker's log")
        done = {kind: int(count) for kind, state, count in runs if state == "done"}
        jobs = re.findall(r'^minta_jobs\{state="(?:due|running)"\} (\d+)', metrics, re.MULTILINE)
        return (
            {state for _, state, _ in runs} == {"done"}
            and all(done.get(kind, 0) >= len(self.journeys) for kind in _KINDS)
            and set(jobs) == {"0"}
        )

    def _prove(self) -> str:
        """Verify the receipts with the public key alone, as a chain, and return them.

        With one byte changed they must not.
        """
        wait_for("the receipts", self._proved)
        receipts = self.stage.command("receipts", "show")
        for journey in self.journeys:
            journey.find(receipts.splitlines())
        public_key = json.loads(receipts.splitlines()[0])["body"]["signed_by"]
        self._verify("receipts.jsonl", receipts, public_key)
        try:
            self._verify("receipts-spoilt.jsonl", receipts.replace('"epoch":1', '"epoch":2', 1), public_key)
        except Stuck:
            self.tell("receipts", "verify, each and as one chain, with the public key alone")
            self.tell("receipts", "with one byte changed they do not")
        else:
            raise Stuck("a changed receipt verified")
        return receipts

    def _verify(self, name: str, chain: str, public_key: str) -> None:
        path = self.stage.folder / name
        path.write_text(chain, encoding="utf-8")
        self.stage.command("receipts", "verify", str(path), "--key", public_key)

    def _nothing_in_clear(self, when: str) -> None:
        """Search every file of the system for what the platforms know."""
        values = self.stage.secrets.union(*(each.values() for each in self.journeys))
        # The renderer's folder is another system's: its films are there to be seen.
        found = found_in(self.stage.folder, values, apart=self.stage.films)
        hits = [hit for hit in found if not hit.startswith(EVIDENCE)]
        if hits:
            raise Stuck(f"found in clear {when}: {'; '.join(hits)}")
        if sum(hit.startswith(EVIDENCE) for hit in found) < len(EVIDENCE) * len(self.journeys):
            raise Stuck("the search overlooks values where they are left to be seen")
        self.tell("search", f"{len(values)} values of the stores in no file of the system {when}")
