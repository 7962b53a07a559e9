"""Briefs of small videos, with pictures that a small feed serves."""

import io
from typing import Any

import numpy as np
from PIL import Image

from tests.video.feeding import Feeding

#: As the feed names them, and small, so that a test waits for no encoder.
SMALL = {"9x16": (270, 480), "1x1": (320, 320)}


def picture(seed: int = 0, width: int = 400, height: int = 500, kind: str = "JPEG") -> bytes:
    """A picture with something on every part of it, another one for each seed."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(40, 220, (10, 8, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def product(number: int, *addresses: str) -> dict[str, Any]:
    """A product with pictures at these addresses."""
    return {
        "id": f"{number:02x}",
        "title": f"Paddle {number}",
        "price": "14.99",
        "price_text": "$14.99",
        "currency": "CAD",
        "pictures": [{"url": address, "fetch": address} for address in addresses],
    }


def brief(*products: dict[str, Any], change: int = 1, **more: Any) -> dict[str, Any]:
    """A brief of these products, all at the same change."""
    formats = [
        {
            "format": name,
            "width": width,
            "height": height,
            "safe": {"x": width / 9, "y": height * 0.15, "width": width * 7 / 9, "height": height * 0.5},
        }
        for name, (width, height) in SMALL.items()
    ]
    lineage = [{"kind": "product", "id": each["id"], "change": change} for each in products]
    return {
        "brand": {"name": "Cedar", "domain": "cedar.example", "language": "en"},
        "texts": "en",
        "call_to_action": {"text": "Shop now"},
        "products": list(products),
        "lineage": [{"kind": "store", "id": "aa", "change": 1}, *lineage],
        "formats": formats,
        **more,
    }


def one_product(feed: Feeding, ref: str = "st_a", change: int = 1) -> dict[str, Any]:
    """A brief with one product and one picture, installed in the feed."""
    address = feed.picture("paddle.jpg", picture())
    made = brief(product(1, address), change=change)
    feed.add_store(ref, made)
    return made
