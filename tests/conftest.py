"""What is true of every test."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A slow machine fails nothing, and a run finds what the run before it found: its outcome is the change's.
# `pytest --hypothesis-profile default` looks further.
settings.register_profile(
    "steady", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, so that it can be run again on another one (`-m database`)."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"}:
            item.add_marker("database")


@pytest.fixture(autouse=True)
def _own_ledger(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each database of a test a ledger of its own: one of another test would know more than it."""
    if request.node.get_closest_marker("database"):
        folder: Path = request.getfixturevalue("tmp_path")
        settings: Any = request.getfixturevalue("settings")
        settings.LEDGER_PATH = folder / "ledger" / "erasures.sqlite3"
    else:
        # Where there is no database there is nothing to compare.
        monkeypatch.setattr("connectors.replay.needed_lately", lambda: False)
