"""One pretended store."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from connectors.sandbox.bigcommerce.app import Installation, User
from connectors.sandbox.bigcommerce.goods import Location, Named, Product, Variant
from connectors.sandbox.bigcommerce.quota import Quota
from connectors.sandbox.bigcommerce.sales import Coupon, Customer, Order, PriceList, Promotion
from connectors.sandbox.pictures import Pictures

T = TypeVar("T")
KEPT_LISTS = 8


class Shelf(Generic[T]):
    """Things by their number, in the order of their numbers; remembers what was lately looked for.

    A client that pages through 100,000 things asks the same question hundreds of times: the answer is
    found once and kept until a thing changes.
    """

    def __init__(self) -> None:
        self._rows: dict[int, T] = {}
        self._found: OrderedDict[Hashable, list[T]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows.values())

    def __contains__(self, number: int) -> bool:
        return number in self._rows

    def get(self, number: int) -> T | None:
        """Find a thing by its number."""
        return self._rows.get(number)

    def put(self, number: int, thing: T) -> None:
        """Lay a thing on the shelf."""
        self._rows[number] = thing
        self.touch()

    def drop(self, number: int) -> None:
        """Take a thing off the shelf."""
        self._rows.pop(number, None)
        self.touch()

    def touch(self) -> None:
        """Forget what was found: something has changed."""
        self._found.clear()

    def find(self, question: Hashable, search: Callable[[list[T]], list[T]]) -> list[T]:
        """Answer a question, from memory where nothing has changed since it was asked before."""
        if question not in self._found:
            self._found[question] = search(list(self._rows.values()))
            while len(self._found) > KEPT_LISTS:
                self._found.popitem(last=False)
        return self._found[question]


@dataclass(eq=False)
class Store:
    """A store: its fields as `/v2/store` tells them, its goods, its sales, its users, and the app on it."""

    handle: str
    hash: str
    number: int
    fields: dict[str, Any]
    owner: User
    staff: list[User]
    created_at: datetime
    changed_at: datetime
    site_url: str
    suspended: bool = False
    former: list[User] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    brands: dict[str, Named] = field(default_factory=dict)
    categories: dict[str, Named] = field(default_factory=dict)
    products: Shelf[Product] = field(default_factory=Shelf)
    variants: Shelf[Variant] = field(default_factory=Shelf)
    customers: list[Customer] = field(default_factory=list)
    orders: Shelf[Order] = field(default_factory=Shelf)
    promotions: Shelf[Promotion] = field(default_factory=Shelf)
    coupons: Shelf[Coupon] = field(default_factory=Shelf)
    price_lists: Shelf[PriceList] = field(default_factory=Shelf)
    banners: list[dict[str, Any]] = field(default_factory=list)
    pictures: Pictures = field(default_factory=Pictures)
    installation: Installation = field(default_factory=Installation)
    quota: Quota = field(default_factory=Quota)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _counters: dict[str, Iterator[int]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.hash

    @property
    def context(self) -> str:
        """The store's name in OAuth, callbacks and webhooks."""
        return f"stores/{self.hash}"

    def next(self, kind: str, first: int = 1) -> int:
        """Give the next number of a kind; every store counts from the same first one."""
        return next(self._counters.setdefault(kind, itertools.count(first)))

    def users(self) -> list[User]:
        """List those who may open the app, the owner first."""
        return [self.owner, *self.staff]

    def user(self, number: int) -> User:
        """Find a user. Raises LookupError."""
        found = next((one for one in self.users() if one.number == number), None)
        if found is None:
            raise LookupError(f"no such user: {number}")
        return found

    def add_product(self, product: Product) -> None:
        """Put a product and its variants on the shelves."""
        self.products.put(product.number, product)
        for variant in product.variants:
            self.variants.put(variant.number, variant)
        for image in product.images:
            self.pictures.add(image.photo)

    def drop_product(self, product: Product) -> None:
        """Take a product off the shelves; orders keep their lines."""
        self.products.drop(product.number)
        for variant in product.variants:
            self.variants.drop(variant.number)

    def touch(self, product: Product, now: datetime) -> None:
        """Write down that a product has changed."""
        product.changed_at = now
        self.products.touch()
        self.variants.touch()
