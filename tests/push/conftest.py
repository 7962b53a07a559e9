"""A receiver, an endpoint at it, and a store that it hears of."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook

from connectors import feedkeys
from connectors.models import Store
from connectors.push import endpoints
from connectors.vault import StoreKey
from tests import cast

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120.0


@pytest.fixture(autouse=True)
def _own_keystore(settings: Any, tmp_path: Path) -> None:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = tmp_path / "ledger" / "erasures.sqlite3"


@dataclass
class Message:
    """What has come in."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def seconds(self) -> int:
        return int(self.headers["webhook-timestamp"])

    @property
    def said(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    def verify(self, secret: str) -> None:
        """Let the official library verify it, as at the moment when it was sent."""
        with time_machine.travel(datetime.fromtimestamp(self.seconds, UTC), tick=False):
            Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """The other side, as the tests see it."""

    folder: Path
    url: str
    process: "subprocess.Popen[str]" = field(repr=False)

    def answer(
        self, status: int = 204, *, seconds: float = 0, slow_seconds: float = 0, **headers: str
    ) -> None:
        """Say what is answered from now on; `slow_seconds` is for addresses that have `slow` in them."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        said = {"status": status, "seconds": seconds, "slow_seconds": slow_seconds, "headers": named}
        beside = self.folder / "answer.next"
        beside.write_text(json.dumps(said), encoding="utf-8")
        beside.replace(self.folder / "answer")

    @property
    def received(self) -> list[Message]:
        path = self.folder / "received"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [Message(**json.loads(line)) for line in lines]

    def forget(self) -> None:
        """Begin anew."""
        (self.folder / "received").unlink(missing_ok=True)

    def wait_for(self, count: int) -> list[Message]:
        """Wait until so many messages have come."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"{len(self.received)} of {count} messages came"
            time.sleep(0.05)
        return self.received


@pytest.fixture(scope="session")
def _receiving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    folder = tmp_path_factory.mktemp("receiver")
    command = [sys.executable, "-m", "tests.push.receiver", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        yield Receiver(folder, f"http://127.0.0.1:{port}/hook?of=cedar", process)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def receiver(_receiving: Receiver) -> Receiver:
    """A receiver that has received nothing and takes everything."""
    _receiving.forget()
    (_receiving.folder / "followed").unlink(missing_ok=True)
    _receiving.answer()
    return _receiving


@pytest.fixture
def made(db: None, receiver: Receiver) -> endpoints.Made:
    """An endpoint at the receiver that hears of everything."""
    feedkeys.make("pipeline", "videos")
    return endpoints.make(receiver.url, "pipeline", [], datetime.now(UTC))


@pytest.fixture
def cedar(db: None) -> tuple[Store, StoreKey]:
    """A store."""
    return cast.store()
