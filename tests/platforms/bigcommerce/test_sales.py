"""Sales: pages that lose nothing, lines, states, and never a customer."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest

from connectors.errors import BadAnswer, Throttled
from connectors.platforms.base import Found, Unreadable
from connectors.policy.records import Sale, SaleLine
from tests.platforms.bigcommerce.api import ROOM, bare, everything, line, order, serving
from tests.platforms.playing import Asked, Says

PATH = "/v2/orders"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def lines_of(*numbers: int) -> dict[str, Any]:
    return {f"{PATH}/{number}/products": bare([line(1)]) for number in numbers}


def read(*lines: dict[str, Any], **fields: Any) -> Sale:
    """Read one order."""
    with serving({PATH: bare([order(100, **fields)]), f"{PATH}/100/products": bare(list(lines))}) as api:
        (found,) = everything(api.reader(), "sale")
    assert isinstance(found, Found), found
    assert isinstance(found.record, Sale)
    return found.record


def test_a_sale_is_an_order_without_its_customer() -> None:
    found = read(line(1), line(2, product_id=0, variant_id=None))
    assert (found.sale_id, found.currency, found.channel) == ("100", "EUR", "www")
    assert found.created_at == datetime(2026, 6, 18, 12, 5, 4, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 6, 23, 12, 5, 43, tzinfo=UTC)
    assert (found.subtotal, found.shipping, found.total) == (Decimal(109), Decimal(5), Decimal(104))
    assert (found.discounts, found.tax, found.refunded) == (Decimal(10), Decimal(9), Decimal(0))
    assert (found.financial_status, found.fulfillment_status) == ("paid", "unfulfilled")
    assert (found.cancelled_at, found.gateways) == (None, ("Manual",))
    first, gift = found.lines
    assert first == SaleLine("77", "770", 2, 2, Decimal("54.50"), Decimal(103), Decimal(6))
    assert (gift.product_id, gift.variant_id) == (None, None)


def test_nothing_of_the_customer_becomes_a_value() -> None:
    text = str(asdict(read(line(1))))
    for value in ("canary", "203.0.113.9", "buyer"):
        assert value not in text


def test_no_address_that_is_asked_is_about_a_customer() -> None:
    with serving({PATH: bare([order(100)]), **lines_of(100), f"{PATH}/100": order(100)}) as api:
        reader = api.reader()
        everything(reader, "sale")
        everything(reader, "sale", NOW)
        reader.one("sale", "100")
        reader.count("sale")
        for each in api.playing.asked:
            for word in ("customer", "address", "consignment", "transaction", "message", "include"):
                assert word not in each.path + str(each.query)


def test_every_order_is_read_once_behind_the_one_before() -> None:
    numbers = [number * 3 for number in range(1, 121)]
    with serving({PATH: bare([order(each) for each in numbers]), **lines_of(*numbers)}) as api:
        found = everything(api.reader(), "sale")
        assert [each.id for each in found if isinstance(each, Found)] == [str(each) for each in numbers]
        asked = [each.query for each in api.asked(PATH) if each.path.endswith("orders")]
    assert [each["min_id"] for each in asked] == ["1", "151", "301"]
    assert {(each["sort"], each["limit"]) for each in asked} == {("id:asc", "50")}


def test_a_store_without_orders_answers_with_nothing() -> None:
    with serving({PATH: Says(None, 204)}) as api:
        assert everything(api.reader(), "sale") == []


def test_pages_that_go_round_are_an_error() -> None:
    with (
        serving({PATH: [order(each) for each in range(1, 51)], **lines_of(*range(1, 51))}) as api,
        pytest.raises(BadAnswer),
    ):
        everything(api.reader(), "sale")


def test_what_is_incomplete_or_archived_is_no_sale() -> None:
    rows = [order(1, status_id=0), order(2, is_deleted=True), order(3, is_deleted="true"), order(4)]
    with serving({PATH: bare(rows), **lines_of(4), f"{PATH}/2": rows[1], f"{PATH}/4": rows[3]}) as api:
        reader = api.reader()
        (found,) = everything(reader, "sale")
        assert isinstance(found, Found)
        assert found.id == "4"
        assert reader.one("sale", "2") is None
        assert reader.one("sale", "99") is None
        assert reader.one("sale", "4") is not None


def test_an_order_that_goes_while_it_is_read_is_gone() -> None:
    with serving({PATH: bare([order(1), order(2)]), **lines_of(2)}) as api:
        found = everything(api.reader(), "sale")
    assert [each.id for each in found if isinstance(each, Found)] == ["2"]


def test_one_that_cannot_be_read_takes_no_other_along() -> None:
    rows = [
        order(1, total_inc_tax="canary"),
        order(2, date_created=""),
        order(3, currency_code=None),
        order(4),
    ]
    rows[2]["default_currency_code"] = ""
    bad_line = {f"{PATH}/5/products": bare([line(1, quantity="canary")])}
    with serving({PATH: bare([*rows, order(5)]), **lines_of(1, 2, 3, 4), **bad_line}) as api:
        found = everything(api.reader(), "sale")
    assert [each.id for each in found if isinstance(each, Found)] == ["4"]
    reasons = [each.reason for each in found if isinstance(each, Unreadable)]
    assert len(reasons) == 4
    assert "canary" not in " ".join(reasons)


def test_an_order_with_many_lines_is_read_whole() -> None:
    assert len(read(*[line(number) for number in range(1, 601)]).lines) == 600


@pytest.mark.parametrize(
    ("status", "paid", "sent", "is_over"),
    [
        (1, "pending", "unfulfilled", False),
        (2, "paid", "fulfilled", False),
        (4, "refunded", None, False),
        (5, "voided", None, True),
        (6, "declined", None, True),
        (14, "partially_refunded", None, False),
        (99, None, None, False),
    ],
)
def test_a_state_is_its_number(status: int, paid: str | None, sent: str | None, is_over: bool) -> None:
    found = read(status_id=status, status="canary: the merchant's own word")
    assert (found.financial_status, found.fulfillment_status) == (paid, sent)
    assert (found.cancelled_at == found.updated_at) is is_over


def test_what_was_given_back_is_not_sold() -> None:
    (only,) = read(line(1, quantity=3, quantity_refunded=2)).lines
    assert (only.quantity, only.current_quantity) == (3, 1)


def test_a_line_of_an_older_store_is_counted_from_its_discounts() -> None:
    old = line(1)
    old.pop("discounted_total_inc_tax")
    (only,) = read(old).lines
    assert only.total == Decimal(103)


# What changed since


def changing(rows: list[dict[str, Any]]) -> Any:
    """Answer by time of change, as v2 does."""

    def moment(row: dict[str, Any]) -> datetime:
        at: datetime = row["at"]
        return at

    def answer(asked: Asked) -> Says:
        query = asked.query
        least, most = (datetime.fromisoformat(query[f"{end}_date_modified"]) for end in ("min", "max"))
        found = sorted((row for row in rows if least <= moment(row) <= most), key=moment)
        start = (int(query["page"]) - 1) * int(query["limit"])
        page = [
            {name: value for name, value in row.items() if name != "at"}
            for row in found[start : start + int(query["limit"])]
        ]
        return Says(page, headers=ROOM) if page else Says(None, 204, ROOM)

    return answer


def changed(number: int, at: datetime) -> dict[str, Any]:
    return {**order(number, date_modified=format_datetime(at)), "at": at}


@pytest.mark.parametrize("gap_seconds", [0, 1, 7])
def test_every_change_is_read_also_many_of_one_second(gap_seconds: int) -> None:
    rows = [
        changed(number, NOW - timedelta(days=1) + timedelta(seconds=gap_seconds * number))
        for number in range(1, 171)
    ]
    with serving({PATH: changing(rows), **lines_of(*range(1, 171))}) as api:
        found = everything(api.reader(), "sale", NOW - timedelta(days=2))
    assert {each.id for each in found if isinstance(each, Found)} == {str(n) for n in range(1, 171)}


def test_an_order_that_changes_meanwhile_hides_no_other() -> None:
    start = NOW - timedelta(days=1)
    rows = [changed(number, start + timedelta(seconds=number)) for number in range(1, 121)]
    with serving({PATH: changing(rows), **lines_of(*range(1, 121))}) as api:
        reader = api.reader()
        first = reader.page("sale", start, None)
        for row in rows[:30]:
            row["at"] = datetime.now(UTC) + timedelta(hours=1)
        found, cursor = list(first.items), first.cursor
        while cursor is not None:
            page = reader.page("sale", start, cursor)
            found, cursor = [*found, *page.items], page.cursor
    assert {each.id for each in found if isinstance(each, Found)} == {str(n) for n in range(1, 121)}


def test_an_increment_ends_where_it_began_however_long_it_takes() -> None:
    with serving({PATH: changing([])}) as api:
        everything(api.reader(), "sale", NOW - timedelta(days=2))
        (asked,) = api.asked(PATH)
    assert asked.query["min_date_modified"] == "2026-11-21T12:00:00Z"
    assert asked.query["sort"] == "date_modified:asc"
    assert "max_date_modified" in asked.query


# The window of requests


def test_what_is_whole_of_a_page_is_kept_when_the_window_ends() -> None:
    numbers = list(range(1, 11))
    lines = lines_of(*numbers)
    lines[f"{PATH}/5/products"] = Says({}, 429, {**ROOM, "X-Rate-Limit-Time-Reset-Ms": "29000"})
    with serving({PATH: bare([order(each) for each in numbers]), **lines}) as api:
        page = api.reader().page("sale", None, None)
        assert [each.id for each in page.items if isinstance(each, Found)] == ["1", "2", "3", "4"]
        api.answers[f"{PATH}/5/products"] = bare([line(1)])
        rest = api.reader().page("sale", None, page.cursor)
    assert [each.id for each in rest.items if isinstance(each, Found)] == ["5", "6", "7", "8", "9", "10"]
    assert rest.cursor is None


def test_where_nothing_is_whole_the_caller_waits() -> None:
    refused = Says({}, 429, {**ROOM, "X-Rate-Limit-Time-Reset-Ms": "29000"})
    with serving({PATH: bare([order(1)]), f"{PATH}/1/products": refused}) as api, pytest.raises(Throttled):
        api.reader().page("sale", None, None)


# Counts


def counted(count: int, incomplete: int = 0) -> dict[str, Any]:
    return {
        f"{PATH}/count": {
            "count": count,
            "statuses": [{"id": 0, "count": incomplete, "name": "canary"}, {"id": 11, "count": 1}],
        }
    }


def test_a_count_leaves_out_what_is_no_sale() -> None:
    rows = [order(1), order(2, status_id=0), order(3, is_deleted=True)]
    with serving({PATH: bare(rows), **lines_of(1), **counted(3, incomplete=1)}) as api:
        reader = api.reader()
        assert reader.count("sale") == 2
        everything(reader, "sale")
        assert reader.count("sale") == 1


@pytest.mark.parametrize("statuses", [{}, {"statuses": None}, {"statuses": []}])
def test_a_count_that_tells_no_states_leaves_out_what_was_passed_over(statuses: dict[str, Any]) -> None:
    rows = [order(number, status_id=0 if number % 2 else 11) for number in range(1, 121)]
    lines = lines_of(*range(2, 121, 2))
    with serving({PATH: bare(rows), **lines, f"{PATH}/count": {"count": 121, **statuses}}) as api:
        reader = api.reader()
        assert len(everything(reader, "sale")) == 60
        assert reader.count("sale") == 61


def test_a_count_is_of_what_has_stayed_as_it_was_since_the_reading_began() -> None:
    with serving({PATH: bare([order(1)]), **lines_of(1), **counted(1)}) as api:
        reader = api.reader()
        began = datetime.now(UTC)
        everything(reader, "sale")
        reader.count("sale")
        (asked,) = api.asked(f"{PATH}/count")
    assert datetime.fromisoformat(asked.query["max_date_modified"]) <= began


def test_a_count_that_is_refused_is_unknown() -> None:
    with serving({f"{PATH}/count": Says({}, 403)}) as api:
        assert api.reader().count("sale") is None
    with serving({f"{PATH}/count": Says({}, 503)}) as api, pytest.raises(Exception, match="503"):
        api.reader().count("sale")
