"""What one site answers: itself, goods in either catalog, orders, discount rules."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tests.platforms.playing import Asked

Json = dict[str, Any]


def guid(number: int) -> str:
    """Return an id."""
    return f"5376f9ec-b92e-efa9-e4a1-{number:012}"


SITE: Final = guid(900)
IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "product": (guid(101), guid(102), guid(103)),
    "sale": (guid(501), guid(502)),
    "offer": (guid(701), guid(702), guid(703)),
}
CHANGED_SINCE: Final[Mapping[str, tuple[datetime, tuple[str, ...]]]] = {
    "product": (datetime(2026, 11, 2, 12, 30, tzinfo=UTC), (guid(102), guid(103))),
    "sale": (datetime(2026, 11, 2, tzinfo=UTC), (guid(502),)),
    "offer": (datetime(2026, 11, 2, tzinfo=UTC), (guid(702), guid(703))),
}
PASSED_OVER: Final[Mapping[str, str]] = {
    r"/apps/v1/instance site\.(paymentCurrency|siteDisplayName)": "where the properties say nothing",
    r"discountRules\[\]\.createdDate": "for a rule that was never changed",
    r"products?(\[\])?\.stock\.inStock": "where a product's stock has no status",
}

_HOME: Final[Mapping[str, Json]] = {
    "/apps/v1/instance": {
        "site": {
            "siteId": SITE,
            "siteDisplayName": "Cedar",
            "paymentCurrency": "CAD",
            "url": "https://www.cedar.example/shop",
        },
        "instance": {"isFree": False, "billing": {"packageName": "premium"}},
    },
    "/site-properties/v4/properties": {
        "properties": {
            "siteDisplayName": "Cedar & Sons",
            "businessName": "Cedar and Sons Ltd",
            "email": "owner@cedar.example",
            "phone": "+1 613 555 0100",
            "address": {
                "street": "Cedar Street",
                "streetNumber": "1",
                "apartmentNumber": "2b",
                "city": "Ottawa",
                "state": "ON",
                "zip": "K1A 0A1",
                "country": "CA",
            },
            "paymentCurrency": "CAD",
            "timeZone": "America/Toronto",
            "language": "fr",
        }
    },
    "/locations/v1/locations": {
        "locations": [{"id": guid(801), "default": False}, {"id": guid(802), "default": True}]
    },
}


def of(catalog: str, asked: Asked, *, empty: bool) -> Json | None:
    """Answer one request; None for what is not there."""
    if asked.path in _HOME:
        return _HOME[asked.path]
    if asked.path == "/stores/v3/provision/version":
        return {"catalogVersion": catalog}
    for begin, answer in _ROOMS.items():
        if asked.path.startswith(begin):
            found: Json | None = answer(asked.path.removeprefix(begin), asked.said(), empty)
            return found
    return None


# Catalog V3 ------------------------------------------------------------------------------------------


def _money(amount: str) -> Json:
    return {"amount": amount}


def _v3(number: int) -> Json:
    picture = {
        "url": f"https://static.wixstatic.com/{number}.png",
        "width": 800,
        "height": 600,
        "altText": "A",
    }
    item = {"mediaType": "IMAGE", "altText": "From the side", "image": {**picture, "altText": ""}}
    options = [
        {
            "id": guid(41),
            "name": "Size",
            "choicesSettings": {"choices": [{"choiceId": guid(42), "name": "M"}]},
        }
    ]
    media: Json = {"main": {"mediaType": "IMAGE", "image": picture}}
    if number != 103:
        media = {"itemsInfo": {"items": [item, {**item, "image": picture}]}}
    return {
        "id": guid(number),
        "name": f"Paddle {number}",
        "slug": f"paddle-{number}",
        "visible": True,
        "productType": "PHYSICAL",
        "plainDescription": "<p>A paddle of ash.</p>",
        "createdDate": "2026-01-05T10:00:00Z",
        "updatedDate": f"2026-11-0{number - 100}T12:30:15Z",
        "url": {"url": f"https://www.cedar.example/paddle-{number}"},
        "media": media,
        "options": options,
        "brand": {"name": "Cedar"},
        "ribbon": {"name": "New"},
    }


def _v3_variant(number: int, *, alone: bool) -> Json:
    ids = {"optionChoiceIds": {"optionId": guid(41), "choiceId": guid(42)}}
    chosen = ids if number == 102 else {"optionChoiceNames": {"optionName": "Size", "choiceName": "M"}}
    of_product = {"id": guid(number + 100), "choices": [chosen]}
    by_itself = {
        "variantId": guid(number + 100),
        "optionChoices": [chosen],
        "productData": {"productId": guid(number)},
    }
    return {
        **(by_itself if alone else of_product),
        "visible": True,
        "sku": f"PADDLE-{number}",
        "barcode": "012345678905",
        "price": {"actualPrice": _money("12.50"), "compareAtPrice": _money("15.00")},
        "inventoryStatus": {"inStock": True},
    }


def _v3_item(number: int) -> Json:
    return {
        "productId": guid(number),
        "variantId": guid(number + 100),
        "locationId": guid(802),
        "trackQuantity": True,
        "quantity": 4,
    }


_V3: Final = [_v3(number) for number in (101, 102, 103)]


def _products_v3(path: str, said: Json, empty: bool) -> Json | None:
    if path == "/query":
        since = said["query"].get("filter", {}).get("updatedDate", {}).get("$gte", "")
        found = [] if empty else [each for each in _V3 if each["updatedDate"] >= since[:19]]
        return _paged("products", found, "pagingMetadata", said["query"], _V3)
    if path == "/count":
        return {"count": 0 if empty else len(_V3)}
    if path == "/query-variants":
        wanted = said["query"]["filter"]["productData.productId"]["$in"]
        return {"variants": [_v3_variant(_number(each), alone=True) for each in wanted]}
    number = _number(path)
    held = {"variantsInfo": {"variants": [_v3_variant(number, alone=False)]}}
    return {"product": {**_v3(number), **held}} if 100 < number < 104 else None


def _inventory_v3(path: str, said: Json, empty: bool) -> Json | None:
    if path == "/query":
        wanted = said["query"]["filter"]["productId"]["$in"]
        return {"inventoryItems": [_v3_item(_number(each)) for each in wanted]}
    return {"inventoryItem": {"productId": guid(101)}} if _number(path) == 301 else None


# Catalog V1 ------------------------------------------------------------------------------------------


def _v1(number: int) -> Json:
    picture = {
        "url": f"https://static.wixstatic.com/{number}.png",
        "width": 800,
        "height": 600,
        "altText": "A",
    }
    item = {"mediaType": "image", "image": picture}
    untold = number == 103
    stock: Json = {"trackInventory": True, "inStock": True, "inventoryStatus": "IN_STOCK"}
    return {
        "id": guid(number),
        "numericId": str(number),
        "name": f"Paddle {number}",
        "slug": f"paddle-{number}",
        "visible": True,
        "productType": "physical",
        "description": "<p>A paddle of ash.</p>",
        "sku": f"PADDLE-{number}",
        "stock": stock if number != 102 else {**stock, "inventoryStatus": "OUT_OF_STOCK", "quantity": 7},
        "priceData": {"price": 20.5, "discountedPrice": 18.5},
        "media": {"mainMedia": item} if untold else {"items": [item, item]},
        "productPageUrl": {"base": "https://www.cedar.example/", "path": f"/paddle-{number}"},
        "variants": [] if number == 102 else [_v1_variant(number, untold=untold)],
        "lastUpdated": f"2026-11-0{number - 100}T12:30:15.000Z",
        "createdDate": "2026-01-05T10:00:00.000Z",
        "ribbon": "New",
        "brand": "Cedar",
    }


def _v1_variant(number: int, *, untold: bool) -> Json:
    told = {"trackQuantity": True, "quantity": 4, "inStock": True}
    return {
        "id": guid(number + 100),
        "choices": {"Size": "M"},
        "variant": {
            "priceData": {"price": 12.5, "discountedPrice": 11.5},
            "sku": f"PADDLE-{number}-M",
            "visible": True,
        },
        **({} if untold else {"stock": told}),
    }


def _products_v1(path: str, said: Json, empty: bool) -> Json | None:
    if path != "/query":
        number = _number(path)
        alone = {name: value for name, value in _v1(number).items() if name != "numericId"}
        return {"product": alone} if 100 < number < 104 else None
    wanted = json.loads(said["query"].get("filter", "{}"))
    after = int(wanted.get("numericId", {}).get("$gt", "0"))
    since = wanted.get("lastUpdated", {}).get("$gt", "")
    goods = [] if empty else [_v1(number) for number in (101, 102, 103)]
    found = [each for each in goods if int(each["numericId"]) > after and each["lastUpdated"] > since]
    return {"products": found[:2], "totalResults": len(found)}


def _inventory_v1(path: str, said: Json, empty: bool) -> Json | None:
    wanted = json.loads(said["query"]["filter"])
    if "id" in wanted:
        return {"inventoryItems": [{"productId": guid(101)}]}
    counted = {"variantId": guid(203), "inStock": True, "quantity": 3}
    return {"inventoryItems": [{"productId": guid(103), "trackQuantity": True, "variants": [counted]}]}


# Orders and discount rules ---------------------------------------------------------------------------


def _line(number: int) -> Json:
    return {
        "catalogReference": {
            "catalogItemId": guid(101),
            "appId": "215238eb-22a5-4c36-9e7b-e7c08025e04e",
            "options": {"variantId": guid(201)},
        },
        "quantity": 2,
        "refundQuantity": 1,
        "price": _money("12.50"),
        **({"priceBeforeDiscounts": _money("15.00")} if number == 501 else {}),
        **({"totalPriceAfterTax": _money("27.50")} if number == 501 else {}),
        "totalDiscount": _money("5.00"),
    }


def _order(number: int) -> Json:
    prices = {"subtotal": "25.00", "shipping": "8.25", "tax": "1.25", "discount": "5.00", "total": "34.50"}
    return {
        "id": guid(number),
        "createdDate": "2026-10-20T08:00:00.000Z",
        "updatedDate": f"2026-11-0{number - 500}T08:00:00.000Z",
        "currency": "CAD",
        "status": "APPROVED" if number == 501 else "CANCELED",
        "paymentStatus": "PAID",
        "fulfillmentStatus": "NOT_FULFILLED",
        "demo": False,
        "priceSummary": {name: _money(amount) for name, amount in prices.items()},
        "balanceSummary": {"refunded": _money("0.50")},
        "channelInfo": {"type": "WEB"},
        "lineItems": [_line(number)],
    }


_ORDERS: Final = [_order(501), _order(502)]


def _sales(path: str, said: Json, empty: bool) -> Json | None:
    if path == "/search":
        since = said["search"].get("filter", {}).get("updatedDate", {}).get("$gte", "")
        found = [] if empty else [each for each in _ORDERS if each["updatedDate"] >= since]
        return _paged("orders", found, "metadata", said["search"], _ORDERS, 1)
    return next(({"order": each} for each in _ORDERS if f"/{each['id']}" == path), None)


def _rule(number: int) -> Json:
    quantity: Json = {"itemQuantityRange": {"from": 3}}
    subtotal: Json = {"subtotalRange": {"from": "50.00"}}
    percent: Json = {"discountType": "PERCENTAGE", "percentage": 10}
    fixed: Json = {"discountType": "FIXED_AMOUNT", "fixedAmount": "5.00"}
    return {
        "id": guid(number),
        "name": f"Autumn {number}",
        "active": True,
        "status": "LIVE",
        "createdDate": "2026-10-01T00:00:00.000Z",
        "updatedDate": f"2026-11-0{number - 700}T08:00:00.000Z",
        "trigger": subtotal if number == 701 else {"and": {"triggers": [quantity, subtotal]}},
        "activeTimeInfo": {"start": "2026-10-01T00:00:00.000Z", "end": "2099-12-01T00:00:00.000Z"},
        "discounts": {"values": [{701: percent, 702: fixed, 703: {"buyXGetYInfo": {}}}[number]]},
        "usageCount": 3,
    }


_RULES: Final = [_rule(701), _rule(702), _rule(703)]


def _rules(path: str, said: Json, empty: bool) -> Json | None:
    wanted = said["query"].get("filter", {})
    since = wanted.get("updatedDate", {}).get("$gte", "")
    among = wanted.get("id", {}).get("$in", IDS["offer"])
    found = [each for each in _RULES if each["updatedDate"] >= since and each["id"] in among]
    return _paged("discountRules", [] if empty else found, "pagingMetadata", said["query"], _RULES, 9)


def _paged(name: str, found: list[Json], paging: str, asked: Json, every: list[Json], most: int = 2) -> Json:
    """Return a page; a cursor names what is left behind it."""
    cursor = asked["cursorPaging"].get("cursor")
    if cursor is not None:
        found = [each for each in every if each["id"] in cursor]
    left = found[most:]
    cursors = {"next": ",".join(each["id"] for each in left)} if left else {}
    return {name: found[:most], paging: {"cursors": cursors, **({"hasNext": True} if left else {})}}


def _number(text: str) -> int:
    tail = text[-12:]
    return int(tail) if tail.isdigit() else 0


_ROOMS: Final[Mapping[str, Any]] = {
    "/stores/v3/products": _products_v3,
    "/stores/v3/inventory-items": _inventory_v3,
    "/stores-reader/v1/products": _products_v1,
    "/stores-reader/v2/inventoryItems": _inventory_v1,
    "/ecom/v1/orders": _sales,
    "/ecom/v1/discount-rules": _rules,
}
