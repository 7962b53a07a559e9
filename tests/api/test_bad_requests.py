"""What cannot be asked is refused in one shape, and nothing becomes a fault of ours."""

import json
from typing import Any

import pytest
from django.http import HttpResponse

from connectors.models import FeedRead
from tests import cast
from tests.api.conftest import Ask
from tests.cast import store_info
from tests.feed.cast import product
from tests.shared import SHARED, needs_shared

pytestmark = pytest.mark.django_db

STRINGS = SHARED / "specs" / "security" / "strings" / "blns.json"


def refused(response: HttpResponse, status: int, error: str) -> str:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    shape = json.loads(response.content)
    assert set(shape) == {"error", "message"}
    assert shape["error"] == error
    message: str = shape["message"]
    return message


@pytest.mark.parametrize("name", ["after", "limit", "wait"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "-1",
        "+1",
        "1.5",
        "1e3",
        " 1",
        "1_0",
        "0x1",
        "ten",
        "NaN",
        "٣",
        "1%00",
        "9223372036854775808",
        "9" * 5000,
    ],
)
def test_a_number_that_is_none_is_refused(ask: Ask, name: str, value: str) -> None:
    refused(ask(f"changes?{name}={value}"), 400, "Malformed")


@pytest.mark.parametrize(
    "query",
    [
        "changes?limit=0",
        "changes?limit=1001",
        "changes?wait=31",
        "stores?limit=501",
        "stores?after=0",
        "stores?after=st_x",
        "stores?after=st_aaaaaaaaaaaaaaaa%0A",
        "stores/st_aaaaaaaaaaaaaaaa/brief?limit=51",
        "videos?store=",
        "changes?afer=1",
        "changes?after=1&after=2",
        "changes?store=st_aaaaaaaaaaaaaaaa",
        "stores/st_aaaaaaaaaaaaaaaa?verbose=1",
        "stores?" + "&".join(f"p{number}=" for number in range(2000)),
    ],
)
def test_a_parameter_out_of_bounds_unknown_or_repeated_is_refused(ask: Ask, query: str) -> None:
    refused(ask(query), 400, "Malformed")


def test_the_bounds_themselves_are_fine(ask: Ask) -> None:
    for query in (
        "changes?limit=1&after=0&wait=0",
        "changes?limit=1000",
        "stores?limit=500",
        "stores?after=",
        "videos?after=",
        "erasures?after=",
    ):
        assert ask(query).status_code == 200
    refused(ask("changes?after=9223372036854775807"), 409, "CursorAhead")


def test_a_refusal_repeats_nothing_of_what_was_sent(ask: Ask) -> None:
    for query in ("changes?canary=1", "changes?after=canary", "stores?after=canary"):
        assert b"canary" not in ask(query).content


@pytest.mark.parametrize(
    "path",
    [
        "",
        "store",
        "stores/",
        "changes/",
        "stores/st_aaaaaaaaaaaaaaaa/",
        "stores/st_aaaaaaaaaaaaaaaa/brief/",
        "stores/st_aaaaaaaaaaaaaaaa/sales",
        "schema/..",
        "%2e%2e/%2e%2e/etc/passwd",
        "line%0Abreak",
    ],
)
def test_another_address_is_missing(ask: Ask, path: str) -> None:
    refused(ask(path), 404, "Missing")


@pytest.mark.parametrize(
    "ref",
    [
        "st_",
        "x",
        "1",
        "st_AAAAAAAAAAAAAAAA",
        "st_aaaaaaaaaaaaaaa",
        "st_aaaaaaaaaaaaaaaa%0A",
        "st_aaaaaaaaaaaaaaa%00",
        "%00",
        "%FF%FE",
        "' OR 1=1 --",
        "a" * 5000,
    ],
)
@pytest.mark.parametrize("below", ["", "/products", "/brief"])
def test_what_is_no_reference_is_no_store(ask: Ask, ref: str, below: str) -> None:
    refused(ask(f"stores/{ref}{below}"), 404, "Missing")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_the_feed_is_only_read(ask: Ask, method: str) -> None:
    response = ask("changes", method=method, data=b"[" * 100_000, content_type="application/json")
    refused(response, 405, "MethodNotAllowed")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_options_says_what_may_be_done_and_nothing_else(ask: Ask) -> None:
    response = ask("changes", method="OPTIONS")
    assert (response.status_code, response.content) == (204, b"")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_head_is_get_without_a_body(ask: Ask) -> None:
    response = ask("changes", method="HEAD")
    assert (response.status_code, response.content) == (200, b"")
    assert ask("stores/st_aaaaaaaaaaaaaaaa", method="HEAD").status_code == 404


@pytest.mark.parametrize("accept", ["text/html", "image/png", "*/*", "application/json; v=2", ",;;q=x", ""])
def test_whatever_is_accepted_json_is_sent(ask: Ask, accept: str) -> None:
    response = ask("changes", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_body_is_not_looked_at(ask: Ask) -> None:
    assert ask("changes", data=b"\xff[" * 100_000, content_type="application/json").status_code == 200


def test_a_fault_of_ours_says_nothing_and_is_logged_by_its_name(
    ask: Ask, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    store, key = cast.store()
    cast.keep(store, key, store_info(name="Canary & Sons"))
    assert ask("changes").status_code == 200
    settings.MASTER_KEYS = ("not-a-key-canary",)
    message = refused(ask("changes"), 500, "Fault")
    assert message == "The fault is ours; it was written down"
    (logged,) = [each for each in caplog.records if each.name.startswith("connectors")]
    assert logged.levelname == "ERROR"
    assert logged.getMessage().startswith("Misconfigured in Changes at ")
    assert not [each for each in caplog.records if each.exc_info]
    assert "anary" not in caplog.text
    assert FeedRead.objects.get().count == 1


@needs_shared
def test_naughty_strings_come_through_as_they_are(ask: Ask) -> None:
    strings = json.loads(STRINGS.read_text(encoding="utf-8"))
    store, key = cast.store()
    goods = [product(number, title=text, description=text) for number, text in enumerate(strings)]
    cast.keep(store, key, store_info(name=strings[-1]), *goods)
    shown = json.loads(ask("changes?limit=1000").content)["changes"]
    assert [each["record"]["title"] for each in shown[1:]] == strings
    assert [each["record"]["description"] for each in shown[1:]] == strings
    brief = json.loads(ask(f"stores/{store.ref}/brief?limit=50").content)
    assert brief["brand"]["name"] == strings[-1]
    titles = [each["title"] for each in brief["products"]]
    in_order = iter(reversed(strings))
    # Some cannot be shown on a screen; the others stand as they are, in their order.
    assert len(titles) > 30
    assert all(title in in_order for title in titles)
    assert brief["refused"]


@needs_shared
def test_naughty_strings_as_parameters_and_references_are_refused(ask: Ask) -> None:
    strings = [each for each in json.loads(STRINGS.read_text(encoding="utf-8")) if each]
    asked = [("changes?after=", 400), ("stores?after=", 400), ("stores/", 404)]
    for address, status in asked:
        for text in strings:
            response = ask(address + "".join(f"%{byte:02X}" for byte in text.encode()))
            digits = text.isascii() and text.isdigit()
            assert response.status_code in ({status, 200, 409} if digits else {status}), text
