"""How a platform that is not in the product is plugged in: by the one line that a new one costs."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.platforms import PLATFORMS
from connectors.platforms.base import Platform
from minta.env import Environment


def plug_in(
    platform: Platform, variables: Mapping[str, str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Add the line to PLATFORMS, and do what the settings do with every platform that is in it."""
    monkeypatch.setitem(PLATFORMS, platform.name, platform)
    configured = dict(platform.configure(Environment(variables), insecure=True))
    settings.PLATFORMS = {**settings.PLATFORMS, platform.name: configured}
