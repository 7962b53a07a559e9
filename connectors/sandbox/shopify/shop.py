"""One pretended Shopify store: its fields, what it holds, and the app's installation on it."""

import threading
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.sandbox.clock import days
from connectors.sandbox.pictures import Pictures
from connectors.sandbox.shopify.app import Installation
from connectors.sandbox.shopify.sales import Customer, Discount, Order, Payout
from connectors.sandbox.shopify.things import (
    Address,
    Collection,
    InventoryItem,
    InventoryLevel,
    Location,
    Product,
    Thing,
    Variant,
)

DOMAIN = ".myshopify.com"


class Numbers:
    """Give out ids above 2^53, so that nobody gets away with a float; the same for the same store."""

    def __init__(self, seed: str) -> None:
        self._next = 2**53 + 1 + (zlib.crc32(seed.encode()) % 9_000_000) * 10**9

    def take(self) -> int:
        """Give the next number."""
        self._next += 32_771
        return self._next


@dataclass(eq=False)
class Shop:
    """A store. `domain` is its permanent name, `handle` its first part."""

    handle: str
    number: int
    name: str
    email: str
    shop_owner: str
    address: Address
    created_at: datetime
    updated_at: datetime
    contact_email: str = ""
    currency: str = "EUR"
    iana_timezone: str = "Europe/Berlin"
    description: str | None = "Things for the home, made to last."
    google_apps_domain: str | None = None
    google_apps_login_enabled: bool | None = None
    plan_public_name: str = "Basic"
    plan_name: str = "basic"
    taxes_included: bool = True
    tax_shipping: bool = False
    county_taxes: bool = True
    finances: bool = True
    eligible_for_payments: bool = True
    password_enabled: bool = False
    setup_required: bool = False
    weight_unit: str = "kg"
    closed_with_status: int | None = None
    restore_rate: float = 100.0
    numbers: Numbers = field(init=False)
    pictures: Pictures = field(default_factory=Pictures)
    locations: list[Location] = field(default_factory=list)
    products: dict[int, Product] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    items: dict[int, InventoryItem] = field(default_factory=dict)
    collections: dict[int, Collection] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    discounts: dict[int, Discount] = field(default_factory=dict)
    payouts: dict[int, Payout] = field(default_factory=dict)
    installation: Installation = field(default_factory=Installation)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.numbers = Numbers(self.domain)

    @property
    def domain(self) -> str:
        return f"{self.handle}{DOMAIN}"

    @property
    def key(self) -> str:
        return self.domain

    @property
    def id(self) -> str:
        return f"gid://shopify/Shop/{self.number}"

    @property
    def primary_location(self) -> Location:
        return next(location for location in self.locations if location.is_primary)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.iana_timezone)

    def level(self, gid: str) -> InventoryLevel | None:
        """Find an inventory level by its id, which names the location's number and the item's."""
        head, _, tail = gid.partition("?inventory_item_id=")
        item = self.items.get(int(tail)) if tail.isdigit() else None
        number = head.rpartition("/")[2]
        levels = item.levels if item else []
        return next((level for level in levels if str(level.number) == number), None)

    def add_product(self, product: Product) -> None:
        """Put a product, its variants and their items on the shelves."""
        self.products[product.number] = product
        for variant in product.variants:
            self.variants[variant.number] = variant
            self.items[variant.item.number] = variant.item
        for medium in product.media:
            self.pictures.add(medium.photo)

    def drop_product(self, product: Product) -> None:
        """Take a product off the shelves; orders keep their lines without it."""
        self.products.pop(product.number, None)
        for variant in product.variants:
            self.variants.pop(variant.number, None)
            self.items.pop(variant.item.number, None)
        for collection in self.collections.values():
            collection.products = [one for one in collection.products if one is not product]
        for order in self.orders.values():
            for line in order.line_items:
                if line.product is product:
                    line.product = line.variant = None

    def find(self, kind: str, number: int) -> Thing | None:
        """Find a thing by the two parts of its id."""
        shelves: dict[str, dict[int, Thing]] = {
            "Product": self.products,  # type: ignore[dict-item]
            "ProductVariant": self.variants,  # type: ignore[dict-item]
            "InventoryItem": self.items,  # type: ignore[dict-item]
            "Collection": self.collections,  # type: ignore[dict-item]
            "Order": self.orders,  # type: ignore[dict-item]
            "Customer": self.customers,  # type: ignore[dict-item]
            "DiscountCodeNode": self.discounts,  # type: ignore[dict-item]
            "DiscountAutomaticNode": self.discounts,  # type: ignore[dict-item]
            "DiscountNode": self.discounts,  # type: ignore[dict-item]
            "ShopifyPaymentsPayout": self.payouts,  # type: ignore[dict-item]
            "Location": {location.number: location for location in self.locations},
        }
        return shelves.get(kind, {}).get(number)

    def visible_orders(self, stamp: datetime) -> list[Order]:
        """List the orders that an app without `read_all_orders` may see: 60 days."""
        if "read_all_orders" in self.installation.scopes:
            return list(self.orders.values())
        return [order for order in self.orders.values() if order.created_at >= stamp - days(60)]
