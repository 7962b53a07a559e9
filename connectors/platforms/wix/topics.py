"""What an event's body says: which event it is in our words, and about which thing.

Two families. Older events are flat, have no id of their own, no time and no order. Domain events name their
entity the same way; of the entity itself nothing is read but the product of a stock item and the state of an
installation.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from connectors.errors import Malformed
from connectors.platforms.base import EventKind
from connectors.platforms.wix.ids import is_id
from connectors.platforms.wix.wire.events import Body, Entity, Updated

T = TypeVar("T")

#: Those of an int64.
_SEQUENCE_DIGITS: Final = 19


def entity(body: Body) -> Entity:
    """Return what is there of the entity, wherever the event has it."""
    action = body.action_event
    acted = action and (action.body or _within(action.body_as_json, Updated))
    for part, name in (
        (body.created_event, "entity"),
        (body.updated_event, "current_entity"),
        (body.deleted_event, "deleted_entity"),
        (acted, "current_entity"),
    ):
        held = getattr(part, name, None) or _within(getattr(part, f"{name}_as_json", None), Entity)
        if held is not None:
            return held
    return Entity()


def _within(text: str | None, shape: type[T]) -> T | None:
    """Return what a text of JSON holds: some declarations have the entity so."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=shape)
    except (ValueError, RecursionError):
        raise Malformed("delivery: the entity cannot be read") from None


def sequence(body: Body) -> int:
    """Return the order among the events of one entity; 0 where there is none."""
    said = str(body.entity_event_sequence or "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _SEQUENCE_DIGITS else 0


#: What an event is, and the ids that it is about.
Meaning = tuple[EventKind, tuple[str, ...]]
_NOTHING: Final[Meaning] = (EventKind.NOTHING, ())


def _about(kind: EventKind, *ids: str | None) -> Meaning:
    """Say what the first id that there is has met with."""
    for each in ids:
        if each is not None:
            if not is_id(each):
                raise Malformed("delivery: an id is no id")
            return kind, (each,)
    raise Malformed("delivery: the id of what it is about is missing")


def _stock(body: Body) -> Meaning:
    """A stock item is read with its product; where the event does not name that, it is asked for."""
    product_id = entity(body).product_id
    if product_id is not None:
        return _about(EventKind.PRODUCT_CHANGED, product_id)
    return _about(EventKind.STOCK_CHANGED, body.entity_id)


def _installation(body: Body) -> Meaning:
    is_over = entity(body).status == "UNINSTALLED"
    return (EventKind.UNINSTALLED if is_over else EventKind.NOTHING), ()


def _of_product(kind: EventKind) -> Callable[[Body], Meaning]:
    return lambda body: _about(kind, body.product_id, body.external_id)


def _of_entity(kind: EventKind) -> Callable[[Body], Meaning]:
    return lambda body: _about(kind, body.entity_id)


def _plainly(kind: EventKind) -> Callable[[Body], Meaning]:
    return lambda _: (kind, ())


_V1: Final = "com.wix.ecommerce.catalog.api.v1."
_V1_STOCK: Final = "com.wix.ecommerce.inventory.api.v1."
_ORDER: Final = "wix.ecom.v1.order"
_PRODUCT: Final = "wix.stores.catalog.v3.product"
_STOCK: Final = "wix.stores.catalog.v3.inventory_item"
_RULE: Final = "wix.ecom.discounts.v1.discount_rule"
_INSTALLATION: Final = "wix.app.installations.v1.app_installation"

_READ: Final[Mapping[str, Callable[[Body], Meaning]]] = {
    "AppInstalled": _plainly(EventKind.INSTALLED),
    "AppRemoved": _plainly(EventKind.UNINSTALLED),
    # The site is gone, and with it all that could come back.
    f"{_INSTALLATION}_deleted": _plainly(EventKind.REDACT_STORE),
    f"{_INSTALLATION}_updated": _installation,
    "SitePropertiesUpdated": _plainly(EventKind.STORE_CHANGED),
    f"{_V1}ProductCreated": _of_product(EventKind.PRODUCT_CHANGED),
    f"{_V1}ProductChanged": _of_product(EventKind.PRODUCT_CHANGED),
    f"{_V1}VariantsChanged": _of_product(EventKind.PRODUCT_CHANGED),
    f"{_V1}ProductDeleted": _of_product(EventKind.PRODUCT_GONE),
    f"{_V1_STOCK}InventoryItemChanged": _of_product(EventKind.PRODUCT_CHANGED),
    f"{_V1_STOCK}InventoryVariantsChanged": _of_product(EventKind.PRODUCT_CHANGED),
    f"{_PRODUCT}_created": _of_entity(EventKind.PRODUCT_CHANGED),
    f"{_PRODUCT}_updated": _of_entity(EventKind.PRODUCT_CHANGED),
    f"{_PRODUCT}_deleted": _of_entity(EventKind.PRODUCT_GONE),
    f"{_RULE}_created": _of_entity(EventKind.OFFER_CHANGED),
    f"{_RULE}_updated": _of_entity(EventKind.OFFER_CHANGED),
    f"{_RULE}_deleted": _of_entity(EventKind.OFFER_GONE),
    **{
        f"{_STOCK}_{slug}": _stock
        for slug in ("created", "updated", "deleted", "stock_status_updated", "updated_with_reason")
    },
    # Not asked for in the dashboard: orders are searched. If they come, their id is all that is read.
    **{
        f"{_ORDER}_{slug}": _of_entity(EventKind.SALE_CHANGED)
        for slug in (
            "approved",
            "canceled",
            "committed",
            "created",
            "fulfilled",
            "imported",
            "payment_status_updated",
            "updated",
        )
    },
    f"{_ORDER}_imported_order_deleted": _of_entity(EventKind.SALE_GONE),
}

_REDACTED: Final[Mapping[str, EventKind]] = {
    _ORDER: EventKind.REDACT_SALES,
    _PRODUCT: EventKind.REDACT_PRODUCTS,
    _RULE: EventKind.REDACT_OFFERS,
}


def is_read(event_type: str) -> bool:
    """Tell whether the body of such an event is read at all."""
    return event_type in _READ or _redacted(event_type) is not None


def meaning(event_type: str, body: Body) -> Meaning:
    """Return what an event means; one that we do not know is NOTHING.

    An event that a privacy request has caused redacts the entity, whatever else has become of it: no older
    copy of it may stay (`triggeredByAnonymizeRequest`).
    """
    redacted = _redacted(event_type) if body.triggered_by_anonymize_request else None
    if redacted is not None:
        return _about(redacted, body.entity_id)
    read = _READ.get(event_type)
    return _NOTHING if read is None else read(body)


def _redacted(event_type: str) -> EventKind | None:
    return next((kind for fqdn, kind in _REDACTED.items() if event_type.startswith(f"{fqdn}_")), None)


def happened_at(body: Body, signed_at: datetime | None) -> datetime | None:
    """Return when it happened: as the event says, or else when it was signed."""
    return body.event_time or signed_at
