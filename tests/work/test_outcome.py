"""What follows from how a run ended."""

from types import FunctionType

import pytest

from connectors.errors import GrantRevoked, MintaError, Refused, Throttled, Unavailable
from connectors.work.outcome import End, backoff_seconds, judge, reason
from tests.work.cast import CANARY


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (Unavailable(), End.AGAIN),
        (Throttled(), End.AGAIN),
        (KeyError("x"), End.AGAIN),
        (Refused(), End.DEAD),
        (GrantRevoked(), End.DEAD),
        (MintaError(), End.DEAD),
    ],
)
def test_an_error_says_whether_trying_again_helps(error: Exception, end: End) -> None:
    assert judge(error, failures=1, max_attempts=3).end is end


def test_the_last_attempt_is_the_last() -> None:
    assert judge(Unavailable(), failures=2, max_attempts=3).end is End.AGAIN
    assert judge(Unavailable(), failures=3, max_attempts=3).end is End.DEAD


@pytest.mark.parametrize(("failures", "least", "most"), [(1, 1, 2), (2, 2, 4), (5, 16, 32), (99, 450, 900)])
def test_waits_double_up_to_fifteen_minutes(failures: int, least: float, most: float) -> None:
    waits = {backoff_seconds(failures) for _ in range(50)}
    assert least <= min(waits) <= max(waits) <= most
    assert len(waits) > 1, "without disorder, all stores would come back in one moment"


def test_a_platform_that_asks_to_wait_is_heard_up_to_fifteen_minutes() -> None:
    assert backoff_seconds(1, Throttled(wait_seconds=60)) == 60
    assert backoff_seconds(1, Throttled(wait_seconds=21_600)) == 900


def test_only_our_own_messages_are_repeated() -> None:
    assert reason(Unavailable("no answer in 10 s")) == "Unavailable: no answer in 10 s"
    assert reason(ValueError(CANARY)) == "ValueError"


def test_a_place_in_our_code_stands_for_the_message() -> None:
    def look_up() -> None:
        raise ValueError(CANARY)

    verb = FunctionType(look_up.__code__, globals() | {"__name__": "connectors.sync"})
    with pytest.raises(ValueError, match="merchant") as raised:
        verb()
    line = look_up.__code__.co_firstlineno + 1
    assert reason(raised.value) == f"ValueError at connectors.sync:{line}"
