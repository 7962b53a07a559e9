"""The store hash: what BigCommerce calls a store, and the only part of an address that comes from outside."""

import re
from typing import Final

from connectors.errors import Malformed

_CONTEXT: Final = re.compile(r"stores/([a-z0-9]{1,64})")


def store_hash(context: object) -> str:
    """Return the hash that `stores/{hash}` names; raises Malformed for anything else."""
    found = _CONTEXT.fullmatch(context) if isinstance(context, str) else None
    if found is None:
        raise Malformed("not the name of a store")
    return found[1]
