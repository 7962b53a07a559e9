"""The one way in which the vault refuses."""

from collections.abc import Callable

import pytest

from connectors.errors import Unsealable


def refused(attempt: Callable[..., object], *arguments: object) -> None:
    """Assert that the attempt raises `Unsealable` with its one sentence, and nothing of a cause."""
    with pytest.raises(Unsealable) as failure:
        attempt(*arguments)
    assert str(failure.value) == "A sealed value did not open."
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__ or failure.value.__context__ is None
