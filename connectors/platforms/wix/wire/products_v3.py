"""Catalog V3: products, variants and inventory, each from a query of its own. Prices are decimal texts."""

from msgspec import Raw

from connectors.platforms.wix.wire.answers import Money, Paging, Time, Wire
from connectors.platforms.wix.wire.products_v1 import Image


class MediaItem(Wire):
    media_type: str | None = None
    alt_text: str | None = None
    image: Image | None = None


class MediaItems(Wire):
    items: list[MediaItem] | None = None


class Media(Wire):
    main: MediaItem | None = None
    items_info: MediaItems | None = None


class Named(Wire):
    name: str | None = None


class PageUrl(Wire):
    url: str | None = None


class Choice(Wire):
    choice_id: str | None = None
    name: str | None = None


class Choices(Wire):
    choices: list[Choice] | None = None


class Option(Wire):
    id: str | None = None
    name: str | None = None
    choices_settings: Choices | None = None


class ChoiceIds(Wire):
    option_id: str | None = None
    choice_id: str | None = None


class ChoiceNames(Wire):
    option_name: str | None = None
    choice_name: str | None = None


class Chosen(Wire):
    option_choice_ids: ChoiceIds | None = None
    option_choice_names: ChoiceNames | None = None


class Prices(Wire):
    actual_price: Money | None = None
    compare_at_price: Money | None = None


class InStock(Wire):
    in_stock: bool | None = None


class OwnerOf(Wire):
    product_id: str | None = None


class Variant(Wire):
    """A variant as a product holds it (`id`, `choices`), or as its own query does (`variantId`, …)."""

    id: str | None = None
    variant_id: str | None = None
    visible: bool | None = None
    sku: str | None = None
    barcode: str | None = None
    choices: list[Chosen] | None = None
    option_choices: list[Chosen] | None = None
    price: Prices | None = None
    inventory_status: InStock | None = None
    product_data: OwnerOf | None = None


class Variants(Wire):
    variants: list[Variant] | None = None
    paging_metadata: Paging | None = None


class Product(Wire):
    id: str | None = None
    name: str | None = None
    slug: str | None = None
    visible: bool | None = None
    product_type: str | None = None
    plain_description: str | None = None
    created_date: Time | None = None
    updated_date: Time | None = None
    url: PageUrl | None = None
    media: Media | None = None
    options: list[Option] | None = None
    brand: Named | None = None
    ribbon: Named | None = None
    variants_info: Variants | None = None


class Products(Wire):
    products: list[Raw] | None = None
    paging_metadata: Paging | None = None


class OneProduct(Wire):
    product: Raw


class Count(Wire):
    count: int | None = None


class InventoryItem(Wire):
    product_id: str | None = None
    variant_id: str | None = None
    location_id: str | None = None
    track_quantity: bool | None = None
    quantity: int | None = None


class Inventory(Wire):
    inventory_items: list[InventoryItem] | None = None
    paging_metadata: Paging | None = None


class OneInventoryItem(Wire):
    inventory_item: InventoryItem | None = None
