"""JSON2Video: `variables` fill {{product_1_title}} in a movie or a template.

https://json2video.com/docs/v2/api-reference/mastering/variables; names are letters, digits and underscores,
and begin with a letter: https://json2video.com/docs/v2/tutorials/10-variables.
"""

from typing import Any

from connectors.adapters.flat import Values


def request(values: Values) -> dict[str, Any]:
    """Return what stands beside `template` in the body of POST /v2/movies."""
    return {"variables": dict(values)}
