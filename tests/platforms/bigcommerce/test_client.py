"""The one place that calls a store: its window, its refusals, its odd answers."""

import gzip
import json
from typing import Any

import pytest

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    GrantRevoked,
    MintaError,
    StoreClosed,
    Throttled,
    TooCostly,
    Unavailable,
)
from connectors.platforms.bigcommerce.budget import OVERLOAD_SECONDS
from tests.platforms.bigcommerce.api import ROOM, STORE, TOKEN, Api, listed, serving
from tests.platforms.bigcommerce.door import SHOP
from tests.platforms.playing import Asked, Playing, Says

PRODUCTS = "/v3/catalog/products"


def room(left: int, reset_ms: int = 4000, quota: int = 150) -> dict[str, str]:
    return {
        "X-Rate-Limit-Time-Reset-Ms": str(reset_ms),
        "X-Rate-Limit-Requests-Left": str(left),
        "X-Rate-Limit-Requests-Quota": str(quota),
    }


def ask(api: Api) -> int | None:
    """Ask once, and without what turns errors into answers."""
    return api.reader()._catalog.count()


def test_a_question_names_the_store_and_proves_the_grant_in_the_head() -> None:
    with serving() as api:
        ask(api)
    (asked,) = api.playing.asked
    assert asked.path == f"/stores/{SHOP}{PRODUCTS}"
    assert asked.headers["x-auth-token"] == TOKEN
    assert asked.headers["accept"] == "application/json"
    assert asked.headers["user-agent"] == "Minta"
    assert TOKEN not in str(asked.query)


def test_a_tenth_of_the_window_is_left_to_other_apps() -> None:
    with serving({PRODUCTS: Says(listed([]), headers=room(15))}) as api:
        reader = api.reader()
        reader.count("product")
        assert api.clock.slept == []
        reader.count("product")
        assert api.clock.slept == [pytest.approx(4.0, abs=0.5)]


def test_above_the_reserve_nobody_waits() -> None:
    with serving({PRODUCTS: Says(listed([]), headers=room(16))}) as api:
        reader = api.reader()
        for _ in range(3):
            reader.count("product")
        assert api.clock.slept == []


def test_a_window_that_is_over_is_forgotten() -> None:
    with serving({PRODUCTS: Says(listed([]), headers=room(0))}) as api:
        reader = api.reader()
        reader.count("product")
        api.clock.seconds += 5
        reader.count("product")
        assert api.clock.slept == []


def test_a_long_wait_is_left_to_the_caller() -> None:
    with serving({PRODUCTS: Says(listed([]), headers=room(0, reset_ms=29_000))}) as api:
        reader = api.reader()
        reader.count("product")
        with pytest.raises(Throttled) as throttled:
            reader.count("product")
        assert throttled.value.wait_seconds == pytest.approx(29, abs=0.5)
        assert api.clock.slept == []
        assert len(api.playing.asked) == 1


def test_an_answer_without_figures_paces_nobody() -> None:
    odd = {**room(0), "X-Rate-Limit-Requests-Left": "many"}
    for headers in ({}, odd, {"X-Rate-Limit-Requests-Left": "0"}):
        with serving({PRODUCTS: Says(listed([]), headers=headers)}) as api:
            reader = api.reader()
            reader.count("product")
            reader.count("product")
            assert api.clock.slept == []


def test_a_refusal_is_waited_out_and_asked_again() -> None:
    answers = iter([Says({"status": 429}, 429, room(0, 2000)), Says(listed([], 3), headers=ROOM)])
    with serving({PRODUCTS: lambda _: next(answers)}) as api:
        assert ask(api) == 3
        assert api.clock.slept == [pytest.approx(2.0)]


def test_a_refusal_in_seconds_is_read_too() -> None:
    answers = iter([Says({}, 429, {"X-Retry-After": "3"}), Says(listed([], 3), headers=ROOM)])
    with serving({PRODUCTS: lambda _: next(answers)}) as api:
        assert ask(api) == 3
        assert api.clock.slept == [pytest.approx(3.0)]


def test_a_refusal_without_figures_is_an_overload_and_is_not_asked_again() -> None:
    with serving({PRODUCTS: Says({"status": 429}, 429)}) as api:
        with pytest.raises(Throttled) as throttled:
            ask(api)
        assert throttled.value.wait_seconds == OVERLOAD_SECONDS
        assert len(api.playing.asked) == 1


