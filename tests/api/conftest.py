"""Each test of the feed over HTTP has a key store of its own, and a caller who holds a key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from connectors import feedkeys

Ask = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def _own_keystore(settings: Any, tmp_path: Path) -> None:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = tmp_path / "ledger" / "erasures.sqlite3"


@pytest.fixture
def ask(client: Client, db: None) -> Ask:
    """Return what gets an address of the feed with a key of a purpose."""
    tokens: dict[str, str] = {}

    def get(address: str, purpose: str = "videos", method: str = "GET", **extra: Any) -> HttpResponse:
        if purpose not in tokens:
            tokens[purpose] = feedkeys.make(purpose, purpose).token
        headers = {"Authorization": f"Bearer {tokens[purpose]}", **extra.pop("headers", {})}
        response: Any = client.generic(method, f"/feed/v1/{address}", headers=headers, **extra)
        assert isinstance(response, HttpResponse)
        return response

    return get
