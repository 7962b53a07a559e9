"""Birch: a platform that says what a test tells it, and counts what it is asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors import configured, grants
from connectors.models import Store
from connectors.platforms.base import Delivery as Inbound
from connectors.platforms.base import Event, Found, Reader
from connectors.platforms.opening import Credentials, Grant
from connectors.vault import StoreKey
from tests import cast
from tests.pages.acme import Acme

SHOP = "cedar.birch.example"


class Birch(Acme):
    """Its deliveries are what `said` is, its things what `things` are; `failing` is raised by every call."""

    name = "birch"
    title = "Birch"
    subscribes = True

    def __init__(self) -> None:
        self.said: Event | None = None
        self.things: dict[str, Found] = {}
        self.asked: list[str] = []
        self.failing: Exception | None = None
        self.meanwhile: Callable[[], Any] = lambda: None
        self.missing = 0

    def verify(self, delivery: Inbound, credentials: Credentials, now: datetime) -> Event:
        assert self.said is not None
        return self.said

    def reader(self, grant: Grant, credentials: Credentials) -> Reader:
        return Asked(self)  # type: ignore[return-value]


class Asked:
    """Its reader: of what a reader is asked, only what these tests ask."""

    exporter = None

    def __init__(self, platform: Birch) -> None:
        self._platform = platform

    def _ask(self, what: str) -> None:
        self._platform.asked.append(what)
        self._platform.meanwhile()
        if self._platform.failing is not None:
            raise self._platform.failing

    def one(self, kind: str, record_id: str) -> Found | None:
        self._ask(f"{kind} {record_id}")
        return self._platform.things.get(record_id)

    def page(self, kind: str, since: datetime | None, cursor: str | None) -> Any:
        self._ask(f"{kind}s")

    def store(self) -> Any:
        self._ask("store")

    def subscribe(self) -> int:
        self._ask("subscriptions")
        mended, self._platform.missing = self._platform.missing, 0
        return mended


def store(shop: str = SHOP, **fields: Any) -> tuple[Store, StoreKey]:
    """Return an installed store of Birch with a grant that does not end."""
    made, key = cast.store(shop, **fields)
    made.platform = "birch"
    made.fingerprint = configured.finder().fingerprint("birch", "shop", shop)
    made.save()
    grants.put(made, key, Grant(shop, "token"), datetime.now(UTC) - timedelta(hours=1))
    made.refresh_from_db()
    return made, key
