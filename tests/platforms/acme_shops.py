"""What stores have at Acme: goods, orders with all that Acme knows of their buyers, offers."""

from datetime import datetime
from typing import Any

from tests.platforms.acme_server import Shop

Json = dict[str, Any]
CANARY = "canary-9f27"


def shop(
    name: str = "cedar", number: int = 7001, *, goods: int = 3, orders: int = 3, offers: int = 2
) -> Shop:
    """Return a store with so many of each, and customers in everything that has any."""
    return Shop(
        name=name,
        store=store(number, name),
        goods=[good(each, name) for each in range(1, goods + 1)],
        orders=[order(each) for each in range(501, 501 + orders)],
        offers=[offer(each) for each in range(801, 801 + offers)],
    )


def store(number: int, name: str) -> Json:
    """Return the store itself."""
    return {
        "id": number,
        "name": f"{name.title()} & Sons",
        "email": f"owner@{name}.example",
        "host": f"www.{name}.example",
        "city": "Ottawa",
        "country": "CA",
        "currency": "CAD",
        "timezone": "America/Toronto",
        "changed": "2026-11-20T09:00:00+00:00",
        "staff": [{"name": CANARY, "email": f"{CANARY}@staff.example"}],
    }


def good(number: int, name: str = "cedar") -> Json:
    """Return a good of two kinds."""
    kinds = [
        {"id": number * 10 + each, "title": f"Size {each}", "price": f"{number}9.{each}0", "left": each + 2}
        for each in (1, 2)
    ]
    return {
        "id": number,
        "title": f"{name.title()} paddle {number}",
        "slug": f"paddle-{number}",
        "live": True,
        "made": "2026-01-05T10:00:00+00:00",
        "changed": f"2026-11-0{number}T12:30:15+00:00",
        "text": f"A paddle of ash, the {number}. of its kind.",
        "kinds": kinds,
        "pictures": [{"url": f"https://pictures.acme.example/{number}.png"}],
        "supplier": {"name": CANARY, "cost": "3.00"},
    }


def order(number: int, at: datetime | None = None) -> Json:
    """Return an order of one line, with its buyer."""
    line = {"good": 1, "kind": 11, "count": 2, "kept": 1, "price": "15.00", "off": "5.00", "total": "25.00"}
    return {
        "id": number,
        "made": "2026-10-20T08:00:00+00:00",
        "changed": at.isoformat() if at else f"2026-11-1{number % 10}T08:00:00+00:00",
        "currency": "CAD",
        "goods": "25.00",
        "off": "5.01",
        "tax": "1.25",
        "postage": "8.25",
        "total": "33.25",
        "back": "0.50",
        "lines": [{**line, "engraving": CANARY}],
        "buyer": {"name": CANARY, "email": f"{CANARY}@buyer.example", "address": {"street": CANARY}},
        "note": f"{CANARY}: ring twice",
        "address_of_browser": CANARY,
    }


def offer(number: int) -> Json:
    """Return an offer of ten percent."""
    return {
        "id": number,
        "title": f"Spring {number}",
        "live": True,
        "changed": f"2026-11-0{number % 10}T00:00:00+00:00",
        "percent": "10",
        "for": [{"buyer": CANARY}],
    }
