"""What names an instance, a thing, and what may stand in an address.

Instances are GUIDs. Ids of things are kept as Wix writes them: most are GUIDs too, but not all.
"""

import re
from typing import Final

from connectors.errors import BadAnswer, Malformed

_GUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

#: What inventory calls the one variant of a product that has no options (Catalog V1).
ONLY_VARIANT: Final = "00000000-0000-0000-0000-000000000000"


def instance_id(claimed: object) -> str:
    """Return the id of an instance, in lower case; raises Malformed for anything else."""
    if isinstance(claimed, str) and _GUID.fullmatch(lower := claimed.lower()):
        return lower
    raise Malformed("not the id of an instance")


def is_id(claimed: object) -> bool:
    """Tell whether this can be the id of a thing, and stand in an address."""
    return isinstance(claimed, str) and _ID.fullmatch(claimed) is not None


def record_id(claimed: str | None, name: str) -> str:
    """Return the id of a thing in an answer; raises BadAnswer naming the field."""
    if claimed is None or not is_id(claimed):
        raise BadAnswer(f"{name} is missing or no id")
    return claimed


def asked_id(claimed: str) -> str:
    """Return an id to put into an address; raises Malformed when it is none of Wix's."""
    if not is_id(claimed):
        raise Malformed("not an id of Wix's")
    return claimed
