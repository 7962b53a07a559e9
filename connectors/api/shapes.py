"""What the feed answers of rows, as JSON schemas. A record's is made of the policy's leaves and cannot drift.

A field that does not serve the purpose of a key is absent, so none is required that does not serve them all.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from connectors.api.schema import (
    MOMENT,
    MONEY,
    TEXT,
    WHOLE,
    YES_OR_NO,
    Shape,
    component,
    fields,
    listed,
    or_null,
    reference,
)
from connectors.entries import OPEN, PAUSED
from connectors.models import StoreState
from connectors.platforms import PLATFORMS
from connectors.policy.clauses import Purpose
from connectors.policy.leaves import Field, fields_of
from connectors.policy.records import KINDS

_PLAIN: Final[dict[type, Shape]] = {
    str: TEXT,
    int: {"type": "integer"},
    bool: YES_OR_NO,
    Decimal: MONEY,
    datetime: MOMENT,
}


def record(kind: Any) -> Shape:
    """Return the shape of a record type, and of those within it, each under its own name."""
    known = fields_of(kind)
    shape = {
        "type": "object",
        "properties": {field.name: _described(field) for field in known},
        "required": [field.name for field in known if all(map(field.serves, Purpose))],
    }
    return component(kind.__name__, shape)


def cut_for(kind: Any, purpose: Purpose) -> dict[str, Shape]:
    """Return the fields that `policy.leaves.cut` leaves of a record for a purpose: each is always there."""
    return {field.name: _plain(field) for field in fields_of(kind) if field.serves(purpose)}


def _plain(field: Field) -> Shape:
    shape = record(field.inner) if field.nested else _PLAIN[field.inner]
    if field.many:
        return listed(shape)
    return or_null(shape) if field.optional else shape


def _described(field: Field) -> Shape:
    shape = _plain(field)
    purposes = [purpose.key for purpose in Purpose if field.serves(purpose)]
    if len(purposes) == len(Purpose):
        return shape
    return shape | {"description": f"For keys of {', '.join(purposes)}; absent for others."}


def _entry(kind: str) -> Shape:
    return component(
        f"{kind.capitalize()}Change",
        fields(
            _PLACE
            | {"kind": {"const": kind}, "id": ID, "gone": {"const": False}, "record": record(KINDS[kind])}
        ),
    )


ID: Final[Shape] = {
    "type": "string",
    "pattern": "^[0-9a-f]{32}$",
    "description": "A keyed hash of the platform's id, the same as long as the store is installed.",
}
EPOCH: Final[Shape] = {
    "type": "integer",
    "minimum": 1,
    "description": "Counted up at every install of the store.",
}
CHANGE: Final[Shape] = WHOLE | {"description": "The number of the change, unique over all stores."}
STORE: Final = reference("st")
ERASURE: Final = reference("er")
_PLACE: Final[dict[str, Shape]] = {"change": CHANGE, "store": STORE, "epoch": EPOCH, "at": MOMENT}

TOMBSTONE: Final = component(
    "Tombstone",
    fields(_PLACE | {"kind": {"enum": list(KINDS)}, "id": ID, "gone": {"const": True}})
    | {"description": "The record is no more: delete it."},
)
STORE_GONE: Final = component(
    "StoreGone",
    fields(
        _PLACE | {"kind": {"const": "all"}, "gone": {"const": True}},
        erasure=ERASURE
        | {"description": "The erasure to confirm with erasures/{erasure}/confirm once nothing is left."},
    )
    | {"description": "Everything of the store, of this epoch and those before, is no more: delete it."},
)
UNREADABLE: Final = component(
    "Unreadable",
    fields(
        _PLACE
        | {"kind": {"enum": list(KINDS)}, "id": ID, "gone": {"const": False}, "unreadable": {"const": True}}
    )
    | {"description": "The record is there and does not open: keep what you have, and tell us."},
)
_ENTRIES: Final = [_entry(kind) for kind in KINDS]
CHANGES: Final = component(
    "Changes",
    fields(
        {
            "changes": listed({"oneOf": [*_ENTRIES, TOMBSTONE, STORE_GONE, UNREADABLE]}),
            "next": WHOLE | {"description": "Where to go on: `after` of the next request."},
            "more": YES_OR_NO | {"description": "Whether to go on at once."},
        }
    ),
)
PRODUCTS: Final = component(
    "Products",
    fields(
        {
            "products": listed({"oneOf": [_ENTRIES[list(KINDS).index("product")], TOMBSTONE, UNREADABLE]}),
            "next": WHOLE,
            "more": YES_OR_NO,
        }
    ),
)
STORE_ENTRY: Final = component(
    "Store",
    fields(
        {
            "store": STORE,
            "platform": {"enum": sorted(PLATFORMS)},
            "state": {"enum": [*OPEN, PAUSED, StoreState.QUARANTINED]},
            "epoch": EPOCH,
            "installed_at": or_null(MOMENT),
        },
        change=CHANGE,
        record=record(KINDS["store"]),
        unreadable={"const": True},
    )
    | {"description": "`change` and `record` are absent until the store was read, and in quarantine."},
)
STORES: Final = component(
    "Stores",
    fields({"stores": listed(STORE_ENTRY), "next": or_null(STORE), "more": YES_OR_NO}),
)
