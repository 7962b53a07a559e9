"""Shotstack: `merge` replaces placeholders such as {{ PRODUCT_1_TITLE }} in a template.

https://github.com/shotstack/oas-api-definition, TemplateRender and MergeField; upper case with underscores is
what https://shotstack.io/docs/guide/architecting-an-application/merging-data recommends.
"""

from typing import Any

from connectors.adapters.flat import Values


def request(values: Values) -> dict[str, Any]:
    """Return what stands beside the template's `id` in the body of POST templates/render."""
    return {"merge": [{"find": key.upper(), "replace": value} for key, value in values.items()]}
