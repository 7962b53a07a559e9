"""A brief as it is shaped, for what reads one: the linter and the adapters."""

from typing import Any

from connectors.linting import FORMATS

FETCH = "https://minta.example/feed/v1/pictures?link="


def picture(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return a picture that fills a canvas."""
    fields: dict[str, Any] = {
        "url": f"https://cdn.shopify.com/s/files/1/0262/{number}.jpg",
        "width": 1600,
        "height": 1200,
        "alt": f"A paddle, seen from side {number}",
        "fetch": f"{FETCH}AX0v{number}",
    }
    return fields | changed


def product(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return a product of which nothing is wrong."""
    fields: dict[str, Any] = {
        "rank": number,
        "reason": "on_offer",
        "reasons": ["on_offer"],
        "badge": "-25%",
        "id": f"{number:032x}",
        "product_id": f"{8122 + number}",
        "title": f"Canoe paddle {number}",
        "text": "Carved from one piece of ash.",
        "vendor": "Cedar Works",
        "url": f"https://cedar.example/products/canoe-paddle-{number}",
        "pictures": [picture(2 * number - 1), picture(2 * number)],
        "price": "14.99",
        "price_text": "$14.99",
        "compare_at_price": "20.00",
        "compare_at_price_text": "$20.00",
        "currency": "CAD",
        "price_varies": False,
        "offer": {"kind": "compare_at", "saved": "5.01", "percent": "25", "percent_text": "-25%"},
        "sold": 3,
        "left": 40,
        "findings": [],
    }
    return fields | changed


def brief(**changed: Any) -> dict[str, Any]:
    """Return a brief of two products and an offer."""
    fields: dict[str, Any] = {
        "format": 1,
        "store": "st_mzxw6ytboi4dqnrs",
        "epoch": 1,
        "made_at": "2026-11-23T12:00:00Z",
        "brand": {
            "name": "Cedar & Sons",
            "domain": "cedar.example",
            "country_code": "CA",
            "currency": "CAD",
            "money_format": "${{amount}}",
            "timezone": "America/Toronto",
            "locale": "en-CA",
            "language": "en",
            "direction": "ltr",
        },
        "texts": "en",
        "call_to_action": {"text": "Shop now", "url": "https://cedar.example/"},
        "products": [product(1), product(2)],
        "refused": [],
        "offers": [
            {
                "id": "c" * 32,
                "title": "Spring",
                "percent": "10",
                "text": "10% off",
                "ends_text": "Until December 1",
            }
        ],
        "formats": list(FORMATS),
        "findings": [],
        "lineage": [{"kind": "store", "id": "5" * 32, "change": 3}],
    }
    return fields | changed
