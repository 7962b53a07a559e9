"""What a pretended site sells, in neither catalog's words: `bodies/` writes it as V1 or as V3."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from connectors.sandbox.catalogue.goods import Photo
from connectors.sandbox.wix.ids import ZERO, guid


@dataclass(slots=True, eq=False)
class Place:
    """A location; Wix Stores has an id of its own for it."""

    id: str
    stores_id: str
    name: str
    street: str
    street_number: str
    post_code: str
    default: bool = False
    archived: bool = False


@dataclass(slots=True, eq=False)
class Variant:
    """A variant; `stock` says how many lie at each place, in the places' order."""

    id: str
    values: tuple[str, ...]
    price: Decimal
    was: Decimal | None
    cost: Decimal | None
    sku: str | None
    barcode: str | None
    grams: int
    stock: list[int]
    stock_changed: datetime

    @property
    def quantity(self) -> int:
        return sum(self.stock)


@dataclass(slots=True, eq=False)
class Product:
    """A product with its variants. `number` grows with every product that is made."""

    number: int
    id: str
    slug: str
    name: str
    html: str
    brand: str
    kind: str
    visible: bool
    digital: bool
    tracked: bool
    options: tuple[str, ...]
    variants: list[Variant]
    photos: tuple[Photo, ...]
    created: datetime
    updated: datetime
    revision: int = 1
    stock_revision: int = 1
    ribbon: str = ""

    @property
    def numeric_id(self) -> str:
        return str(1_650_000_000_000_000 + self.number * 1_000_003)

    @property
    def stock_id(self) -> str:
        """The id of the product's inventory item in catalog V1."""
        return guid("inventory item", self.id)

    def v1_id(self, variant: Variant) -> str:
        """Give a variant's id in catalog V1, where an only variant has no id of its own."""
        return variant.id if self.options else ZERO

    def in_stock(self, variant: Variant) -> bool:
        """Tell whether a variant can be bought."""
        return not self.tracked or variant.quantity > 0

    @property
    def availability(self) -> str:
        """IN_STOCK, OUT_OF_STOCK or PARTIALLY_OUT_OF_STOCK."""
        there = [self.in_stock(variant) for variant in self.variants]
        return "IN_STOCK" if all(there) else "PARTIALLY_OUT_OF_STOCK" if any(there) else "OUT_OF_STOCK"

    @property
    def reduction(self) -> Decimal:
        """How much every variant is reduced; zero unless all are by the same, for V1 knows no other way."""
        cuts = {variant.was - variant.price if variant.was else Decimal(0) for variant in self.variants}
        return max(cuts.pop(), Decimal(0)) if len(cuts) == 1 else Decimal(0)

    @property
    def stock_changed(self) -> datetime:
        return max(variant.stock_changed for variant in self.variants)

    def choice_ids(self, option: str, value: str) -> tuple[str, str]:
        """Give the ids of an option and of one of its choices, as V3 has them."""
        return guid(self.id, option), guid(self.id, option, value)

    def choices(self, variant: Variant) -> dict[str, str]:
        """Name a variant's choice for each option."""
        return dict(zip(self.options, variant.values, strict=False))


@dataclass(slots=True, eq=False)
class Shelf:
    """A collection of V1."""

    id: str
    name: str
    slug: str
    updated: datetime
    product_ids: set[str] = field(default_factory=set)
