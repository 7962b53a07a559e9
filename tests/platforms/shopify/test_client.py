"""The Admin API's answers: what each failure means, how long is waited, what no error holds."""

import logging
from datetime import UTC, datetime

import pytest

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    GrantRevoked,
    PlatformFailure,
    StoreClosed,
    Throttled,
    TooCostly,
    Unavailable,
)
from connectors.platforms.shopify.documents import DOCUMENTS
from tests.platforms.shopify.admin import COST, TOKEN, Admin, Says, fails, gives
from tests.platforms.shopify.door import SHOP

EMPTY = {"inventoryItem": None}


def failure(*answers: Says) -> PlatformFailure:
    """Ask for the product of a stock and return how it failed."""
    with Admin(*answers) as admin, pytest.raises(PlatformFailure) as failed:
        admin.reader().product_of_stock("4111111111")
    text = str(failed.value)
    assert failed.value.__cause__ is None
    for secret in (TOKEN, "4111111111", "merchant's value", "127.0.0.1", SHOP):
        assert secret not in text
    return failed.value


def throttled(requested: float | None, available: float, rate: float) -> Says:
    status = {"maximumAvailable": 4000.0, "currentlyAvailable": available, "restoreRate": rate}
    return fails("THROTTLED", requestedQueryCost=requested, actualQueryCost=None, throttleStatus=status)


def test_a_question_goes_to_the_stores_own_address_in_our_version_with_its_token() -> None:
    with Admin(gives(**EMPTY)) as admin:
        admin.reader().product_of_stock("7")
    (asked,) = admin.asked
    assert asked.path == f"/{SHOP}/admin/api/2026-10/graphql.json"
    assert asked.headers["x-shopify-access-token"] == TOKEN
    assert asked.variables == {"id": "gid://shopify/InventoryItem/7"}
    assert asked.document == DOCUMENTS["MintaProductOfStock"]


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (401, GrantRevoked),
        (402, StoreClosed),
        (403, StoreClosed),
        (404, StoreClosed),
        (423, StoreClosed),
        (429, Throttled),
        (430, Throttled),
        (302, BadAnswer),
        (400, BadAnswer),
        (500, Unavailable),
        (504, Unavailable),
    ],
)
def test_every_listed_status_means_something(status: int, meaning: type[PlatformFailure]) -> None:
    said = Says(
        {"errors": "[API] Invalid API key: merchant's value"}, status, {"Location": "http://x.example"}
    )
    assert type(failure(said)) is meaning


def test_a_429_says_how_long_to_wait_in_decimals() -> None:
    failed = failure(Says({}, 429, {"Retry-After": "4.0"}))
    assert isinstance(failed, Throttled)
    assert failed.wait_seconds == 4


@pytest.mark.parametrize(
    ("code", "meaning", "again"),
    [
        ("MAX_COST_EXCEEDED", TooCostly, False),
        ("SHOP_INACTIVE", StoreClosed, False),
        ("INTERNAL_SERVER_ERROR", Unavailable, True),
        ("ACCESS_DENIED", AccessDenied, False),
        ("SOMETHING_NEW", BadAnswer, False),
        (None, BadAnswer, False),
        ("a merchant's value", BadAnswer, False),
    ],
)
def test_every_code_at_200_means_something(
    code: str | None, meaning: type[PlatformFailure], again: bool
) -> None:
    failed = failure(fails(code))
    assert type(failed) is meaning
    assert failed.retry is again


def test_an_internal_error_beside_a_whole_answer_is_still_an_error() -> None:
    assert isinstance(failure(fails("INTERNAL_SERVER_ERROR", EMPTY)), Unavailable)


@pytest.mark.parametrize(
    "body",
    [
        {"data": None},
        {},
        {"errors": "a sentence with a merchant's value"},
        {"data": {"inventoryItem": 5}},
        {"data": []},
        b"<html>merchant's value</html>",
        b'{"data":' + b"[" * 100_000,
        b"",
    ],
)
def test_an_answer_without_data_is_a_bad_answer(body: object) -> None:
    assert isinstance(failure(Says(body)), BadAnswer)


def test_a_denied_field_that_may_not_be_null_denies_the_whole_answer() -> None:
    failed = failure(fails("ACCESS_DENIED", path=["inventoryItem", "variants", 0, "id"]))
    assert str(failed) == "Shopify Admin API denies MintaProductOfStock: inventoryItem.variants.id"


