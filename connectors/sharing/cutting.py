"""Cutting: a record down to the leaves that a processor is given, by their names in the register.

Only the leaves that are named are touched, so that what is not named cannot go.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from connectors.policy.records import StoreInfo
from connectors.policy.sharing import Given
from connectors.vault import StoreKey

#: Under which kind a store's key seals what goes to a processor that may not read it.
KIND: Final = "share"
_encode = msgspec.msgpack.Encoder(decimal_format="string", order="sorted").encode


def cut(record: StoreInfo, given: Given) -> dict[str, Any]:
    """Return leaf -> value; a leaf without a value is there as None, so that it is cleared where it goes."""
    return {name: _at(record, tuple(name.split(".")[1:])) for name in given.leaves}


def _at(value: Any, path: tuple[str, ...]) -> Any:
    """Return the value at a path, a list of them below `[]`; None below what is not there."""
    if not path or value is None:
        return value
    step, rest = path[0], path[1:]
    if step.endswith("[]"):
        return [_at(each, rest) for each in getattr(value, step[:-2])]
    return _at(getattr(value, step), rest)


def digest(key: StoreKey, leaves: Mapping[str, Any]) -> bytes:
    """Return the keyed hash by which the same is not sent again."""
    return key.digest(_encode(leaves))


def sealed(key: StoreKey, processor: str, leaves: Mapping[str, Any]) -> dict[str, bytes]:
    """Return what goes to a processor that may keep the leaves and not read them: `{"sealed": bytes}`."""
    return {"sealed": key.seal(KIND, processor, _encode(leaves))}
