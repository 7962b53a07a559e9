"""A brief for renderers that fill a template: the same facts as one flat map, in the words of each renderer.

flat         key -> value, the same keys whatever the store has
shotstack    `merge` of a template's render
creatomate   `modifications` of a template's render
json2video   `variables` of a movie

Pure: a brief comes in as `connectors.brief` shapes it. docs/brief-for-renderers.md has an example of each.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from connectors.adapters import creatomate, flat, json2video, shotstack
from connectors.errors import Malformed

Shape = dict[str, Any]

#: Who a brief can be written for -> what makes the body that goes to them.
RENDERERS: Final[Mapping[str, Callable[[flat.Values], Shape]]] = {
    "flat": dict,
    "shotstack": shotstack.request,
    "creatomate": creatomate.request,
    "json2video": json2video.request,
}
_KEPT: Final = ("store", "epoch", "made_at", "refused", "findings", "lineage")


def write(brief: Shape, renderer: str, format_name: str, slots: int) -> Shape:
    """Return a brief for a renderer: `request` is what it takes, the rest is for who sends it.

    `slots` is how many products its template has room for. Raises Malformed for a renderer or a format that
    there is none of.
    """
    if renderer not in RENDERERS:
        raise Malformed(f"A brief is written for {', '.join(RENDERERS)}")
    hint = next((each for each in brief["formats"] if each["format"] == format_name), None)
    if hint is None:
        raise Malformed(f"A format is one of {', '.join(each['format'] for each in brief['formats'])}")
    body = RENDERERS[renderer](flat.values(brief, hint, slots))
    return {"as": renderer, "request": body, **{name: brief[name] for name in _KEPT}}


__all__ = ["RENDERERS", "write"]
