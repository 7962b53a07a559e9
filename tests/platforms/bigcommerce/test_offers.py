"""Offers: promotions with their codes, and coupons that are none of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import BadAnswer, Throttled
from connectors.platforms.base import Found, Unreadable
from connectors.policy.records import Offer
from tests.platforms.bigcommerce.api import ROOM, bare, coupon, everything, listed, promotion, serving
from tests.platforms.playing import Asked, Says

PROMOTIONS = "/v3/promotions"
COUPONS = "/v2/coupons"


def offers(**answers: Any) -> list[Offer]:
    with serving(answers) as api:
        found = everything(api.reader(), "offer")
    records = [each.record for each in found if isinstance(each, Found)]
    assert len(records) == len(found), found
    return [each for each in records if isinstance(each, Offer)]


def from_rule(action: dict[str, Any], condition: Any = None, **fields: Any) -> Offer:
    rule = {"action": action, **({"condition": condition} if condition is not None else {})}
    (found,) = offers(**{PROMOTIONS: listed([promotion(1, rules=[rule], **fields)])})
    return found


def test_a_promotion_is_an_offer() -> None:
    (found,) = offers(**{PROMOTIONS: listed([promotion(12)])})
    begins = datetime(2026, 1, 20, 22, tzinfo=UTC)
    assert (found.offer_id, found.title, found.kind) == ("promotion/12", "Autumn 12", "amount_off")
    assert (found.status, found.automatic, found.codes, found.used) == ("active", True, (), 2)
    assert (found.starts_at, found.updated_at, found.ends_at) == (begins, begins, None)
    assert (found.percent, found.amount, found.currency) == (Decimal(10), None, None)


def test_a_coupon_is_one_too_and_their_numbers_do_not_meet() -> None:
    both = offers(**{PROMOTIONS: listed([promotion(2)]), COUPONS: bare([coupon(2)])})
    assert [each.offer_id for each in both] == ["promotion/2", "coupon/2"]
    found = both[1]
    assert (found.title, found.codes, found.codes_count) == ("Coupon 2", ("CODE2",), 1)
    assert (found.amount, found.currency, found.percent) == (Decimal(10), "EUR", None)
    assert (found.minimum_subtotal, found.ends_at, found.used) == (None, None, 3)
    assert found.updated_at == datetime(2026, 6, 18, 14, 9, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "active"),
        ({"start_date": "2124-01-20T22:00:00.000Z"}, "scheduled"),
        ({"end_date": "2026-02-20T22:00:00+00:00"}, "expired"),
        ({"end_date": ""}, "active"),
        ({"status": "DISABLED"}, "disabled"),
        ({"status": "INVALID"}, "invalid"),
    ],
)
def test_a_promotion_is_what_its_dates_say(fields: dict[str, Any], status: str) -> None:
    (found,) = offers(**{PROMOTIONS: listed([promotion(1, **fields)])})
    assert found.status == status


CART = {"cart": {"minimum_spend": "12.95", "minimum_quantity": 3, "items": {"brands": [1]}}}


@pytest.mark.parametrize(
    ("action", "condition", "kind"),
    [
        ({"cart_value": {"discount": {"fixed_amount": "5.00"}}}, None, "amount_off"),
        ({"cart_items": {"discount": {"fixed_amount": "5.00"}}}, None, "amount_off"),
        ({"cart_items": {"discount": {"fixed_amount": "5.00"}}}, CART, "buy_x_get_y"),
        ({"gift_item": {"quantity": 1, "product_id": 7}}, CART, "buy_x_get_y"),
        ({"fixed_price_set": {"fixed_price": "5.00", "quantity": 2}}, None, "fixed_price"),
        ({"shipping": {"free_shipping": True, "zone_ids": "*"}}, None, "free_shipping"),
        ({"something_new": {}}, None, "other"),
        ({}, None, "other"),
    ],
)
def test_a_kind_is_what_its_first_rule_does(action: dict[str, Any], condition: Any, kind: str) -> None:
    assert from_rule(action, condition).kind == kind


def test_what_must_be_bought_is_read_from_the_condition() -> None:
    action = {"cart_value": {"discount": {"fixed_amount": "5.00"}}}
    found = from_rule(action, CART, currency_code="CHF")
    assert (found.minimum_subtotal, found.minimum_quantity) == (Decimal("12.95"), 3)
    assert (found.amount, found.currency) == (Decimal(5), "CHF")
    both = from_rule(action, {"and": [{"cart": {"minimum_quantity": 3}}, CART]})
    # Without items a quantity has no effect.
    assert (both.minimum_quantity, both.currency) == (None, "EUR")


@pytest.mark.parametrize("rules", [None, [], [{}], [{"action": None, "condition": None}]])
def test_a_promotion_without_rules_is_still_an_offer(rules: Any) -> None:
    (found,) = offers(**{PROMOTIONS: listed([promotion(1, rules=rules)])})
    assert (found.kind, found.percent, found.amount) == ("other", None, None)


def test_a_promotion_that_does_not_say_since_when_holds_already() -> None:
    (found,) = offers(**{PROMOTIONS: listed([promotion(1, start_date=None)])})
    assert (found.starts_at, found.status) == (None, "active")


def test_the_codes_of_a_promotion_are_read_behind_their_cursor() -> None:
    codes = [{"id": number, "code": f"C{number}", "current_uses": 0} for number in range(600)]

    def answer(asked: Asked) -> Says:
        start = int(asked.query.get("after", 0))
        page = codes[start : start + int(asked.query["limit"])]
        ends = str(start + len(page))
        meta = {"cursor_pagination": {"count": len(page), "end_cursor": ends}}
        return Says({"data": page, "meta": meta})

    (found,) = offers(
        **{
            PROMOTIONS: listed([promotion(7, redemption_type="COUPON")]),
            f"{PROMOTIONS}/7/codes": answer,
        }
    )
    assert found.codes == tuple(each["code"] for each in codes)
    assert (found.codes_count, found.automatic) == (600, False)


def test_a_promotion_whose_codes_are_not_there_has_none() -> None:
    (found,) = offers(**{PROMOTIONS: listed([promotion(1, redemption_type="COUPON")])})
    assert (found.automatic, found.codes) == (False, ())


@pytest.mark.parametrize("said", [{"per_page": 50}, {}])
def test_codes_that_come_in_shorter_pages_than_asked_for_are_read_whole(said: dict[str, int]) -> None:
    codes = [{"code": f"C{number}"} for number in range(120)]

    def answer(asked: Asked) -> Says:
        start = int(asked.query.get("after", 0))
        page = codes[start : start + 50]
        cursors = {"cursor_pagination": {**said, "end_cursor": str(start + len(page))} if page else {}}
        return Says({"data": page, "meta": cursors})

    (found,) = offers(
        **{PROMOTIONS: listed([promotion(7, redemption_type="COUPON")]), f"{PROMOTIONS}/7/codes": answer}
    )
    assert found.codes_count == 120


def test_few_codes_are_one_question() -> None:
    page = {
        "data": [{"code": "C1"}],
        "meta": {"cursor_pagination": {"per_page": 250, "end_cursor": "x"}},
    }
    answers = {PROMOTIONS: listed([promotion(7, redemption_type="COUPON")]), f"{PROMOTIONS}/7/codes": page}
    with serving(answers) as api:
        everything(api.reader(), "offer")
        assert len(api.asked(f"{PROMOTIONS}/7/codes")) == 1


def test_codes_that_cannot_be_read_take_no_other_offer_along() -> None:
    answers = {
        PROMOTIONS: listed([promotion(7, redemption_type="COUPON"), promotion(8)]),
        f"{PROMOTIONS}/7/codes": {"data": [{"code": ["canary"]}]},
    }
    with serving(answers) as api:
        bad, good = everything(api.reader(), "offer")
    assert isinstance(bad, Unreadable)
    assert "canary" not in bad.reason
    assert isinstance(good, Found)


def with_codes(*numbers: int) -> dict[str, Any]:
    return {f"{PROMOTIONS}/{number}/codes": {"data": [{"code": f"C{number}"}]} for number in numbers}


def test_what_is_whole_of_a_page_is_kept_when_the_window_ends() -> None:
    answers = {PROMOTIONS: listed([promotion(n, redemption_type="COUPON") for n in range(1, 6)])}
    answers |= with_codes(1, 2, 3, 4, 5)
    no_room = Says({}, 429, {**ROOM, "X-Rate-Limit-Time-Reset-Ms": "29000"})
    with serving(answers | {f"{PROMOTIONS}/4/codes": no_room}) as api:
        page = api.reader().page("offer", None, None)
        assert [each.id for each in page.items if isinstance(each, Found)] == [
            f"promotion/{number}" for number in (1, 2, 3)
        ]
        with pytest.raises(Throttled):
            api.reader().page("offer", None, page.cursor)
        api.answers |= with_codes(4)
        rest = api.reader().page("offer", None, page.cursor)
        assert [each.id for each in rest.items if isinstance(each, Found)] == ["promotion/4", "promotion/5"]
        assert len(api.asked(f"{PROMOTIONS}/3/codes")) == 1


def test_a_cursor_that_stays_where_it_is_ends_it() -> None:
    page = {
        "data": [{"code": f"C{n}"} for n in range(250)],
        "meta": {"cursor_pagination": {"end_cursor": "x"}},
    }
    (found,) = offers(
        **{PROMOTIONS: listed([promotion(7, redemption_type="COUPON")]), f"{PROMOTIONS}/7/codes": page}
    )
    assert len(found.codes) <= 500


def test_coupons_that_are_promotions_are_not_read_twice() -> None:
    with serving({COUPONS: bare([coupon(1, type="promotion"), coupon(2)])}) as api:
        found = everything(api.reader(), "offer")
        (asked,) = api.asked(COUPONS)
    assert [each.id for each in found if isinstance(each, Found)] == ["coupon/2"]
    assert asked.query["exclude_type"] == "promotion"


def test_all_pages_of_both_are_read() -> None:
    rows = [promotion(number) for number in range(1, 301)]

    def answer(asked: Asked) -> Says:
        start = (int(asked.query["page"]) - 1) * int(asked.query["limit"])
        return Says(listed(rows[start : start + int(asked.query["limit"])], len(rows)))

    many = [coupon(number * 2) for number in range(1, 401)]
    assert len(offers(**{PROMOTIONS: answer, COUPONS: bare(many)})) == 700


def test_coupons_that_go_round_are_an_error() -> None:
    same = [coupon(number) for number in range(1, 251)]
    with serving({COUPONS: same}) as api, pytest.raises(BadAnswer):
        everything(api.reader(), "offer")


@pytest.mark.parametrize(
    ("fields", "kind", "percent", "amount", "status"),
    [
        ({"type": "percentage_discount"}, "amount_off", 10, None, "active"),
        ({"type": "per_item_discount", "amount": "5.0000"}, "amount_off", None, 5, "active"),
        ({"type": "free_shipping", "amount": "0.0000"}, "free_shipping", None, None, "active"),
        ({"type": "shipping_discount"}, "shipping", None, 10, "active"),
        ({"type": "new"}, "other", None, 10, "active"),
        ({"enabled": False}, "amount_off", None, 10, "disabled"),
        ({"enabled": 0}, "amount_off", None, 10, "disabled"),
        ({"enabled": None}, "amount_off", None, 10, "active"),
        ({"expires": "Thu, 02 Jul 2026 14:09:07 +0000"}, "amount_off", None, 10, "expired"),
    ],
)
def test_a_coupon_is_what_its_type_says(
    fields: dict[str, Any], kind: str, percent: int | None, amount: int | None, status: str
) -> None:
    (found,) = offers(**{COUPONS: bare([coupon(1, **fields)])})
    assert (found.kind, found.percent, found.amount, found.status) == (kind, percent, amount, status)


def test_one_that_cannot_be_read_takes_no_other_along() -> None:
    answers = {
        PROMOTIONS: listed([promotion(1, start_date="canary"), promotion(2)]),
        COUPONS: bare([coupon(1, amount="canary"), coupon(2, type="percentage_discount", amount="900")]),
    }
    with serving(answers) as api:
        found = everything(api.reader(), "offer")
    assert [each.id for each in found if isinstance(each, Found)] == ["promotion/2"]
    reasons = [each.reason for each in found if isinstance(each, Unreadable)]
    assert len(reasons) == 3
    assert "canary" not in " ".join(reasons)


def test_one_offer_is_read_again_or_gone() -> None:
    answers = {f"{PROMOTIONS}/1": {"data": promotion(1)}, COUPONS: [coupon(2), coupon(1)]}
    with serving(answers) as api:
        reader = api.reader()
        for record_id in ("promotion/1", "coupon/1"):
            found = reader.one("offer", record_id)
            assert found is not None
            assert found.id == record_id
            assert datetime.now(UTC) - found.version < timedelta(minutes=1)
        assert reader.one("offer", "promotion/9") is None
        assert reader.one("offer", "coupon/9") is None


def test_promotions_are_counted() -> None:
    with serving({PROMOTIONS: listed([promotion(1)], total=7)}) as api:
        assert api.reader().count("offer") == 7
