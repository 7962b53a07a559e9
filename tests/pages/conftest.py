"""Pages are tested at a platform of their own, Acme, with a key store of their own."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from connectors import configured
from connectors.models import Store, StoreState
from connectors.platforms import PLATFORMS
from connectors.vault import StoreKey
from tests import cast
from tests.pages.acme import SETTINGS, SHOP, Acme


@pytest.fixture(autouse=True)
def acme(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Acme:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = tmp_path / "ledger" / "erasures.sqlite3"
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.PLATFORMS = {**settings.PLATFORMS, "acme": SETTINGS}
    platform = Acme()
    platform.arrivals.clear()
    monkeypatch.setitem(PLATFORMS, "acme", platform)
    return platform


@pytest.fixture
def installed(db: None) -> tuple[Store, StoreKey]:
    """A store of Acme, as an install leaves it."""
    store, key = cast.store(SHOP)
    Store.objects.filter(pk=store.pk).update(
        platform="acme", fingerprint=configured.finder().fingerprint("acme", "shop", SHOP)
    )
    store.refresh_from_db()
    assert store.state == StoreState.ACTIVE
    return store, key


@pytest.fixture
def browser() -> Client:
    return Client()