def test_a_denied_field_that_is_null_where_none_may_be_is_no_bad_answer() -> None:
    broken = {"inventoryItem": {"variants": {"nodes": [{"product": None}]}}}
    assert isinstance(failure(fails("ACCESS_DENIED", broken, path=["inventoryItem"])), AccessDenied)


def test_a_path_that_is_not_of_our_fields_is_not_repeated() -> None:
    assert str(failure(fails("ACCESS_DENIED", path=["merchant's value", "ok"]))).endswith(": ok")


ODD_EXTENSIONS: list[object] = [
    [],
    None,
    "x",
    7,
    {"cost": None},
    {"cost": []},
    {"cost": "10"},
    {"cost": {"requestedQueryCost": "many", "actualQueryCost": [], "throttleStatus": {}}},
    {"cost": {"requestedQueryCost": "NaN", "throttleStatus": []}},
    {"cost": {"requestedQueryCost": True, "throttleStatus": {"currentlyAvailable": {}, "restoreRate": None}}},
    {"cost": {"requestedQueryCost": 10**400, "throttleStatus": {"currentlyAvailable": "1e999"}}},
    {"cost": {"throttleStatus": {"maximumAvailable": "2000"}}, "search": [{"path": ["x"]}]},
]


@pytest.mark.parametrize("extensions", ODD_EXTENSIONS)
def test_what_stands_beside_an_answer_does_not_spoil_it(extensions: object) -> None:
    found = {"inventoryItem": {"variants": {"nodes": [{"product": {"id": "gid://shopify/Product/5"}}]}}}
    beside: list[dict[str, object]] = [{}, {"errors": None}, {"errors": []}]
    for errors in beside:
        with Admin(Says({"data": found, "extensions": extensions, **errors})) as admin:
            reader = admin.reader()
            assert [reader.product_of_stock("7") for _ in range(2)] == ["5", "5"]
        assert admin.clock.slept == []


@pytest.mark.parametrize("path", [None, "inventoryItem", 5, {"a": 1}, [["x"], None, 1.5], []])
def test_the_path_of_an_error_may_have_any_shape(path: object) -> None:
    error = {"message": "merchant's value", "path": path, "extensions": {"code": "ACCESS_DENIED"}}
    assert isinstance(failure(Says({"data": None, "errors": [error]})), AccessDenied)


@pytest.mark.parametrize(
    "error",
    [
        {"extensions": {"code": 5}},
        {"extensions": {"code": ["ACCESS_DENIED"]}},
        {"extensions": []},
        {"extensions": "merchant's value"},
        {},
        "merchant's value",
        None,
        [],
    ],
)
def test_an_error_of_any_shape_is_an_error(error: object) -> None:
    for errors in ([error], {"base": error}):
        assert isinstance(failure(Says({"data": EMPTY, "errors": errors})), BadAnswer)


# Waiting --------------------------------------------------------------------------------------------------


def test_a_throttled_question_waits_for_what_is_missing_and_is_asked_again() -> None:
    with Admin(throttled(862, 572, 200.0), gives(**EMPTY)) as admin:
        assert admin.reader().product_of_stock("7") is None
    assert admin.clock.slept == [pytest.approx(1.45)]
    assert len(admin.asked) == 2


def test_a_long_wait_is_given_to_the_caller() -> None:
    with Admin(throttled(1000, 0, 10.0)) as admin, pytest.raises(Throttled) as failed:
        admin.reader().product_of_stock("7")
    assert failed.value.wait_seconds == pytest.approx(100)
    assert admin.clock.slept == []
    assert len(admin.asked) == 1


def test_a_store_that_throttles_again_and_again_is_left_alone() -> None:
    with Admin(throttled(862, 572, 200.0)) as admin, pytest.raises(Throttled):
        admin.reader().product_of_stock("7")
    assert len(admin.asked) == 3


def test_a_throttled_answer_without_figures_waits_all_the_same() -> None:
    with Admin(fails("THROTTLED"), throttled(None, 0, 0), gives(**EMPTY)) as admin:
        admin.reader().product_of_stock("7")
    assert admin.clock.slept == [2.0, 2.0]


def test_figures_may_be_texts_and_some_of_them_missing() -> None:
    status = {"currentlyAvailable": "572", "restoreRate": "200.0"}
    first = fails("THROTTLED", requestedQueryCost="862", throttleStatus=status)
    with Admin(first, gives(**EMPTY)) as admin:
        admin.reader().product_of_stock("7")
    assert admin.clock.slept == [pytest.approx(1.45)]


