"""What an operator sees of endpoints: the doctor's findings and the metrics."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors import push
from connectors.diagnosis import Level, findings
from connectors.models import Endpoint, Notice
from connectors.pages import metrics
from connectors.push import endpoints
from connectors.push.endpoints import Made
from tests import cast

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def found() -> list[tuple[Level, str]]:
    return [(each.level, each.words) for each in findings() if each.place == "endpoints"]


def test_without_an_endpoint_the_doctor_says_nothing_of_them() -> None:
    assert found() == []


def test_the_doctor_warns_of_endpoints_that_fail_or_were_disabled_by_themselves(made: Made) -> None:
    assert found() == [(Level.OK, "1 take what they are told")]
    Endpoint.objects.update(failing_since=NOW)
    assert found()[0] == (Level.WARN, "1 do not take what they are told")
    endpoints.stop(Endpoint.objects.get(), "it failed for 5 days", NOW)
    level, words = found()[0]
    assert level == Level.WARN
    assert words.startswith("1 were disabled by themselves")


def test_what_an_operator_has_disabled_is_no_finding(made: Made) -> None:
    endpoints.disable(made.endpoint.ref, NOW)
    assert [level for level, _ in found()] == [Level.OK]


def test_the_metrics_count_endpoints_and_notices_and_name_no_store(made: Made, cedar: Any) -> None:
    store, _ = cast.store("birch.myshopify.com")
    push.announce_change(cedar[0], 7)
    push.announce_change(store, 8)
    push.announce("store.installed", store, "1", {})
    Notice.objects.filter(event="store.installed").update(state="delivered")
    text = metrics.text()
    assert 'minta_endpoints{state="taking"} 1\n' in text
    assert 'minta_endpoints{state="disabled"} 0\n' in text
    assert 'minta_notices{event="feed.changed",state="waiting"} 2\n' in text
    assert 'minta_notices{event="store.installed",state="delivered"} 1\n' in text
    assert store.ref not in text
    assert made.endpoint.ref not in text
