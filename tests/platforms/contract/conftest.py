"""Each fact of the kit runs over every platform."""

from collections.abc import Iterator

import pytest

from connectors.platforms import http
from connectors.platforms.base import Platform
from connectors.platforms.opening import Credentials
from tests.platforms.contract import cast
from tests.platforms.contract.cast import Stage
from tests.platforms.contract.specimens import Specimens


@pytest.fixture(
    params=[(name, at) for name in cast.EVERY for at in range(len(cast.specimens_of(name)))],
    ids=lambda each: each[0],
)
def specimens(request: pytest.FixtureRequest) -> Specimens:
    """Return the specimens of one platform."""
    name, at = request.param
    return cast.specimens_of(str(name))[int(at)]


@pytest.fixture
def platform(specimens: Specimens) -> Platform:
    """Return the platform itself."""
    return cast.EVERY[specimens.name]


@pytest.fixture
def credentials(specimens: Specimens) -> Credentials:
    """Return our credentials at a platform that cannot be reached."""
    return cast.credentials_at(cast.NOWHERE, specimens)


@pytest.fixture
def stage(specimens: Specimens, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Return the platform's server with a store, where nobody waits."""
    monkeypatch.setattr(http, "_PAUSES_SECONDS", (0.0, 0.0))
    specimens.unhurried(monkeypatch)
    with cast.staged(specimens) as put_up:
        yield put_up
