"""What Wix answers, made right, with a canary in every field that nothing of ours may read."""

from typing import Any

CANARY = "CANARY-value"
STORES = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
SITE = "64fc2d7e-1585-45ef-b1c3-6081185108c1"

INSTALLED = {
    "instance": {
        "instanceId": "2ed0a5ab-5d9e-4a27-a1ea-2c9a3d1d0001",
        "appName": CANARY,
        "appVersion": CANARY,
        "isFree": True,
        "permissions": [CANARY],
        "originInstanceId": None,
    },
    "site": {
        "siteDisplayName": "Site's own name",
        "paymentCurrency": "USD",
        "url": "https://www.mycoffee.example/shop",
        "description": CANARY,
        "installedWixApps": ["stores"],
        "ownerInfo": {"email": CANARY, "emailStatus": "VERIFIED_OPT_IN"},
        "siteId": SITE,
    },
}
PROPERTIES = {
    "version": "207",
    "properties": {
        "siteDisplayName": "My Coffee Shop",
        "businessName": "Coffee Ltd",
        "email": "shop@mycoffee.example",
        "phone": "+18008000000",
        "fax": CANARY,
        "logo": CANARY,
        "description": CANARY,
        "paymentCurrency": "ILS",
        "timeZone": "Asia/Jerusalem",
        "language": "he",
        "address": {
            "street": "Broadway",
            "streetNumber": "7",
            "apartmentNumber": "3",
            "city": "New York",
            "country": "US",
            "state": "NY",
            "zip": "10036",
            "googleFormattedAddress": CANARY,
            "hint": {"text": CANARY},
            "coordinates": {"latitude": 40.7, "longitude": -73.9},
        },
        "consentPolicy": {"essential": True},
    },
}
LOCATIONS = {
    "locations": [
        {"id": "loc-1", "default": False, "name": CANARY, "email": CANARY},
        {"id": "loc-2", "default": True, "phone": CANARY, "address": {"city": CANARY}},
    ],
    "pagingMetadata": {"count": 2, "offset": 0, "hasNext": False},
}


def guid(number: int) -> str:
    """Return the id of a thing."""
    return f"00000000-aaaa-4bbb-8ccc-{number:012d}"


def product_v1(number: int, **changed: Any) -> dict[str, Any]:
    """Return a product of Catalog V1 that has no options."""
    return {
        "id": guid(number),
        "name": f"Blend {number}",
        "slug": f"blend-{number}",
        "visible": True,
        "productType": "physical",
        "description": "<p>Half Java,&nbsp;half <b>Bali</b>.</p><script>alert(1)</script>",
        "sku": f"B-{number}",
        "stock": {"trackInventory": True, "quantity": 12, "inventoryStatus": "IN_STOCK"},
        "price": {"currency": "USD", "price": 1},
        "priceData": {
            "currency": "USD",
            "price": 32,
            "discountedPrice": 30.4,
            "formatted": {"price": CANARY},
        },
        "costAndProfitData": {"itemCost": 12.5, "formattedItemCost": CANARY},
        "additionalInfoSections": [{"title": CANARY, "description": CANARY}],
        "media": {
            "mainMedia": {"mediaType": "image", "image": {"url": "https://static.example/main.jpg"}},
            "items": [
                {
                    "mediaType": "image",
                    "title": CANARY,
                    "image": {"url": f"https://static.example/{number}.jpg", "width": 1500, "height": 1000},
                },
                {"mediaType": "video", "video": {"files": [{"url": CANARY}]}},
            ],
        },
        "customTextFields": [{"title": CANARY}],
        "manageVariants": False,
        "productOptions": [],
        "productPageUrl": {"base": "https://www.mycoffee.example/", "path": f"/product-page/blend-{number}"},
        "numericId": str(1_567_000_000_000_000 + number),
        "inventoryItemId": guid(number),
        "collectionIds": [guid(1)],
        "variants": [],
        "lastUpdated": "2026-11-20T10:00:00.000Z",
        "createdDate": "2026-08-01T09:00:00.000Z",
        "seoData": {"tags": [{"children": CANARY}]},
        "ribbon": "New",
        "brand": "Coffee Company",
        **changed,
    }


