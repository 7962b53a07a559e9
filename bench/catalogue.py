"""A bulk file of a store of any size, as Shopify writes it, made without the product's own code."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

VARIANTS = 3
_WORDS = "light warm dry soft quick steady quiet bright"
_TEXT = " ".join([_WORDS] * 12)


def lines(products: int) -> Iterator[dict[str, object]]:
    """Yield the lines of a file: product, its variants, each with a stock level, and a picture."""
    for number in range(1, products + 1):
        gid = f"gid://shopify/Product/{7_000_000_000_000 + number}"
        yield _product(gid, number)
        for position in range(1, VARIANTS + 1):
            yield from _variant(gid, number * 10 + position, position)
        yield _picture(gid, number)


def _product(gid: str, number: int) -> dict[str, object]:
    return {
        "id": gid,
        "title": f"Item {number} {_WORDS}",
        "handle": f"item-{number}",
        "status": "ACTIVE",
        "createdAt": "2025-03-01T10:00:00Z",
        "updatedAt": "2026-11-01T10:00:00Z",
        "description": _TEXT,
        "vendor": "Floor",
        "productType": "Thing",
        "tags": ["a", "b", "c"],
        "publishedAt": "2025-03-02T10:00:00Z",
        "onlineStoreUrl": f"https://floor.example/products/item-{number}",
        "isGiftCard": False,
        "totalInventory": 30,
    }


def _variant(parent: str, number: int, position: int) -> Iterator[dict[str, object]]:
    gid = f"gid://shopify/ProductVariant/{40_000_000_000_000 + number}"
    yield {
        "id": gid,
        "title": f"Size {position}",
        "price": "19.90",
        "compareAtPrice": "29.90",
        "sku": f"SKU-{number}",
        "barcode": None,
        "position": position,
        "availableForSale": True,
        "inventoryQuantity": 10,
        "selectedOptions": [{"name": "Size", "value": str(position)}],
        "inventoryItem": {
            "id": f"gid://shopify/InventoryItem/{50_000_000_000_000 + number}",
            "tracked": True,
        },
        "__parentId": parent,
    }
    yield {
        "id": f"gid://shopify/InventoryLevel/{number}?inventory_item_id={50_000_000_000_000 + number}",
        "isActive": True,
        "location": {"id": "gid://shopify/Location/1"},
        "quantities": [
            {"name": name, "quantity": 10} for name in ("available", "on_hand", "committed", "incoming")
        ],
        "__parentId": gid,
    }


def _picture(parent: str, number: int) -> dict[str, object]:
    return {
        "id": f"gid://shopify/MediaImage/{60_000_000_000_000 + number}",
        "status": "READY",
        "alt": "",
        "image": {"url": f"https://cdn.shopify.com/s/files/1/{number}.jpg", "width": 1200, "height": 1600},
        "__parentId": parent,
    }


def write(path: Path, products: int) -> int:
    """Write the file, compressed as it comes over the wire; returns its number of lines."""
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as out:
        for line in lines(products):
            out.write(json.dumps(line, separators=(",", ":")) + "\n")
            count += 1
    return count
