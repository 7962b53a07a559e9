"""Creatomate: `modifications` set properties of a template's elements, such as `Product-1-Title.text`.

https://creatomate.com/docs/api/reference/modifications. Only what an element can show is there: a
modification that matches no element is a warning in the answer.
"""

import re
from typing import Any, Final

from connectors.adapters.flat import Values

_PICTURE: Final = re.compile(r"product_[0-9]+_picture_[0-9]+")
_TEXT: Final = re.compile(
    r"brand_(?:name|domain)|call_to_action_(?:text|url)|offer_[0-9]+_(?:title|text|ends)"
    r"|product_[0-9]+_(?:title|text|vendor|badge|price|compare_at_price|percent)"
)


def request(values: Values) -> dict[str, Any]:
    """Return what stands beside `template_id` in the body of POST /v2/renders."""
    modifications: dict[str, str | int] = {}
    for key, value in values.items():
        if _PICTURE.fullmatch(key):
            modifications[f"{_element(key)}.source"] = value
        elif _TEXT.fullmatch(key):
            modifications[f"{_element(key)}.text"] = value
    return {"modifications": modifications}


def _element(key: str) -> str:
    """Return the name of an element as Creatomate's own templates write them: `Product-1-Title`."""
    return "-".join(word.capitalize() for word in key.split("_"))
