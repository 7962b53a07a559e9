"""What one store answers: itself, goods with their stock, orders, promotions and coupons."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

Json = dict[str, Any]
IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "product": ("101", "102", "103", "104"),
    "sale": ("501", "502"),
    "offer": ("promotion/7", "promotion/8", "promotion/9", "promotion/10", "coupon/4", "coupon/5"),
}
CHANGED_SINCE: Final[Mapping[str, tuple[datetime, tuple[str, ...]]]] = {
    "product": (datetime(2026, 11, 2, tzinfo=UTC), ("102", "103", "104")),
    "sale": (datetime(2026, 11, 2, tzinfo=UTC), ("502",)),
    # BigCommerce does not say when an offer changed.
    "offer": (datetime(2026, 11, 9, tzinfo=UTC), IDS["offer"]),
}
PASSED_OVER: Final[Mapping[str, str]] = {
    r"/v2/store address": "for a store whose location has no address in parts",
    r"/v2/store secure_url": "for a store without a domain",
    r"action\.(gift_item|fixed_price_set|shipping)\..*": "that it is there says which kind it is",
    r"cart\.items\..*": "that it is there says what the least quantity is of",
}

_STORE: Json = {
    "name": "Cedar & Sons",
    "currency": "CAD",
    "domain": "www.cedar.example",
    "secure_url": "https://cedar.mybigcommerce.com",
    "control_panel_base_url": "https://store-g5cd38.mybigcommerce.com",
    "status": "live",
    "first_name": "Ada",
    "last_name": "Cedar",
    "address": "1 Cedar Street\nOttawa",
    "country": "Canada",
    "country_code": "CA",
    "phone": "+1 613 555 0100",
    "admin_email": "owner@cedar.example",
    "timezone": {"name": "America/Toronto"},
    "language": "en",
    "currency_symbol": "$",
    "currency_symbol_location": "right",
    "weight_units": "KGS",
    "dimension_units": "Centimeters",
    "plan_name": "Plus",
    "plan_level": "Store Plus",
    "is_price_entered_with_tax": False,
}
_PLACE = {
    "address1": "2 Cedar Lane",
    "address2": "Back",
    "city": "Ottawa",
    "state": "Ontario",
    "zip": "K1A 0A1",
}


def _product(number: int) -> Json:
    by_variant = number != 102
    return {
        "id": number,
        "name": f"Paddle {number}",
        "date_created": "2026-01-05T10:00:00+00:00",
        "date_modified": f"2026-11-0{number - 100}T12:30:15+00:00",
        "type": "physical",
        "description": "<p>A paddle of ash.</p>",
        "price": 12.5,
        "sale_price": 0 if by_variant else 11.5,
        "retail_price": 15 if number == 104 else 0,
        "brand_id": 31,
        "inventory_level": 4,
        "inventory_tracking": "variant" if by_variant else "product",
        "is_visible": True,
        "availability": "disabled" if number == 103 else "available",
        "custom_url": {"url": f"/paddle-{number}/"},
        "variants": [_variant(number)],
        "images": [
            {
                "id": 1,
                "url_zoom": f"https://cdn.bigcommerce.example/{number}.png",
                "url_standard": f"https://cdn.bigcommerce.example/{number}s.png",
                "description": "From the side",
                "sort_order": 2,
            },
            {
                "id": 2,
                "url_zoom": "",
                "url_standard": f"https://cdn.bigcommerce.example/{number}b.png",
                "description": "",
                "sort_order": 2,
            },
        ],
    }


def _variant(number: int) -> Json:
    own = number == 101
    return {
        "id": number * 10,
        "sku": f"PADDLE-{number}",
        "price": 20 if own else None,
        "calculated_price": 18 if own else None,
        "sale_price": 17 if number == 103 else 0,
        "retail_price": 25 if number == 103 else 0,
        "upc": "012345678905",
        "gtin": "" if number == 103 else "00012345678905",
        "inventory_level": 3,
        "purchasing_disabled": False,
        "option_values": [{"label": "M", "option_display_name": "Size"}],
    }


def _item(number: int) -> Json:
    level = {"location_id": 1, "available_to_sell": 2, "total_inventory_onhand": 3, "location_enabled": True}
    levels = [level, {**level, "location_id": 2}] if number == 101 else []
    return {"identity": {"variant_id": number * 10}, "locations": levels}


def _order(number: int) -> Json:
    return {
        "id": number,
        "status_id": 5 if number == 502 else 11,
        "date_created": "Tue, 20 Oct 2026 08:00:00 +0000",
        "date_modified": f"Sun, 0{number - 500} Nov 2026 08:00:00 +0000",
        "subtotal_inc_tax": "25.0000",
        "total_inc_tax": "33.2500",
        "total_tax": "1.2500",
        "shipping_cost_inc_tax": "8.2500",
        "discount_amount": "2.0000",
        "coupon_discount": "3.0000",
        "refunded_amount": "0.5000",
        "currency_code": "USD",
        "default_currency_code": "CAD" if number == 501 else "",
        "payment_method": "Braintree",
        "order_source": "www",
        "is_deleted": False,
    }


def _line(number: int) -> Json:
    return {
        "quantity": 2 + number % 2,
        "price_inc_tax": "15.0000",
        "total_inc_tax": "30.0000",
        "discounted_total_inc_tax": "25.0000" if number % 2 else None,
        "product_id": 101,
        "variant_id": 1010,
        "quantity_refunded": 1,
        "applied_discounts": [{"amount": "5.0000"}],
    }


def _promotion(number: int) -> Json:
    percentage: Json = {"discount": {"percentage_amount": "10"}}
    fixed: Json = {"discount": {"fixed_amount": "5.00"}}
    least: Json = {"minimum_spend": "50.00", "minimum_quantity": 2, "items": {"brands": [31]}}
    rules: Mapping[int, Json] = {
        7: {"action": {"cart_value": percentage}, "condition": {"cart": least}},
        8: {"action": {"cart_items": fixed}, "condition": {"and": [{"cart": least}]}},
        9: {"action": {"gift_item": None, "fixed_price_set": {"quantity": 1}}},
        10: {"action": {"shipping": {"free_shipping": True}}},
    }
    return {
        "id": number,
        "redemption_type": "COUPON" if number == 8 else "AUTOMATIC",
        "status": "ENABLED",
        "start_date": "2026-09-01T00:00:00+00:00",
        "name": f"Autumn {number}",
        "display_name": "" if number == 7 else f"For autumn {number}",
        "end_date": "2099-12-01T00:00:00+00:00",
        "rules": [rules[number]],
        "current_uses": 3,
        "currency_code": "*" if number == 7 else "USD",
    }


def _coupon(number: int) -> Json:
    return {
        "id": number,
        "name": f"Letter {number}",
        "type": "percentage_discount" if number == 4 else "per_total_discount",
        "amount": "12.0000",
        "code": f"LETTER{number}",
        "date_created": "Tue, 01 Sep 2026 00:00:00 +0000",
        "min_purchase": "20.0000",
        "expires": "Tue, 01 Dec 2099 00:00:00 +0000",
        "enabled": True,
        "num_uses": 2,
    }


_PRODUCTS = [_product(number) for number in (101, 102, 103, 104)]
_ORDERS = [_order(number) for number in (501, 502)]
_PROMOTIONS = [_promotion(number) for number in (7, 8, 9, 10)]
_COUPONS = [_coupon(number) for number in (4, 5)]


def v2(path: str, query: Mapping[str, str], empty: bool) -> Any:
    """Answer a path of v2; None for what is not there."""
    match path.split("/"):
        case ["store"]:
            return _STORE
        case ["currencies"]:
            return [{"currency_code": "CAD", "enabled": True}, {"currency_code": "USD", "enabled": True}]
        case ["payments", "methods"]:
            return [{"code": "braintree", "test_mode": False}]
        case ["orders", "count"]:
            counts = [{"id": 0, "count": 1}, {"id": 11, "count": 0 if empty else 2}]
            return {"count": 1 if empty else 3, "statuses": counts}
        case ["orders"]:
            return [] if empty else [each for each in _ORDERS if _is_asked_for(each, query)]
        case ["orders", number]:
            return _by_id(_ORDERS, number)
        case ["orders", number, "products"]:
            return [_line(int(number)), _line(int(number) + 1)]
        case ["coupons"]:
            return [] if empty else _COUPONS
        case ["coupons", number]:
            return _by_id(_COUPONS, number)
    return None


def _is_asked_for(order: Json, query: Mapping[str, str]) -> bool:
    if "min_date_modified" in query:
        since = datetime.fromisoformat(query["min_date_modified"])
        return parsedate_to_datetime(order["date_modified"]) >= since
    return int(order["id"]) >= int(query.get("min_id", "0"))


def v3(path: str, query: Mapping[str, str], empty: bool) -> Any:
    """Answer a path of v3; None for what is not there."""
    match path.split("/"):
        case ["inventory", "locations"]:
            return {"data": [{"id": 1, "address": _PLACE}]}
        case ["channels"]:
            born = "2020-01-01T00:00:00Z"
            return {"data": [{"id": 667, "date_created": born}, {"id": 1, "date_created": born}]}
        case ["catalog", "products"]:
            since = query.get("date_modified:min", "")
            fitting = [each for each in _PRODUCTS if each["id"] > int(query.get("id:greater", "0"))]
            fitting = [each for each in fitting if each["date_modified"] >= since]
            return _list([] if empty else fitting)
        case ["catalog", "products", number]:
            return _data(_by_id(_PRODUCTS, number))
        case ["catalog", "brands"]:
            return {"data": [{"id": 31, "name": "Cedar"}]}
        case ["inventory", "items"]:
            return _list([_item(int(each)) for each in query["product_id:in"].split(",")], most=9)
        case ["promotions"]:
            return _list([] if empty else _PROMOTIONS, most=9)
        case ["promotions", number]:
            return _data(_by_id(_PROMOTIONS, number))
        case ["promotions", _, "codes"]:
            return {"data": [{"code": "AUTUMN-1"}, {"code": "AUTUMN-2"}], "meta": {}}
    return None


def _list(things: list[Json], most: int = 2) -> Json:
    """Return one page: two of the goods, whatever is asked for."""
    return {"data": things[:most], "meta": {"pagination": {"total": len(things)}}}


def _data(found: Json | None) -> Json | None:
    return None if found is None else {"data": found}


def _by_id(things: list[Json], number: str) -> Json | None:
    return next((each for each in things if str(each["id"]) == number), None)