def test_a_budget_of_which_no_size_is_known_is_kept_to() -> None:
    cost = {"requestedQueryCost": 500, "throttleStatus": {"currentlyAvailable": 100, "restoreRate": 100}}
    with Admin(Says({"data": EMPTY, "extensions": {"cost": cost}})) as admin:
        reader = admin.reader()
        reader.product_of_stock("7")
        reader.product_of_stock("7")
    assert admin.clock.slept == [pytest.approx(4.0)]


def spent(requested: float, available: float, rate: float) -> Says:
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": rate}
    cost = {"requestedQueryCost": requested, "actualQueryCost": requested, "throttleStatus": status}
    return Says({"data": EMPTY, "extensions": {"cost": cost}})


def test_a_question_that_does_not_fit_waits_before_it_is_asked() -> None:
    with Admin(spent(500, 100, 100.0)) as admin:
        reader = admin.reader()
        reader.product_of_stock("7")
        assert admin.clock.slept == []
        reader.product_of_stock("7")
    assert admin.clock.slept == [pytest.approx(4.0)]


def test_points_come_back_while_time_goes_by_and_never_past_the_bucket() -> None:
    with Admin(spent(500, 100, 100.0)) as admin:
        reader = admin.reader()
        reader.product_of_stock("7")
        admin.clock.seconds += 3
        reader.product_of_stock("7")
    assert admin.clock.slept == [pytest.approx(1.0)]


def test_a_question_that_fits_only_later_is_not_asked_at_all() -> None:
    with Admin(spent(1000, 0, 10.0)) as admin:
        reader = admin.reader()
        reader.product_of_stock("7")
        with pytest.raises(Throttled) as failed:
            reader.product_of_stock("7")
    assert failed.value.wait_seconds == pytest.approx(100)
    assert len(admin.asked) == 1


def test_a_question_over_the_limit_is_not_asked_again_as_it_is() -> None:
    failed = {"code": "MAX_COST_EXCEEDED", "cost": 1293, "maxCost": 1000}
    said = Says({"errors": [{"message": "Query cost is 1293", "extensions": failed}]})
    with Admin(said) as admin, pytest.raises(TooCostly):
        admin.reader().product_of_stock("7")
    assert len(admin.asked) == 1


# Versions, tokens -----------------------------------------------------------------------------------------


def test_another_version_than_ours_is_noticed_once(caplog: pytest.LogCaptureFixture) -> None:
    older = Says({"data": EMPTY, "extensions": {"cost": COST}}, 200, {"X-Shopify-API-Version": "2018-10"})
    with Admin(older) as admin, caplog.at_level(logging.WARNING):
        reader = admin.reader()
        reader.product_of_stock("7")
        reader.product_of_stock("7")
    assert reader.served_version == "2018-10"
    assert [record.message for record in caplog.records] == ["Shopify no longer serves API version 2026-10"]


def test_another_version_is_said_once_by_all_readers(caplog: pytest.LogCaptureFixture) -> None:
    older = Says({"data": EMPTY}, 200, {"X-Shopify-API-Version": "2019-04"})
    newer = Says({"data": EMPTY}, 200, {"X-Shopify-API-Version": "2019-07"})
    with Admin(older, older, newer) as admin, caplog.at_level(logging.WARNING):
        for served in ("2019-04", "2019-04", "2019-07"):
            reader = admin.reader()
            reader.product_of_stock("7")
            assert reader.served_version == served
    assert len(caplog.records) == 2


def test_our_own_version_is_nothing_to_notice() -> None:
    with Admin(Says({"data": EMPTY}, 200, {"X-Shopify-API-Version": "2026-10"})) as admin:
        reader = admin.reader()
        reader.product_of_stock("7")
    assert reader.served_version is None


def test_a_token_past_its_time_is_not_sent() -> None:
    with Admin(gives(**EMPTY)) as admin, pytest.raises(Unavailable):
        admin.reader(expires_at=datetime(2020, 1, 1, tzinfo=UTC)).product_of_stock("7")
    assert admin.asked == []


def test_a_question_is_asked_again_when_the_platform_stumbles() -> None:
    with Admin(Says({}, 502), gives(**EMPTY)) as admin:
        admin.reader().product_of_stock("7")
    assert len(admin.asked) == 2


def test_nothing_of_a_store_shows_in_what_a_debugger_prints() -> None:
    with Admin(gives(**EMPTY)) as admin:
        reader = admin.reader()
        assert TOKEN not in repr(reader) + repr(vars(reader)) + repr(vars(reader._client))
