"""`/v3/inventory/...`: locations, and what lies where."""

from werkzeug import Response

from connectors.sandbox.bigcommerce.api.ask import Ask, Body, nothing_there, zulu
from connectors.sandbox.bigcommerce.api.listing import Column, kept, page, truth, variants_asked
from connectors.sandbox.bigcommerce.goods import Location, Variant

MOST_ITEMS = 1000
IN = frozenset({"in"})
LOCATIONS = {
    "location_id": Column(lambda one: one.number, int, IN),
    "location_code": Column(lambda one: one.code, str, IN),
    "is_default": Column(lambda one: one.number == 1, truth),
    "type_id": Column(lambda one: one.kind, str, IN),
    "managed_by_external_source": Column(lambda one: False, truth),
    "is_active": Column(lambda one: one.enabled, truth),
    "storefront_visibility": Column(lambda one: True, truth),
}
ITEMS = {
    "id": Column(lambda one: one.number, int, frozenset()),
    "sku": Column(lambda one: one.sku, str, IN),
    "variant_id": Column(lambda one: one.number, int, IN),
    "product_id": Column(lambda one: one.product.number, int, IN),
}
PLACES = frozenset({"location_id:in", "location_code:in"})
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


def locations(ask: Ask) -> Response:
    """Answer `GET /inventory/locations`."""
    return page(ask, kept(ask, ask.store.locations, LOCATIONS), _location)


def items(ask: Ask) -> Response:
    """Answer `GET /inventory/items`: each variant with all its locations; a page may hold 1000."""
    rows = variants_asked(ask, ITEMS, PLACES)
    places = [place for place in ask.store.locations if _wanted(ask, place)]
    return page(ask, rows, lambda row: _item(row, places), most=MOST_ITEMS)


def items_of_location(ask: Ask) -> Response:
    """Answer `GET /inventory/locations/{id}/items`."""
    places = [place for place in ask.store.locations if place.number == ask.numbers["location"]]
    if not places:
        raise nothing_there("v3")
    rows = variants_asked(ask, ITEMS, frozenset())
    return page(ask, rows, lambda row: _here(row, places[0]), most=MOST_ITEMS)


def _wanted(ask: Ask, place: Location) -> bool:
    numbers = ask.args.get("location_id:in", str(place.number)).split(",")
    codes = ask.args.get("location_code:in", place.code).split(",")
    return str(place.number) in numbers and place.code in codes


def _item(row: Variant, places: list[Location]) -> Body:
    where = [
        {
            "location_id": place.number, "location_code": place.code, "location_name": place.label,
            "location_enabled": place.enabled, **_level(row, place),
        }
        for place in places
    ]  # fmt: skip
    return {"identity": _identity(row), "locations": where}


def _here(row: Variant, place: Location) -> Body:
    identity = {name: value for name, value in _identity(row).items() if name != "sku_id"}
    return {"identity": identity, **_level(row, place)}


def _level(row: Variant, place: Location) -> Body:
    """Write what lies there; what may be sold is less than that by the safety stock."""
    stock = row.stock.get(place.number, 0)
    safety = 1 if stock > 5 else 0
    return {
        "available_to_sell": stock,
        "total_inventory_onhand": stock + safety,
        "settings": {
            "safety_stock": safety,
            "is_in_stock": stock > 0,
            "warning_level": 0,
            "bin_picking_number": "",
        },
    }


def _identity(row: Variant) -> Body:
    identity: Body = {"sku": row.sku, "variant_id": row.number, "product_id": row.product.number}
    return identity | ({"sku_id": row.sku_number} if row.sku_number else {})


def _location(row: Location) -> Body:
    return {
        "id": row.number, "code": row.code, "label": row.label, "description": "",
        "managed_by_external_source": False, "type_id": row.kind, "enabled": row.enabled,
        "operating_hours": {day: {"open": False, "opening": "08:00", "closing": "16:00"} for day in DAYS},
        "time_zone": "Europe/Berlin", "created_at": zulu(row.created_at), "updated_at": zulu(row.updated_at),
        "address": row.address, "storefront_visibility": True, "special_hours": [],
    }  # fmt: skip
