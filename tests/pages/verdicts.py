"""A proof at a real endpoint: what it answered, what it left in the database, whom it called."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from time_machine import travel

from connectors import configured, grants
from connectors.models import Store
from connectors.platforms.opening import Grant
from connectors.vault import StoreKey
from tests import cast

Ask = Callable[[str], Any]


def installed(platform: str, shop: str) -> tuple[Store, StoreKey]:
    """Return an installed store of a platform and its key."""
    fingerprint = configured.finder().fingerprint(platform, "shop", shop)
    store, key = cast.store(shop)
    Store.objects.filter(pk=store.pk).update(platform=platform, fingerprint=fingerprint)
    store.refresh_from_db()
    grants.put(store, key, Grant(shop=shop, access_token="token-of-the-store"), cast.NOON)
    return store, key


def rows() -> dict[str, int]:
    """Count what the database holds."""
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


@dataclass
class Seen:
    """What the endpoint did with some proofs: how many it took, and in which words it refused the others."""

    taken: list[str] = field(default_factory=list)
    refusals: set[tuple[int, bytes]] = field(default_factory=set)

    def of(self, name: str, proof: str, ask: Ask) -> bool:
        """Send a proof, undo what it did, tell whether it was taken; if not, it must have done nothing."""
        before = rows()
        with transaction.atomic():
            answer = ask(proof)
            after = rows()
            transaction.set_rollback(True)
        assert answer.status_code < 500, name
        is_taken: bool = answer.status_code < 400
        if is_taken:
            self.taken.append(name)
        else:
            assert after == before, name
            assert not answer.cookies, name
            assert "Location" not in answer, name
            self.refusals.add((answer.status_code, answer.content))
        return is_taken


@contextmanager
def alone_at(moment: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stop the clock, and forbid every connection."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something was called")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    with travel(datetime.fromtimestamp(moment, UTC), tick=False):
        yield
