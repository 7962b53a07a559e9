"""Nodes as Shopify sends them, made right; a test changes one thing. No value here is a real merchant's."""

from typing import Any

Json = dict[str, Any]


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def product(number: int = 8001977286962, **changed: Any) -> Json:
    return {
        "id": gid("Product", number),
        "title": f"Board {number}",
        "handle": f"board-{number}",
        "status": "ACTIVE",
        "createdAt": "2026-01-05T10:00:00Z",
        "updatedAt": "2026-11-01T12:30:15Z",
        "description": "A board of ash.",
        "vendor": "Cedar",
        "productType": "Boards",
        "tags": ["ash", "new"],
        "publishedAt": "2026-01-06T00:00:00Z",
        "onlineStoreUrl": f"https://cedar.example/products/board-{number}",
        "isGiftCard": False,
        "totalInventory": 12,
        **changed,
    }


def variant(number: int, position: int = 1, item: int | None = None, **changed: Any) -> Json:
    return {
        "id": gid("ProductVariant", number),
        "title": f"Size {position}",
        "price": "12.50",
        "compareAtPrice": "15.00",
        "sku": f"SKU-{number}",
        "barcode": None,
        "position": position,
        "availableForSale": True,
        "inventoryQuantity": 4,
        "selectedOptions": [{"name": "Size", "value": str(position)}],
        "inventoryItem": {"id": gid("InventoryItem", item or number), "tracked": True},
        **changed,
    }


def level(location: int = 7, available: int = 4, **changed: Any) -> Json:
    named = {"available": available, "on_hand": available + 1, "committed": 1, "incoming": 2}
    return {
        "isActive": True,
        "location": {"id": gid("Location", location)},
        "quantities": [{"name": name, "quantity": quantity} for name, quantity in named.items()],
        **changed,
    }


def picture(name: str = "a", **changed: Any) -> Json:
    image = {"url": f"https://cdn.shopify.com/{name}.png", "width": 800, "height": 600}
    return {"status": "READY", "alt": f"Picture {name}", "image": image, **changed}


def money(amount: str) -> Json:
    return {"shopMoney": {"amount": amount}}


def order(number: int = 5001, **changed: Any) -> Json:
    return {
        "id": gid("Order", number),
        "createdAt": "2026-10-20T08:00:00Z",
        "updatedAt": "2026-10-21T08:00:00Z",
        "cancelledAt": None,
        "test": False,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "currencyCode": "CAD",
        "sourceName": "web",
        "paymentGatewayNames": ["shopify_payments"],
        "subtotalPriceSet": money("25.0"),
        "totalPriceSet": money("33.25"),
        "totalDiscountsSet": money("5.0"),
        "totalTaxSet": None,
        "totalShippingPriceSet": money("8.25"),
        "totalRefundedSet": money("0.0"),
        **changed,
    }


def line(number: int, product_number: int | None = 1, **changed: Any) -> Json:
    return {
        "id": gid("LineItem", number),
        "quantity": 2,
        "currentQuantity": 1,
        "product": None if product_number is None else {"id": gid("Product", product_number)},
        "variant": None if product_number is None else {"id": gid("ProductVariant", product_number + 1)},
        "originalUnitPriceSet": money("15.0"),
        "discountedTotalSet": money("25.0"),
        "totalDiscountSet": money("5.0"),
        **changed,
    }


def discount(kind: str = "DiscountCodeBasic", **changed: Any) -> Json:
    return {
        "__typename": kind,
        "title": "Autumn",
        "status": "ACTIVE",
        "startsAt": "2026-09-01T00:00:00Z",
        "endsAt": None,
        "updatedAt": "2026-09-02T00:00:00Z",
        "asyncUsageCount": 3,
        **changed,
    }


def offer(node: str = "DiscountCodeNode", number: int = 7, **changed: Any) -> Json:
    return {"id": gid(node, number), "discount": discount(**changed)}


def connection(nodes: list[Any], cursor: str | None = None) -> Json:
    return {"nodes": nodes, "pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}}


def whole_product(number: int = 8001977286962, **changed: Any) -> Json:
    """A product with its connections, as a page has it."""
    variants = connection([with_levels(variant(number + 1))])
    return product(number, **{"variants": variants, "media": connection([picture()]), **changed})


def with_levels(found: Json, *levels: Json, cursor: str | None = None) -> Json:
    item = {**found["inventoryItem"], "inventoryLevels": connection(list(levels or (level(),)), cursor)}
    return {**found, "inventoryItem": item}


def whole_order(number: int = 5001, **changed: Any) -> Json:
    """An order with its lines, as a page has it."""
    return order(number, **{"lineItems": connection([line(1)]), **changed})


def store(**changed: Any) -> Json:
    shop = {
        "id": gid("Shop", 548380009),
        "name": "Cedar & Sons",
        "email": "owner@cedar.example",
        "myshopifyDomain": "minta-test.myshopify.com",
        "primaryDomain": {"host": "cedar.example"},
        "shopOwnerName": "Ada Cedar",
        "createdAt": "2019-03-01T09:00:00-05:00",
        "updatedAt": "2026-11-20T09:00:00Z",
        "currencyCode": "CAD",
        "enabledPresentmentCurrencies": ["CAD", "USD"],
        "ianaTimezone": "America/Toronto",
        "shopAddress": {
            "address1": "1 Cedar Street",
            "address2": "",
            "city": "Ottawa",
            "province": "Ontario",
            "provinceCode": "ON",
            "country": "Canada",
            "countryCodeV2": "CA",
            "zip": "K1A 0A1",
            "phone": "",
        },
        "plan": {"publicDisplayName": "Basic", "partnerDevelopment": False},
        "features": {"giftCards": True, "storefront": True},
        "paymentSettings": {"supportedDigitalWallets": ["APPLE_PAY", "SOMETHING_NEW"]},
        "currencyFormats": {"moneyFormat": "${{amount}}"},
        "taxesIncluded": False,
        "taxShipping": True,
        "unitSystem": "METRIC_SYSTEM",
        "weightUnit": "KILOGRAMS",
        "setupRequired": False,
        **changed,
    }
    return {"shop": shop, "shopBillingPreferences": {"currency": "USD"}}
