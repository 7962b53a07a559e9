"""What a pretended store holds: goods and stock. Attribute names are the fields' names in snake case."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from connectors.sandbox.catalogue.goods import Photo, text_of


class Thing:
    """Something with an id of the form `gid://shopify/Kind/number`."""

    __slots__ = ()
    KIND: ClassVar[str]
    number: int

    @property
    def id(self) -> str:
        return f"gid://shopify/{self.KIND}/{self.number}"

    @property
    def legacy_resource_id(self) -> str:
        return str(self.number)


@dataclass(slots=True, eq=False)
class Option(Thing):
    """An option of a product, such as its size."""

    KIND = "ProductOption"
    number: int
    name: str
    position: int
    option_values: list["OptionValue"]

    @property
    def values(self) -> list[str]:
        return [value.name for value in self.option_values]


@dataclass(slots=True, eq=False)
class OptionValue(Thing):
    """One value of an option."""

    KIND = "ProductOptionValue"
    number: int
    name: str
    has_variants: bool = True
    swatch: None = None


@dataclass(slots=True, eq=False)
class MediaImage(Thing):
    """A picture of a product."""

    KIND = "MediaImage"
    number: int
    photo: Photo
    created_at: datetime
    updated_at: datetime
    status: str = "READY"
    media_content_type: str = "IMAGE"
    file_status: str = "READY"

    @property
    def alt(self) -> str | None:
        return self.photo.alt


@dataclass(slots=True, eq=False)
class Video(Thing):
    """A film of a product."""

    KIND = "Video"
    number: int
    photo: Photo
    created_at: datetime
    updated_at: datetime
    duration: int = 12_000
    status: str = "READY"
    media_content_type: str = "VIDEO"

    @property
    def alt(self) -> str | None:
        return self.photo.alt

    @property
    def filename(self) -> str:
        return f"{self.photo.name.rpartition('.')[0]}.mp4"


@dataclass(slots=True, eq=False)
class ExternalVideo(Thing):
    """A film of a product that lies elsewhere."""

    KIND = "ExternalVideo"
    number: int
    photo: Photo
    address: str
    created_at: datetime
    updated_at: datetime
    host: str = "YOUTUBE"
    status: str = "READY"
    media_content_type: str = "EXTERNAL_VIDEO"

    @property
    def alt(self) -> str | None:
        return self.photo.alt


Medium = MediaImage | Video | ExternalVideo


@dataclass(slots=True, eq=False)
class Product(Thing):
    """A product with its variants."""

    KIND = "Product"
    number: int
    title: str
    handle: str
    description_html: str
    vendor: str
    product_type: str
    tags: list[str]
    status: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    is_gift_card: bool = False
    category_name: str | None = None
    seo_title: str | None = None
    seo_description: str | None = None
    options: list[Option] = field(default_factory=list)
    variants: list["Variant"] = field(default_factory=list)
    media: list[Medium] = field(default_factory=list)
    template_suffix: str | None = None

    @property
    def description(self) -> str:
        return text_of(self.description_html)

    @property
    def total_inventory(self) -> int:
        return sum(variant.inventory_quantity for variant in self.variants if variant.item.tracked)

    @property
    def tracks_inventory(self) -> bool:
        return any(variant.item.tracked for variant in self.variants)


@dataclass(slots=True, eq=False)
class Variant(Thing):
    """A variant of a product."""

    KIND = "ProductVariant"
    number: int
    product: Product
    values: tuple[str, ...]
    sku: str | None
    barcode: str | None
    position: int
    price: Decimal
    compare_at_price: Decimal | None
    taxable: bool
    inventory_policy: str
    created_at: datetime
    updated_at: datetime
    item: "InventoryItem" = field(init=False)
    photo_name: str | None = None

    @property
    def title(self) -> str:
        return " / ".join(self.values) or "Default Title"

    @property
    def inventory_quantity(self) -> int:
        return sum(level.available for level in self.item.levels if level.is_active)

    @property
    def available_for_sale(self) -> bool:
        stocked = not self.item.tracked or self.inventory_policy == "CONTINUE" or self.inventory_quantity > 0
        return stocked and self.product.status in ("ACTIVE", "UNLISTED")


@dataclass(slots=True, eq=False)
class InventoryItem(Thing):
    """The stock-keeping side of a variant."""

    KIND = "InventoryItem"
    number: int
    variant: Variant
    tracked: bool
    requires_shipping: bool
    cost: Decimal | None
    grams: int
    created_at: datetime
    updated_at: datetime
    levels: list["InventoryLevel"] = field(default_factory=list)
    country_code_of_origin: str | None = None
    harmonized_system_code: str | None = None
    province_code_of_origin: str | None = None

    @property
    def sku(self) -> str | None:
        return self.variant.sku


@dataclass(slots=True, eq=False)
class InventoryLevel(Thing):
    """How much of an item lies at one location."""

    KIND = "InventoryLevel"
    item: InventoryItem
    location: "Location"
    created_at: datetime
    updated_at: datetime
    on_hand: int = 0
    committed: int = 0
    incoming: int = 0
    is_active: bool = True

    @property
    def number(self) -> int:  # type: ignore[override]
        return self.location.level_number

    @property
    def id(self) -> str:
        return f"gid://shopify/InventoryLevel/{self.number}?inventory_item_id={self.item.number}"

    @property
    def available(self) -> int:
        return self.on_hand - self.committed


@dataclass(slots=True, eq=False)
class Address:
    """A postal address, of a shop, a location or a customer."""

    number: int
    address1: str | None
    city: str | None
    zip: str | None
    province: str | None
    province_code: str | None
    country: str
    country_code: str
    address2: str | None = None
    company: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def name(self) -> str | None:
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None


@dataclass(slots=True, eq=False)
class Location(Thing):
    """A place where goods lie."""

    KIND = "Location"
    number: int
    level_number: int
    name: str
    address: Address
    created_at: datetime
    updated_at: datetime
    is_active: bool = True
    is_primary: bool = False
    is_fulfillment_service: bool = False
    fulfills_online_orders: bool = True

    @property
    def ships_inventory(self) -> bool:
        return self.is_active and self.fulfills_online_orders


@dataclass(slots=True, eq=False)
class Collection(Thing):
    """A set of products."""

    KIND = "Collection"
    number: int
    title: str
    handle: str
    description_html: str
    updated_at: datetime
    products: list[Product] = field(default_factory=list)
    sort_order: str = "BEST_SELLING"
    template_suffix: str | None = None

    @property
    def description(self) -> str:
        return text_of(self.description_html)
