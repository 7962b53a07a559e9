"""What each webhook scope means, and the little that is read of its body.

A body holds ids alone, and what it names is read again at the platform. Scopes that are not here mean nothing
to us. `HOOKS` are those that every store is asked for.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from msgspec import field

from connectors.errors import Malformed
from connectors.platforms.base import EventKind
from connectors.platforms.bigcommerce.quiet import Quiet

# The same id comes as a number in one event and as text in another.
_Id: TypeAlias = int | str
_NUMBER: Final = re.compile(r"[0-9]{1,20}")


class _Owner(Quiet):
    product_id: _Id | None = None


class Subject(Quiet):
    """What an event names: each kind of event has its own way to."""

    id: _Id | None = None
    product_id: _Id | None = None
    order_id: _Id | None = None
    order: _Id | None = field(name="orderId", default=None)
    sku: _Owner | None = None
    inventory: _Owner | None = None
    affected: tuple[_Id, ...] = field(name="affected_product_ids", default=())


_Ids: TypeAlias = tuple[_Id | None, ...]
_Names: TypeAlias = Callable[[Subject], _Ids]


def _own(said: Subject) -> _Ids:
    return (said.id,)


def _product(said: Subject) -> _Ids:
    return (said.product_id,)


def _of_sku(said: Subject) -> _Ids:
    return (said.sku.product_id if said.sku else None,)


def _of_stock(said: Subject) -> _Ids:
    return (said.inventory.product_id if said.inventory else None,)


def _order(said: Subject) -> _Ids:
    return (said.order_id or said.order,)


def _affected(said: Subject) -> _Ids:
    return said.affected


class Meaning(NamedTuple):
    """What a scope means; `names` finds the ids, of an event that names something."""

    kind: EventKind
    names: _Names | None = None


NOTHING: Final = Meaning(EventKind.NOTHING)

# https://docs.bigcommerce.com/developer/docs: webhook events. A channel's id stands where `*` does, and some
# come with the `*` itself.
_MEANINGS: Final[tuple[tuple[str, Meaning], ...]] = (
    ("store/product/(created|updated)", Meaning(EventKind.PRODUCT_CHANGED, _own)),
    ("store/product/deleted", Meaning(EventKind.PRODUCT_GONE, _own)),
    ("store/product/inventory/(order/)?updated", Meaning(EventKind.PRODUCT_CHANGED, _own)),
    ("store/sku/(created|updated|deleted)", Meaning(EventKind.PRODUCT_CHANGED, _of_sku)),
    ("store/sku/inventory/(order/)?updated", Meaning(EventKind.PRODUCT_CHANGED, _of_stock)),
    ("store/option/updated", Meaning(EventKind.PRODUCT_CHANGED, _affected)),
    ("store/channel/[^/]+/inventory/product/[a-z_]+", Meaning(EventKind.PRODUCT_CHANGED, _product)),
    ("store/order/(created|updated|statusUpdated|refund/created)", Meaning(EventKind.SALE_CHANGED, _own)),
    ("store/order/archived", Meaning(EventKind.SALE_GONE, _own)),
    ("store/order/transaction/(created|updated)", Meaning(EventKind.SALE_CHANGED, _order)),
    ("store/shipment/(created|updated|deleted)", Meaning(EventKind.SALE_CHANGED, _order)),
    ("store/channel/[^/]+/order/(created|updated|statusUpdated)", Meaning(EventKind.SALE_CHANGED, _order)),
    ("store/information/updated", Meaning(EventKind.STORE_CHANGED)),
    ("store/channel/(created|updated)", Meaning(EventKind.STORE_CHANGED)),
    (
        "store/channel/[^/]+/settings/(site|profile|currency|locale|logo)/updated",
        Meaning(EventKind.STORE_CHANGED),
    ),
    ("store/inventory/location/(created|updated)", Meaning(EventKind.STORE_CHANGED)),
    ("store/app/uninstalled", Meaning(EventKind.UNINSTALLED)),
)
_PATTERNS: Final = tuple((re.compile(pattern), meaning) for pattern, meaning in _MEANINGS)

INFORMATION: Final = "store/information/updated"
#: No event tells of promotions, coupons, ways of payment, currencies and most pictures: those are polled.
HOOKS: Final = (
    "store/app/uninstalled",
    INFORMATION,
    "store/channel/updated",
    "store/inventory/location/updated",
    "store/product/created",
    "store/product/updated",
    "store/product/deleted",
    "store/product/inventory/updated",
    "store/product/inventory/order/updated",
    "store/sku/created",
    "store/sku/updated",
    "store/sku/deleted",
    "store/sku/inventory/updated",
    "store/sku/inventory/order/updated",
    "store/channel/*/inventory/product/stock_changed",
    "store/order/created",
    "store/order/updated",
    "store/order/archived",
    "store/order/statusUpdated",
    "store/order/refund/created",
)


def meaning(scope: str) -> Meaning:
    """Return what a scope means to us."""
    return next((found for pattern, found in _PATTERNS if pattern.fullmatch(scope)), NOTHING)


def ids(said: Subject, names: _Names) -> tuple[str, ...]:
    """Return the ids that an event names; raises Malformed when it names none, or what is no id."""
    found = tuple(str(each) for each in names(said) if each is not None)
    if not found or not all(_NUMBER.fullmatch(each) for each in found):
        raise Malformed("delivery: an id is missing or no id")
    return found