def variant_v1(number: int, **changed: Any) -> dict[str, Any]:
    """Return a variant of Catalog V1, which does not tell its stock."""
    return {
        "id": guid(900 + number),
        "choices": {"Size": ("S", "M", "L")[number % 3], "Color": "White"},
        "variant": {
            "priceData": {"price": 10 + number, "discountedPrice": 10 + number},
            "costAndProfitData": {"formattedItemCost": CANARY},
            "sku": f"T-{number}",
            "visible": True,
        },
        **changed,
    }


def counted_v1(number: int, *quantities: int | None, tracked: bool = True) -> dict[str, Any]:
    """Return what inventory has of a product of Catalog V1."""
    return {
        "id": guid(number),
        "externalId": guid(number),
        "productId": guid(number),
        "trackQuantity": tracked,
        "variants": [
            {"variantId": guid(900 + index), "inStock": bool(quantity), "quantity": quantity}
            for index, quantity in enumerate(quantities)
        ],
        "preorderInfo": {"message": CANARY},
    }


def product_v3(number: int, **changed: Any) -> dict[str, Any]:
    """Return a product of Catalog V3, as its query answers."""
    return {
        "id": guid(number),
        "revision": "3",
        "createdDate": "2026-08-01T09:00:00.000Z",
        "updatedDate": "2026-11-20T10:00:00.000Z",
        "name": f"Blend {number}",
        "slug": f"blend-{number}",
        "url": {"relativePath": CANARY, "url": f"https://www.mycoffee.example/product-page/blend-{number}"},
        "plainDescription": "<p>Dark roast &amp; more.</p>",
        "visible": True,
        "media": {
            "main": {"mediaType": "IMAGE", "image": {"url": "https://static.example/main.jpg"}},
            "itemsInfo": {
                "items": [
                    {
                        "mediaType": "IMAGE",
                        "displayName": CANARY,
                        "altText": "A bag",
                        "image": {
                            "url": f"https://static.example/{number}.jpg",
                            "height": 1200,
                            "width": 1100,
                            "filename": CANARY,
                        },
                    },
                    {"mediaType": "VIDEO", "video": {"url": CANARY}},
                ]
            },
        },
        "options": [
            {
                "id": "opt-1",
                "name": "Weight",
                "choicesSettings": {
                    "choices": [
                        {"choiceId": "choice-1", "name": "250g"},
                        {"choiceId": "choice-2", "name": "1kg"},
                    ]
                },
            }
        ],
        "modifiers": [{"name": CANARY}],
        "infoSections": [{"title": CANARY}],
        "extendedFields": {"namespaces": {"x": CANARY}},
        "productType": "PHYSICAL",
        "actualPriceRange": {"minValue": {"amount": "35.00"}},
        "ribbon": {"id": guid(2), "name": "New"},
        "brand": {"id": guid(3), "name": "Coffee Company"},
        **changed,
    }


def variant_v3(product: int, number: int, **changed: Any) -> dict[str, Any]:
    """Return a variant as the query of variants answers."""
    return {
        "variantId": guid(product * 10 + number),
        "visible": True,
        "sku": f"B-{product}-{number}",
        "barcode": "4006381333931",
        "optionChoices": [
            {
                "optionChoiceIds": {"optionId": "opt-1", "choiceId": f"choice-{number}"},
                "optionChoiceNames": {"optionName": "Weight", "choiceName": ("250g", "1kg")[number - 1]},
            }
        ],
        "price": {"actualPrice": {"amount": "35.00"}, "compareAtPrice": {"amount": "40.00"}},
        "revenueDetails": {"cost": {"amount": "1.00", "formattedAmount": CANARY}},
        "inventoryStatus": {"inStock": True, "preorderEnabled": False},
        "productData": {"productId": guid(product), "name": CANARY},
        **changed,
    }