def test_a_store_that_goes_on_refusing_is_left_alone() -> None:
    with serving({PRODUCTS: Says({}, 429, room(0, 1000))}) as api:
        with pytest.raises(Throttled):
            ask(api)
        assert len(api.playing.asked) == 3


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"status": 401, "title": "Unauthorized"}, GrantRevoked),
        (403, {"status": 403, "title": "canary-title"}, AccessDenied),
        (403, [{"status": 403, "message": "canary-title"}], AccessDenied),
        (400, [{"status": 400, "message": "canary-title", "details": {}}], BadAnswer),
        (404, [{"status": 404, "message": "canary-title"}], BadAnswer),
        (409, {}, BadAnswer),
        (413, {}, TooCostly),
        (422, {"status": 422, "errors": {"x": "canary-title"}}, BadAnswer),
        (423, {}, Unavailable),
        (499, {}, Unavailable),
        (500, {}, Unavailable),
        (502, b"<html>canary-title", Unavailable),
        (503, {}, Unavailable),
        (507, {}, Unavailable),
    ],
)
def test_each_refusal_is_an_error_of_ours_and_repeats_nothing(
    status: int, body: Any, error: type[MintaError]
) -> None:
    with serving({PRODUCTS: Says(body, status)}) as api, pytest.raises(error) as refused:
        ask(api)
    for secret in ("canary-title", TOKEN, SHOP):
        assert secret not in str(refused.value)
    assert str(status) in str(refused.value)


def test_a_fault_of_the_platform_is_asked_again_within_its_time() -> None:
    answers = iter([Says({}, 500), Says(None, cut=True), Says(listed([], 3))])
    with serving({PRODUCTS: lambda _: next(answers)}) as api:
        assert ask(api) == 3


def test_the_token_does_not_travel_with_a_redirect() -> None:
    with Playing(lambda _: Says(listed([]))) as elsewhere:
        away = Says(None, 302, {"Location": f"{elsewhere.address}/stores/x"})
        with serving({PRODUCTS: away}) as api, pytest.raises(BadAnswer):
            ask(api)
    assert elsewhere.asked == []


WHOLE = gzip.compress(json.dumps(listed([], 3)).encode())


def test_gzip_is_read_to_its_end() -> None:
    packed = {"Content-Encoding": "gzip"}
    with serving({PRODUCTS: Says(WHOLE, headers=packed)}) as api:
        assert ask(api) == 3
    with serving({PRODUCTS: Says(WHOLE[:-9], headers=packed)}) as api, pytest.raises(Unavailable):
        ask(api)
    with serving({PRODUCTS: Says(b"plain", headers=packed)}) as api, pytest.raises(BadAnswer):
        ask(api)


@pytest.mark.parametrize(
    "body", [b"<html>down for maintenance</html>", b"", b"[]", b'{"data": {}}', b"[" * 200_000, b"\xff"]
)
def test_an_answer_that_is_none_is_an_error(body: bytes) -> None:
    with serving({PRODUCTS: Says(body)}) as api, pytest.raises(BadAnswer):
        ask(api)


@pytest.mark.parametrize("meta", [None, [], {}, {"pagination": []}, {"pagination": {"total": "many"}}, 7])
def test_what_is_around_an_answer_may_be_missing_or_odd(meta: Any) -> None:
    with serving({PRODUCTS: Says({"data": [], "meta": meta})}) as api:
        assert ask(api) is None
    with serving({PRODUCTS: Says({"data": []})}) as api:
        assert ask(api) is None


# Three ways in which a store tells that we are no longer on it


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_store_that_does_not_open_to_its_grant_has_taken_it_back(status: int) -> None:
    with serving({"/v2/store": Says([{"status": status}], status)}) as api, pytest.raises(GrantRevoked):
        api.reader().store()


@pytest.mark.parametrize("status", ["suspended", "Cancelled", "expired"])
def test_a_store_that_says_so_is_closed(status: str) -> None:
    with serving({"/v2/store": {**STORE, "status": status}}) as api, pytest.raises(StoreClosed):
        api.reader().store()


@pytest.mark.parametrize("status", ["live", "prelaunch", "down_for_maintenance", None])
def test_others_are_open(status: str | None) -> None:
    with serving({"/v2/store": {**STORE, "status": status}}) as api:
        assert api.reader().store().store_id == SHOP


def test_a_store_that_is_away_is_neither() -> None:
    with serving({"/v2/store": Says({}, 503)}) as api, pytest.raises(Unavailable):
        api.reader().store()


def test_a_scope_that_is_refused_elsewhere_takes_no_grant_back() -> None:
    def answer(_: Asked) -> Says:
        return Says({"status": 403}, 403)

    with serving({"/v2/orders": answer}) as api, pytest.raises(AccessDenied):
        api.reader().page("sale", None, None)
