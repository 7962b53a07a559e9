"""The app's instance, the site's properties, its locations, and which catalog its store has."""

from typing import Any

from connectors.sandbox.wix import permissions
from connectors.sandbox.wix.api.door import Ask, Body, door
from connectors.sandbox.wix.api.paging import Page, by_offset, checked, checked_offset
from connectors.sandbox.wix.asking import Column, Table
from connectors.sandbox.wix.bodies import business
from connectors.sandbox.wix.refusals import invalid

LOCATIONS = Table(
    "locations",
    {
        "id": Column(lambda one: one.id, sortable=False),
        "name": Column(lambda one: one.name, sortable=False),
        "default": Column(lambda one: one.default, sortable=False, kind=bool),
        "archived": Column(lambda one: one.archived, sortable=False, kind=bool),
    },
    lambda one: (not one.default, one.id),
)


@door(permissions.INSTANCE)
def instance(ask: Ask) -> Body:
    """Tell what the app is on this site."""
    return business.instance(ask.wix.app, ask.site)


@door(permissions.SITE)
def properties(ask: Ask) -> Body:
    """Tell the site's properties, or only those of the mask, which is written in one of two ways."""
    wish = ask.call.request.args
    paths = [
        path for text in (*wish.getlist("fields.paths"), *wish.getlist("fields")) for path in text.split(",")
    ]
    ask.call.entry.fields = sorted(f"properties.{path}" for path in paths)
    whole = business.properties(ask.site)
    for path in paths:
        if path.partition(".")[0] not in whole:
            raise invalid("fields.paths", "names no field", "OTHER")
    told = {name: value for path in paths for name, value in _picked(whole, path).items()} if paths else whole
    return {"version": str(ask.site.properties.version), "properties": told}


def _picked(whole: Body, path: str) -> Body:
    name, _, rest = path.partition(".")
    value: Any = whole[name]
    return {name: _picked(value, rest) if rest and isinstance(value, dict) else value}


@door(permissions.PLACES)
def locations(ask: Ask) -> Body:
    """List the locations; archived ones only when asked for."""
    wish = ask.call.request.args
    archived = wish.get("includeArchived") == "true"
    held = [place for place in ask.site.places if archived or not place.archived]
    offset = checked_offset(wish.get("paging.offset"))
    limit = checked(wish.get("paging.limit"), "paging.limit", 1000, 50)
    return _answer(ask, Page(held[offset : offset + limit], offset, len(held)))


@door(permissions.PLACES)
def query_locations(ask: Ask) -> Body:
    """Find locations."""
    query = ask.body.get("query") or {}
    return _answer(ask, by_offset(ask, LOCATIONS, lambda: ask.site.places, query, 1000, 50))


def _answer(ask: Ask, page: Page) -> Body:
    told = [business.location(ask.site, place) for place in page.things]
    return {"locations": told, "pagingMetadata": page.offsets}


@door(permissions.VERSION)
def version(ask: Ask) -> Body:
    """Tell which catalog the store has, if there is one."""
    return {"catalogVersion": ask.site.catalog}
