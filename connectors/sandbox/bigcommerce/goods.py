"""What a pretended store sells, as BigCommerce keeps it.

A price of a product is 0 where none is set; a price of a variant is None where the product's holds.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from connectors.sandbox.catalogue.goods import Photo

NOTHING = Decimal(0)


@dataclass(slots=True, eq=False)
class Location:
    """A place where stock lies; number 1 is the default and cannot be deleted."""

    number: int
    code: str
    label: str
    address: dict[str, object]
    created_at: datetime
    updated_at: datetime
    enabled: bool = True
    kind: str = "PHYSICAL"


@dataclass(slots=True, eq=False)
class Named:
    """A brand or a category."""

    number: int
    name: str


@dataclass(slots=True, eq=False)
class Image:
    """A picture of a product."""

    number: int
    photo: Photo
    changed_at: datetime


@dataclass(slots=True, eq=False)
class Video:
    """A film on YouTube; BigCommerce knows no other."""

    number: int
    film_id: str
    title: str


@dataclass(slots=True, eq=False)
class OptionValue:
    """A value of one of a product's options."""

    number: int
    option: int
    name: str
    label: str


@dataclass(slots=True, eq=False)
class Variant:
    """What can be bought. The base variant of a product without options has no `sku_number`."""

    number: int
    product: "Product"
    sku: str
    sku_number: int | None
    values: tuple[OptionValue, ...]
    price: Decimal | None
    sale_price: Decimal | None
    cost: Decimal
    weight: int
    upc: str
    photo_name: str | None
    stock: dict[int, int] = field(default_factory=dict)

    @property
    def regular_price(self) -> Decimal:
        return self.product.price if self.price is None else self.price

    @property
    def calculated_price(self) -> Decimal:
        """The price that a shopper pays."""
        sale = self.product.sale_price if self.sale_price is None else self.sale_price
        return sale or self.regular_price

    @property
    def available(self) -> int:
        """How many can be sold, all locations together."""
        return sum(self.stock.values())


@dataclass(slots=True, eq=False)
class Product:
    """A product with its variants, the first of which names it."""

    number: int
    name: str
    handle: str
    description: str
    brand: Named | None
    categories: list[int]
    tracking: str
    created_at: datetime
    changed_at: datetime
    price: Decimal = NOTHING
    sale_price: Decimal = NOTHING
    retail_price: Decimal = NOTHING
    is_visible: bool = True
    availability: str = "available"
    kind: str = "physical"
    keywords: str = ""
    page_title: str = ""
    meta_description: str = ""
    total_sold: int = 0
    variants: list[Variant] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    videos: list[Video] = field(default_factory=list)

    @property
    def status(self) -> str:
        return "visible" if self.is_visible else "hidden"

    @property
    def has_options(self) -> bool:
        return any(variant.values for variant in self.variants)

    @property
    def calculated_price(self) -> Decimal:
        return self.sale_price or self.price

    @property
    def inventory_level(self) -> int:
        """What lies at the default location; the catalog tells no other."""
        return sum(variant.stock.get(1, 0) for variant in self.variants) if self.tracking != "none" else 0
