"""What docs/push.md tells a receiver to do is what works."""

import re
from pathlib import Path
from typing import Any

import pytest

from connectors import push
from connectors.push import endpoints, sending, signing
from connectors.push.endpoints import Made
from connectors.push.notices import EVENTS
from connectors.videos.terms import Reason
from tests.push.conftest import Receiver

DOC = (Path(__file__).parents[2] / "docs" / "push.md").read_text(encoding="utf-8")


def program() -> dict[str, Any]:
    known: dict[str, Any] = {}
    (code,) = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)
    exec(code, known)  # noqa: S102 - our own documentation
    return known


@pytest.mark.django_db
def test_the_documented_receiver_takes_what_is_sent_once_and_nothing_forged(
    made: Made, receiver: Receiver, cedar: Any
) -> None:
    push.announce_change(cedar[0], 7)
    sending.send(made.endpoint.pk)
    (message,) = receiver.received
    known = program()
    headers = {name.lower(): value for name, value in message.headers.items()}
    for _ in range(2):
        assert known["receive"](made.secret, headers, message.body) == 204
    assert [each["data"]["change"] for each in known["todo"]] == [7]
    assert known["receive"](signing.new_secret(), headers, message.body) == 401
    assert known["receive"](made.secret, headers, message.body.replace("7", "8")) == 401
    assert len(known["todo"]) == 1


def test_the_documented_events_reasons_and_gaps_are_ours() -> None:
    assert set(re.findall(r"^\| `([a-z.]+)` \|", DOC, re.MULTILINE)) - {"type"} == set(EVENTS)
    (row,) = re.findall(r"`reasons`: (.*) \|$", DOC, re.MULTILINE)
    assert set(re.findall(r"`([a-z_]+)`", row)) == {each.value for each in Reason}
    assert [each.total_seconds() for each in sending.GAPS] == [
        *(5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600, 12 * 3600)
    ]
    assert (sending.GIVEN_UP_AFTER.days, endpoints.KEPT.days) == (5, 30)
