"""One pretended Wix site: its fields, what it holds, and the app's installation on it."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.sandbox.catalogue.goods import Photo
from connectors.sandbox.pictures import Pictures
from connectors.sandbox.wix.app import Installation
from connectors.sandbox.wix.asking import Kept
from connectors.sandbox.wix.ids import guid
from connectors.sandbox.wix.sales import Buyer, Coupon, Order, Rule
from connectors.sandbox.wix.things import Place, Product, Shelf, Variant

V1, V3, NO_STORE = "V1_CATALOG", "V3_CATALOG", "STORES_NOT_INSTALLED"
CATALOGS = (V1, V3, NO_STORE)


@dataclass(slots=True)
class Properties:
    """What the owner says about the business. `fax` is there so that Minta can be seen not to keep it."""

    site_display_name: str
    business_name: str
    email: str
    phone: str
    fax: str
    street: str = "Prince Street"
    street_number: str = "112"
    apartment_number: str = "4B"
    city: str = "New York"
    state: str = "NY"
    zip: str = "10012"
    country: str = "US"
    language: str = "en"
    currency: str = "USD"
    time_zone: str = "America/New_York"
    description: str = "Things for the home, made to last."
    version: int = 12


@dataclass(eq=False)
class Site:
    """A site. `catalog` says which catalog its store has, if any; `url` is told once it is published."""

    handle: str
    installation: Installation
    properties: Properties
    site_id: str
    owner_id: str
    account_id: str
    owner_email: str
    created: datetime
    catalog: str = V1
    published: bool = True
    places: list[Place] = field(default_factory=list)
    products: dict[str, Product] = field(default_factory=dict)
    shelves: dict[str, Shelf] = field(default_factory=dict)
    buyers: list[Buyer] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    coupons: dict[str, Coupon] = field(default_factory=dict)
    pictures: Pictures = field(default_factory=Pictures)
    media: dict[str, Photo] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)
    last_number: int = 0
    sequences: dict[str, int] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def key(self) -> str:
        return self.installation.instance_id

    @property
    def name(self) -> str:
        return self.properties.site_display_name

    @property
    def address(self) -> str:
        """Where visitors will find the site once it is published."""
        return f"https://www.{self.handle}.example"

    @property
    def url(self) -> str | None:
        return self.address if self.published else None

    def media_id(self, photo: Photo) -> str:
        """Name a picture as the media manager does."""
        stem, _, ending = photo.name.rpartition(".")
        return f"{self.site_id[:6]}_{stem.replace('/', '-')}~mv2.{ending}"

    def take_number(self) -> int:
        """Give the next number; the same for the same site."""
        self.last_number += 1
        return self.last_number

    def next_sequence(self, thing: str) -> int:
        """Count the events about one thing."""
        self.sequences[thing] = self.sequences.get(thing, 0) + 1
        return self.sequences[thing]

    def add_product(self, product: Product) -> None:
        """Put a product on sale."""
        self.products[product.id] = product
        for photo in product.photos:
            self.pictures.add(photo)
            self.media[self.media_id(photo)] = photo
        self.changed()

    def drop_product(self, product: Product) -> None:
        """Take a product away; orders keep naming it."""
        self.products.pop(product.id, None)
        for shelf in self.shelves.values():
            shelf.product_ids.discard(product.id)
        self.changed()

    def changed(self) -> None:
        """Forget what was found before."""
        self.kept.forget()

    def stocks(self) -> list[tuple[Product, Variant, int]]:
        """List every variant at every place where it may lie: catalog V3's inventory items."""
        return [
            (product, variant, place)
            for product in self.products.values()
            for variant in product.variants
            for place in range(len(variant.stock))
        ]

    def stock_item_id(self, variant: Variant, place: int) -> str:
        """Give the id of catalog V3's inventory item of a variant at a place."""
        return guid("stock", variant.id, place)

    def find_product(self, wanted: dict[str, Any]) -> Product:
        """Find a product by `id` or `handle`, else the first.

        Raises LookupError.
        """
        if wanted.get("id") is not None:
            return self.products[str(wanted["id"])]
        if wanted.get("handle") is not None:
            return next(one for one in self.products.values() if one.slug == wanted["handle"])
        return next(iter(self.products.values()))
