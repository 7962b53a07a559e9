"""Products with variants, stock levels and media.

Pages keep their nodes raw: one that cannot be read must not take the others with it.
"""

from decimal import Decimal

from msgspec import Raw

from connectors.platforms.shopify.wire.answers import Connection, Node, Nodes, Time, Wire


class Quantity(Wire):
    name: str
    quantity: int


class Level(Wire):
    is_active: bool
    location: Node
    quantities: list[Quantity]


class SelectedOption(Wire):
    name: str
    value: str


class InventoryItem(Wire):
    id: str
    tracked: bool
    inventory_levels: Connection[Level] | None = None


class Variant(Wire):
    id: str
    title: str
    price: Decimal
    compare_at_price: Decimal | None
    sku: str | None
    barcode: str | None
    position: int
    available_for_sale: bool
    inventory_quantity: int | None
    selected_options: list[SelectedOption]
    inventory_item: InventoryItem


class Image(Wire):
    url: str
    width: int | None
    height: int | None


class Media(Wire):
    """A picture; of a film or a model nothing is asked, so that all is absent."""

    status: str | None = None
    alt: str | None = None
    image: Image | None = None


class Product(Wire):
    id: str
    title: str
    handle: str
    status: str
    created_at: Time
    updated_at: Time
    description: str | None
    vendor: str | None
    product_type: str | None
    tags: list[str] | None
    published_at: Time | None
    online_store_url: str | None
    is_gift_card: bool
    total_inventory: int
    variants: Connection[Variant] | None = None
    media: Connection[Media] | None = None


class VariantsOf(Wire):
    variants: Connection[Variant]


class MoreVariants(Wire):
    product: VariantsOf | None


class MediaOf(Wire):
    media: Connection[Media]


class MoreMedia(Wire):
    product: MediaOf | None


class LevelsOf(Wire):
    inventory_levels: Connection[Level]


class MoreLevels(Wire):
    inventory_item: LevelsOf | None


class Owner(Wire):
    product: Node


class OwnersOf(Wire):
    variants: Nodes[Owner] | None


class ProductOfStock(Wire):
    inventory_item: OwnersOf | None


class Products(Wire):
    products: Connection[Raw]


class OneProduct(Wire):
    product: Raw
