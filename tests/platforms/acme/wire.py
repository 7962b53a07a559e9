"""What Acme answers and sends: the fields that we use, and no others."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

T = TypeVar("T")
Moment = Annotated[datetime, Meta(tz=True)]
Name = Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,40}\Z")]
# What goes into a header later.
Token = Annotated[str, Meta(pattern=r"\A[!-~]{1,512}\Z")]


class Quiet(msgspec.Struct):
    """A decoded value that no log, traceback or pretty printer can show."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class Given(Quiet):
    token: Token
    renewal: Token
    scopes: list[str]
    lasts_seconds: Annotated[int, Meta(gt=0, lt=10**9)]


class Told(Quiet):
    id: Annotated[str, Meta(max_length=128)]
    app: str
    shop: Name
    store: int
    topic: Annotated[str, Meta(max_length=64)]
    at: Moment
    ids: list[int] = []


class Store(Quiet):
    id: int
    name: str
    email: str
    host: str
    city: str
    country: str
    currency: str
    timezone: str
    changed: Moment


class Kind(Quiet):
    id: int
    title: str
    price: Decimal
    left: int


class Picture(Quiet):
    url: str


class Good(Quiet):
    id: int
    title: str
    slug: str
    live: bool
    made: Moment
    changed: Moment
    text: str = ""
    kinds: list[Kind] = []
    pictures: list[Picture] = []


class Line(Quiet):
    good: int | None
    kind: int | None
    count: int
    kept: int
    price: Decimal
    off: Decimal
    total: Decimal


class Order(Quiet):
    id: int
    made: Moment
    changed: Moment
    currency: str
    goods: Decimal
    off: Decimal
    tax: Decimal
    postage: Decimal
    total: Decimal
    back: Decimal
    lines: list[Line] = []


class Offer(Quiet):
    id: int
    title: str
    live: bool
    changed: Moment
    percent: Decimal | None = None


class Listing(Quiet, Generic[T]):
    items: list[T]
    total: int
    next: str | None = None
