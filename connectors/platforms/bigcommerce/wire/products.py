"""Products with variants and pictures; stock per location; brands.

Lists keep their items raw: one that cannot be read must not take the others with it.
"""

from decimal import Decimal
from typing import Final

from connectors.platforms.bigcommerce.wire.answers import Empty, Time, Wire


class OptionValue(Wire):
    label: str
    option_display_name: str


class Variant(Wire):
    """`price` is None where the product's holds; 0 in `sale_price` and `retail_price` is none."""

    id: int
    sku: str | None = None
    price: Decimal | None = None
    calculated_price: Decimal | None = None
    sale_price: Decimal | None = None
    retail_price: Decimal | None = None
    upc: str | None = None
    gtin: str | None = None
    inventory_level: int | None = None
    purchasing_disabled: bool | None = None
    option_values: list[OptionValue] | None = None


class Image(Wire):
    id: int | None = None
    url_zoom: str | None = None
    url_standard: str | None = None
    description: str | None = None
    sort_order: int | None = None


class CustomUrl(Wire):
    url: str | None = None


class Product(Wire):
    id: int
    name: str
    date_created: Time
    date_modified: Time
    type: str | None = None
    description: str | None = None
    price: Decimal | None = None
    sale_price: Decimal | None = None
    retail_price: Decimal | None = None
    brand_id: int | None = None
    inventory_level: int | None = None
    inventory_tracking: str | None = None
    is_visible: bool | None = None
    availability: str | None = None
    custom_url: CustomUrl | Empty | None = None
    variants: list[Variant] | None = None
    images: list[Image] | None = None


INCLUDED: Final = ("variants", "images")
#: What is asked for is what is decoded; the id always comes.
ASKED: Final = tuple(name for name in Product.__struct_fields__ if name not in {"id", *INCLUDED})


class Identity(Wire):
    variant_id: int


class Level(Wire):
    location_id: int
    available_to_sell: int | None = None
    total_inventory_onhand: int | None = None
    location_enabled: bool | None = None


class InventoryItem(Wire):
    identity: Identity
    locations: list[Level] | None = None


class Brand(Wire):
    id: int
    name: str
