"""BigCommerce, asked in words of our own: the measure of what Minta holds of a store there."""

from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from tests.journeys.across.side import Side, money, text, token
from tests.journeys.merchant import Merchant
from tests.journeys.truth import Truth, is_kept

_PAID = {
    1: "pending", 2: "paid", 3: "paid", 4: "refunded", 5: "voided", 6: "declined", 10: "paid", 11: "paid",
    14: "partially_refunded",
}  # fmt: skip


class BigCommerceSide(Side):
    """Stores at BigCommerce."""

    name = platform = "bigcommerce"
    gone_topic = "store/product/deleted"

    def framed_by(self, merchant: Merchant) -> set[str]:
        return {f"https://store-{merchant.shop}.mybigcommerce.com", merchant.sandbox.base_url}

    def products(self, merchant: Merchant) -> Truth:
        found = _ask(merchant, "v3/catalog/products?include=variants,images&limit=250")["data"]
        brands = {each["id"]: each["name"] for each in _ask(merchant, "v3/catalog/brands?limit=250")["data"]}
        stock = {
            each["identity"]["variant_id"]: each["locations"]
            for each in _ask(merchant, "v3/inventory/items?limit=1000")["data"]
        }
        return {str(each["id"]): _product(each, brands, stock) for each in found}

    def sales(self, merchant: Merchant) -> Truth:
        listed = _ask(merchant, "v2/orders?limit=250&sort=id:asc")
        counting = [each for each in listed if each["status_id"] and not each["is_deleted"]]
        return {str(each["id"]): _sale(merchant, each) for each in counting if is_kept(_made_at(each))}

    def old_sales(self, merchant: Merchant) -> int:
        """Return how many sales the platform shows that are older than sales are kept."""
        listed = _ask(merchant, "v2/orders?limit=250&sort=id:asc")
        counting = [each for each in listed if each["status_id"] and not each["is_deleted"]]
        return sum(not is_kept(_made_at(each)) for each in counting)

    def offers(self, merchant: Merchant) -> Truth:
        promotions = _ask(merchant, "v3/promotions?limit=250")["data"]
        coupons = _ask(merchant, "v2/coupons?limit=250")
        found = {f"promotion/{each['id']}": _promotion(merchant, each) for each in promotions}
        return found | {f"coupon/{each['id']}": _coupon(each) for each in coupons}

    def info(self, merchant: Merchant) -> dict[str, Any]:
        store = _ask(merchant, "v2/store")
        location = _ask(merchant, "v3/inventory/locations?location_id:in=1")["data"][0]
        place, methods = location["address"], _ask(merchant, "v2/payments/methods")
        return {
            "store_id": merchant.shop,
            "name": store["name"],
            "email": store["admin_email"],
            "domain": f"store-{merchant.shop}.mybigcommerce.com",
            "primary_domain": store["domain"],
            "phone": store["phone"],
            "currency": store["currency"],
            "timezone": store["timezone"]["name"],
            "owner_name": f"{store['first_name']} {store['last_name']}",
            "primary_location_id": "1",
            "plan": store["plan_name"],
            "payment_methods": tuple(each["code"] for each in methods if not each["test_mode"]),
            "taxes_included": store["is_price_entered_with_tax"],
            "country_code": store["country_code"],
            "state": place["state"],
            "address1": place["address1"],
            "address2": place["address2"] or None,
            "zip_code": place["zip"],
            "city": place["city"],
        }

    def body_of_product(self, product_id: str) -> dict[str, Any]:
        return {"type": "product", "id": int(product_id)}

    def offer_id(self, control_id: str) -> str:
        return control_id.replace("-", "/")


def _ask(merchant: Merchant, path: str) -> Any:
    answer = merchant.session.get(
        f"{merchant.sandbox.base_url}/stores/{merchant.shop}/{path}",
        headers={"X-Auth-Token": token(merchant), "Accept": "application/json"},
        timeout=30,
    )
    assert answer.status_code in (200, 204), (path, answer.status_code)
    return answer.json() if answer.content else []


