"""One product of a store, read; and its stock as locations tell it."""

from typing import Any

from connectors.platforms.base import Found
from connectors.policy.records import Product
from tests.platforms.bigcommerce.api import everything, listed, paged, serving

PATH = "/v3/catalog/products"


def read(fields: dict[str, Any], **answers: Any) -> Product:
    """Read one product."""
    return read_from(paged([fields]), **answers)


def read_from(pages: Any, **answers: Any) -> Product:
    """Read the one product of these pages."""
    with serving({PATH: pages}, **answers) as api:
        (found,) = everything(api.reader(), "product")
    assert isinstance(found, Found), found
    assert isinstance(found.record, Product)
    return found.record


def items(*levels: tuple[int, int, int, int]) -> dict[str, Any]:
    """Answer with stock: product, variant, location, how many."""
    return listed(
        [
            {
                "identity": {"sku": "x", "variant_id": of, "product_id": product_id, "sku_id": 1},
                "locations": [
                    {
                        "location_id": place,
                        "location_name": "canary-location",
                        "available_to_sell": many,
                        "total_inventory_onhand": many + 1,
                        "location_enabled": True,
                        "settings": {"bin_picking_number": "canary-bin"},
                    }
                ],
            }
            for product_id, of, place, many in levels
        ]
    )