def item_v3(product: int, number: int, location: str, quantity: int | None, **changed: Any) -> dict[str, Any]:
    """Return what one location has of a variant."""
    return {
        "id": f"item-{product}-{number}-{location}",
        "variantId": guid(product * 10 + number),
        "productId": guid(product),
        "locationId": location,
        "trackQuantity": quantity is not None,
        **({"inStock": True} if quantity is None else {"quantity": quantity}),
        "product": {"name": CANARY},
        **changed,
    }


def money(amount: str) -> dict[str, str]:
    """Return an amount as orders have it."""
    return {"amount": amount, "formattedAmount": CANARY}


def order(number: int, **changed: Any) -> dict[str, Any]:
    """Return an order with everything of its buyer."""
    person = {"contactDetails": {"firstName": CANARY, "lastName": CANARY, "phone": CANARY}, "email": CANARY}
    return {
        "id": guid(number),
        "number": CANARY,
        "createdDate": "2026-11-19T13:51:01.718Z",
        "updatedDate": "2026-11-20T13:55:55.130Z",
        "lineItems": [
            {
                "id": guid(1),
                "productName": {"original": CANARY},
                "catalogReference": {
                    "catalogItemId": guid(5),
                    "appId": STORES,
                    "options": {"variantId": guid(905), "customTextFields": {"Engraving": CANARY}},
                },
                "quantity": 2,
                "refundQuantity": 1,
                "descriptionLines": [{"name": {"original": CANARY}, "plainText": {"original": CANARY}}],
                "price": money("30.00"),
                "priceBeforeDiscounts": money("35.00"),
                "totalDiscount": money("10.00"),
                "totalPriceAfterTax": money("60.00"),
                "physicalProperties": {"sku": CANARY},
            },
            {
                "catalogReference": {"catalogItemId": "booking-1", "appId": "another-app"},
                "quantity": 1,
                "price": money("5.00"),
            },
        ],
        "buyerInfo": {"contactId": CANARY, "email": CANARY},
        "buyerNote": CANARY,
        "billingInfo": person,
        "shippingInfo": {"title": CANARY, "logistics": {"shippingDestination": person}},
        "recipientInfo": person,
        "customFields": [{"title": CANARY, "value": CANARY}],
        "forms": [{"formId": CANARY}],
        "activities": [{"type": CANARY}],
        "createdBy": {"userId": CANARY},
        "extendedFields": {"namespaces": {"x": CANARY}},
        "paymentStatus": "PAID",
        "fulfillmentStatus": "PARTIALLY_FULFILLED",
        "currency": "USD",
        "status": "APPROVED",
        "priceSummary": {
            "subtotal": money("70.00"),
            "shipping": money("4.50"),
            "tax": money("1.00"),
            "discount": money("10.00"),
            "total": money("65.50"),
        },
        "balanceSummary": {"refunded": money("30.00"), "paid": money("65.50")},
        "channelInfo": {"type": "WEB", "externalOrderId": CANARY},
        "demo": False,
        **changed,
    }


def rule(number: int, **changed: Any) -> dict[str, Any]:
    """Return a discount rule."""
    return {
        "id": guid(number),
        "revision": "8",
        "createdDate": "2026-08-07T08:12:22.347Z",
        "updatedDate": "2026-08-09T07:45:44.044Z",
        "active": True,
        "name": "Ten off",
        "trigger": {
            "triggerType": "AND",
            "and": {
                "triggers": [
                    {"subtotalRange": {"from": "100", "to": None, "scopes": [{"id": CANARY}]}},
                    {"itemQuantityRange": {"from": 5, "to": None}},
                    {"customerEligibility": {"individualMembers": {"memberIds": [CANARY]}}},
                ]
            },
        },
        "activeTimeInfo": {"start": "2026-08-07T08:11:00Z", "end": None},
        "discounts": {
            "values": [{"discountType": "PERCENTAGE", "percentage": 10, "targetType": "SPECIFIC_ITEMS"}]
        },
        "status": "LIVE",
        "usageCount": 6,
        **changed,
    }


def paging(following: str | None, name: str = "pagingMetadata") -> dict[str, Any]:
    """Return where a page goes on."""
    return {
        name: {"count": 1, "cursors": {"next": following, "prev": None}, "hasNext": following is not None}
    }