def _product(found: dict[str, Any], brands: dict[int, str], stock: dict[int, Any]) -> dict[str, Any]:
    return {
        "title": found["name"],
        "handle": found["custom_url"]["url"].strip("/"),
        "status": "active" if found["is_visible"] else "hidden",
        "vendor": brands.get(found["brand_id"]),
        "tags": (),
        "description": text(found["description"]),
        "pictures": len(found["images"]),
        "variants": [
            _variant(found, each, stock.get(each["id"], []))
            for each in sorted(found["variants"], key=lambda one: one["id"])
        ],
    }


def _variant(product: dict[str, Any], found: dict[str, Any], levels: list[Any]) -> dict[str, Any]:
    pays = Decimal(str(found["calculated_price"]))
    full = found["price"] if found["price"] is not None else product["price"]
    higher = [money(full), money(found["retail_price"]) or money(product["retail_price"])]
    tracked = product["inventory_tracking"] != "none"
    return {
        "id": str(found["id"]),
        "title": " / ".join(each["label"] for each in found["option_values"]) or product["name"],
        "price": pays,
        "was": next((each for each in higher if each and each > pays), None),
        "sku": found["sku"] or None,
        "quantity": sum(each["available_to_sell"] for each in levels) if tracked else None,
        "stock": {
            str(each["location_id"]): (each["available_to_sell"], each["total_inventory_onhand"])
            for each in levels
            if tracked
        },
    }


def _made_at(found: dict[str, Any]) -> datetime:
    return parsedate_to_datetime(found["date_created"])


def _sale(merchant: Merchant, found: dict[str, Any]) -> dict[str, Any]:
    lines = _ask(merchant, f"v2/orders/{found['id']}/products?limit=250")
    return {
        "currency": found["currency_code"],
        "cancelled": found["status_id"] in (5, 6),
        "paid": _PAID[found["status_id"]],
        "total": Decimal(found["total_inc_tax"]),
        "refunded": Decimal(found["refunded_amount"]),
        "lines": [
            (
                str(each["product_id"]),
                str(each["variant_id"]),
                each["quantity"],
                each["quantity"] - each["quantity_refunded"],
                Decimal(each["price_inc_tax"]),
                Decimal(each["discounted_total_inc_tax"]),
            )
            for each in sorted(lines, key=lambda one: one["id"])
        ],
    }


def _promotion(merchant: Merchant, found: dict[str, Any]) -> dict[str, Any]:
    codes: list[dict[str, Any]] = []
    if found["redemption_type"] == "COUPON":
        codes = _ask(merchant, f"v3/promotions/{found['id']}/codes?limit=50")["data"]
    action = found["rules"][0]["action"]
    discount = (action.get("cart_value") or action.get("cart_items") or {}).get("discount", {})
    return {
        "title": found["display_name"] or found["name"],
        "status": _promotion_status(found),
        "percent": money(discount.get("percentage_amount")),
        "amount": money(discount.get("fixed_amount")),
        "codes": {each["code"] for each in codes},
        "used": found["current_uses"],
    }


def _promotion_status(found: dict[str, Any]) -> str:
    if found["status"] != "ENABLED":
        return str(found["status"]).lower()
    now, ends = datetime.now(UTC), found.get("end_date")
    if ends and datetime.fromisoformat(ends) <= now:
        return "expired"
    return "active" if datetime.fromisoformat(found["start_date"]) <= now else "scheduled"


def _coupon(found: dict[str, Any]) -> dict[str, Any]:
    is_share = found["type"] == "percentage_discount"
    worth = money(found["amount"])
    return {
        "title": found["name"],
        "status": "active" if found["enabled"] else "disabled",
        "percent": worth if is_share else None,
        "amount": None if is_share else worth,
        "codes": {found["code"]},
        "used": found["num_uses"],
    }
