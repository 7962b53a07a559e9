"""Wix, asked in words of our own: the measure of what Minta holds of a site there, of either catalog."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.journeys.across.side import Side, money, text, token
from tests.journeys.merchant import Merchant
from tests.journeys.truth import Truth, is_kept

_STATUSES = {"LIVE": "active", "PENDING": "scheduled", "EXPIRED": "expired"}


class WixSide(Side):
    """What is the same for sites of both catalogs."""

    platform = "wix"

    def framed_by(self, merchant: Merchant) -> set[str]:
        return {"https://manage.wix.com", "https://*.wix.com", merchant.sandbox.base_url}

    def sales(self, merchant: Merchant) -> Truth:
        paging: dict[str, Any] = {"limit": 100}
        found: Truth = {}
        while paging:
            answer = _post(merchant, "/ecom/v1/orders/search", {"search": {"cursorPaging": paging}})
            found |= {each["id"]: _sale(each) for each in answer["orders"] if is_kept(_made_at(each))}
            after = answer["metadata"].get("cursors", {}).get("next")
            paging = {"cursor": after} if after else {}
        return found

    def offers(self, merchant: Merchant) -> Truth:
        answer = _post(merchant, "/ecom/v1/discount-rules/query", {"query": {"cursorPaging": {"limit": 100}}})
        return {each["id"]: _rule(each) for each in answer["discountRules"]}

    def info(self, merchant: Merchant) -> dict[str, Any]:
        said = _get(merchant, "/site-properties/v4/properties")["properties"]
        site = _get(merchant, "/apps/v1/instance")["site"]
        places = _get(merchant, "/locations/v1/locations")["locations"]
        address = said["address"]
        return {
            "store_id": site["siteId"],
            "name": said["siteDisplayName"],
            "email": said["email"],
            "primary_domain": site["url"].removeprefix("https://"),
            "phone": said["phone"],
            "currency": said["paymentCurrency"],
            "timezone": said["timeZone"],
            "owner_name": said["businessName"],
            "primary_location_id": next(each["id"] for each in places if each["default"]),
            "country_code": address["country"],
            "state": address["state"],
            "address1": f"{address['streetNumber']} {address['street']}",
            "address2": address["apartmentNumber"],
            "zip_code": address["zip"],
            "city": address["city"],
        }


class WixV1(WixSide):
    """Sites of Catalog V1, whose stock knows no location."""

    name = "wix-v1"
    suffix = "-v1"
    gone_topic = "com.wix.ecommerce.catalog.api.v1.ProductDeleted"

    def products(self, merchant: Merchant) -> Truth:
        question = {"query": {"paging": {"limit": 100}}, "includeVariants": True}
        answer = _post(merchant, "/stores-reader/v1/products/query", question)
        return {each["id"]: _product_v1(each) for each in answer["products"]}

    def body_of_product(self, product_id: str) -> dict[str, Any]:
        return {"productId": product_id, "originatedFromVersion": "V1_CATALOG"}


class WixV3(WixSide):
    """Sites of Catalog V3."""

    name = "wix-v3"
    suffix = "-v3"
    gone_topic = "wix.stores.catalog.v3.product_deleted"

    def products(self, merchant: Merchant) -> Truth:
        question = {"query": {"cursorPaging": {"limit": 100}}, "fields": ["PLAIN_DESCRIPTION"]}
        listed = _post(merchant, "/stores/v3/products/query", question)["products"]
        return {each["id"]: _product_v3(merchant, each) for each in listed}

    def body_of_product(self, product_id: str) -> dict[str, Any]:
        return {
            "id": f"late-{product_id}",
            "entityFqdn": "wix.stores.catalog.v3.product",
            "slug": "deleted",
            "entityId": product_id,
            "deletedEvent": {},
            "entityEventSequence": "1",
        }


def _headers(merchant: Merchant) -> dict[str, str]:
    return {"Authorization": token(merchant)}


def _post(merchant: Merchant, path: str, question: dict[str, Any]) -> Any:
    url = merchant.sandbox.base_url + path
    answer = merchant.session.post(url, json=question, headers=_headers(merchant), timeout=30)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.json()


def _get(merchant: Merchant, path: str) -> Any:
    answer = merchant.session.get(merchant.sandbox.base_url + path, headers=_headers(merchant), timeout=30)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.json()


def _product_v1(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": found["name"],
        "handle": found["slug"],
        "status": "active" if found["visible"] else "draft",
        "vendor": found["brand"] or None,
        "tags": (found["ribbon"],) if found["ribbon"] else (),
        "description": text(found["description"]),
        "pictures": len(found["media"]["items"]),
        "variants": [_variant_v1(found, each) for each in found["variants"]],
    }


def _variant_v1(product: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    price = found["variant"]["priceData"]
    full, pays = Decimal(str(price["price"])), Decimal(str(price["discountedPrice"]))
    return {
        "id": found["id"],
        "title": " / ".join(found["choices"].values()) or product["name"],
        "price": pays,
        "was": full if full > pays else None,
        "sku": found["variant"]["sku"] or None,
        "quantity": found["stock"].get("quantity"),
        "stock": {},
    }


def _product_v3(merchant: Merchant, found: dict[str, Any]) -> dict[str, Any]:
    fields = "fields=VARIANT_OPTION_CHOICE_NAMES&fields=MEDIA_ITEMS_INFO"
    whole = _get(merchant, f"/stores/v3/products/{found['id']}?{fields}")["product"]
    wanted = {"filter": {"productId": {"$in": [found["id"]]}}, "cursorPaging": {"limit": 1000}}
    items = _post(merchant, "/stores/v3/inventory-items/query", {"query": wanted})["inventoryItems"]
    return {
        "title": found["name"],
        "handle": found["slug"],
        "status": "active" if found["visible"] else "draft",
        "vendor": (found.get("brand") or {}).get("name"),
        "tags": tuple(filter(None, [(found.get("ribbon") or {}).get("name")])),
        "description": text(found["plainDescription"]),
        "pictures": len(whole["media"]["itemsInfo"]["items"]) if whole.get("media") else 0,
        "variants": [_variant_v3(found, each, items) for each in _in_order(whole)],
    }


def _in_order(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """Order variants as the merchant ordered the choices."""
    places = {
        choice["choiceId"]: place
        for option in whole["options"]
        for place, choice in enumerate(option["choicesSettings"]["choices"])
    }
    return sorted(
        whole["variantsInfo"]["variants"],
        key=lambda each: [places[one["optionChoiceIds"]["choiceId"]] for one in each["choices"]],
    )


def _variant_v3(product: dict[str, Any], found: dict[str, Any], items: list[Any]) -> dict[str, Any]:
    held = [each for each in items if each["variantId"] == found["id"]]
    counted = [each["quantity"] for each in held if each["trackQuantity"]]
    names = [each["optionChoiceNames"]["choiceName"] for each in found["choices"]]
    before = (found["price"].get("compareAtPrice") or {}).get("amount")
    return {
        "id": found["id"],
        "title": " / ".join(names) or product["name"],
        "price": Decimal(found["price"]["actualPrice"]["amount"]),
        "was": money(before),
        "sku": found.get("sku") or None,
        "quantity": sum(counted) if counted else None,
        "stock": {
            each["locationId"]: (each["quantity"], 0) for each in held if counted
        },  # no word of what lies there
    }


def _made_at(found: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(found["createdDate"])


def _sale(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "currency": found["currency"],
        "cancelled": found["status"] in ("CANCELED", "REJECTED"),
        "paid": found["paymentStatus"].lower(),
        "total": _amount(found["priceSummary"]["total"]),
        "refunded": _amount(found["balanceSummary"]["refunded"]),
        "lines": [_line(each) for each in found["lineItems"]],
    }


def _line(found: dict[str, Any]) -> tuple[Any, ...]:
    reference = found["catalogReference"]
    return (
        reference["catalogItemId"],
        (reference.get("options") or {}).get("variantId"),
        found["quantity"],
        found["quantity"] - found["refundQuantity"],
        _amount(found["priceBeforeDiscounts"]),
        _amount(found["totalPriceAfterTax"]),
    )


def _rule(found: dict[str, Any]) -> dict[str, Any]:
    discount = found["discounts"]["values"][0]
    return {
        "title": found["name"],
        "status": _STATUSES[found["status"]] if found["active"] else "inactive",
        "percent": money(discount.get("percentage")),
        "amount": money(discount.get("fixedAmount")),
        "codes": set(),
        "used": found["usageCount"],
    }


def _amount(found: dict[str, Any]) -> Decimal:
    return Decimal(found["amount"])
