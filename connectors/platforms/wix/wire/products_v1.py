"""Catalog V1: products with variants, and the inventory beside them. Prices are numbers."""

from decimal import Decimal

from msgspec import Raw

from connectors.platforms.wix.wire.answers import Time, Wire


class Price(Wire):
    price: Decimal | None = None
    discounted_price: Decimal | None = None


class ProductStock(Wire):
    track_inventory: bool | None = None
    quantity: int | None = None
    in_stock: bool | None = None
    inventory_status: str | None = None


class VariantStock(Wire):
    track_quantity: bool | None = None
    quantity: int | None = None
    in_stock: bool | None = None


class VariantPart(Wire):
    price_data: Price | None = None
    sku: str | None = None
    visible: bool | None = None


class Variant(Wire):
    id: str | None = None
    choices: dict[str, str] | None = None
    variant: VariantPart | None = None
    stock: VariantStock | None = None


class Image(Wire):
    url: str | None = None
    width: int | None = None
    height: int | None = None
    alt_text: str | None = None


class MediaItem(Wire):
    """A picture; of a film only its kind is read."""

    media_type: str | None = None
    image: Image | None = None


class Media(Wire):
    main_media: MediaItem | None = None
    items: list[MediaItem] | None = None


class PageUrl(Wire):
    base: str | None = None
    path: str | None = None


class Product(Wire):
    id: str | None = None
    name: str | None = None
    slug: str | None = None
    visible: bool | None = None
    product_type: str | None = None
    description: str | None = None
    sku: str | None = None
    stock: ProductStock | None = None
    price_data: Price | None = None
    media: Media | None = None
    product_page_url: PageUrl | None = None
    variants: list[Variant] | None = None
    last_updated: Time | None = None
    created_date: Time | None = None
    ribbon: str | None = None
    brand: str | None = None


class Numbered(Wire):
    """What the next page goes on after."""

    numeric_id: str | int | None = None


class Products(Wire):
    products: list[Raw] | None = None
    total_results: int | None = None


class OneProduct(Wire):
    product: Raw


class Counted(Wire):
    """What inventory has of one variant."""

    variant_id: str | None = None
    in_stock: bool | None = None
    quantity: int | None = None


class InventoryItem(Wire):
    product_id: str | None = None
    track_quantity: bool | None = None
    variants: list[Counted] | None = None


class Inventory(Wire):
    inventory_items: list[InventoryItem] | None = None
