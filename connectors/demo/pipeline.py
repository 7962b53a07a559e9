"""The pipeline's end of the feed: HTTP and a feed key, nothing else."""

import time
from typing import Any

import requests


class Pipeline:
    """Reads the feed of one Minta."""

    def __init__(self, web: str, key: str) -> None:
        self.web = web
        self.key = key

    def get(self, path: str, **query: int | str) -> requests.Response:
        """Ask one address of the feed, as soon as the key may ask again, and give the answer as it is."""
        headers = {"Authorization": f"Bearer {self.key}"}
        while True:
            answer = requests.get(f"{self.web}/feed/v1/{path}", params=query, headers=headers, timeout=60)
            if answer.status_code != 429:
                return answer
            time.sleep(float(answer.headers["Retry-After"]))

    def read(self, path: str, **query: int | str) -> dict[str, Any]:
        """Read one address of the feed."""
        answer = self.get(path, **query)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def changes(self, after: int) -> tuple[list[dict[str, Any]], int]:
        """Read all changes behind a cursor; gives the cursor behind them too."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.read("changes", after=after)
            found += page["changes"]
            after = page["next"]
            if not page["more"]:
                return found, after

    def confirm(self, erasure: str) -> None:
        """Say that no copy of a store that left is kept here any more."""
        headers = {"Authorization": f"Bearer {self.key}"}
        address = f"{self.web}/feed/v1/erasures/{erasure}/confirm"
        requests.post(address, headers=headers, timeout=60).raise_for_status()

    def store_on(self, platform: str) -> dict[str, Any] | None:
        """Find the demo's one store on a platform, if the feed lists it."""
        return next((each for each in self.read("stores")["stores"] if each["platform"] == platform), None)
