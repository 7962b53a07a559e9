"""What is around every answer's data: its errors and what it cost.

Read leniently, unlike the data itself: a figure or a code that cannot be read is as if it were not there, and
takes nothing else with it. An error stays an error, whatever its shape.
"""

import math
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw, field
from msgspec.json import Decoder

from connectors.platforms.shopify.wire.answers import Wire

T = TypeVar("T")

_NULL: Final = Raw(b"null")
_NO_ERRORS: Final = frozenset({b"null", b"{}", b'""', b"false"})


class GraphError(Wire):
    """A GraphQL error without its message, which may repeat what we sent; `path` is the fields to it."""

    code: str | None = None
    path: tuple[str, ...] = ()


class Throttle(Wire):
    """The bucket of points, as far as it is told."""

    maximum_available: float | None
    currently_available: float | None
    restore_rate: float | None


class Cost(Wire):
    """What a query was asked for, and the bucket after it."""

    requested_query_cost: float | None
    throttle_status: Throttle | None


class Reply(Wire):
    """`data` stays raw until its errors are understood: a refused field may be null where none may."""

    answer: Raw = field(name="data", default=_NULL)
    faults: Raw = field(name="errors", default=_NULL)
    extensions: Raw = _NULL

    def errors(self) -> list[GraphError]:
        """Return the errors; what is there and is no list of them is one without a code."""
        listed = _read(_LIST, self.faults)
        if listed is None:
            return [] if bytes(self.faults) in _NO_ERRORS else [GraphError()]
        return [_error(each) for each in listed]

    def cost(self) -> Cost | None:
        """Return what is told of the cost."""
        extensions = _read(_EXTENSIONS, self.extensions)
        said = _read(_COST, extensions.cost) if extensions else None
        if said is None:
            return None
        return Cost(_figure(said.requested_query_cost), _throttle(said.throttle_status))


class _Extensions(Wire):
    cost: Raw = _NULL


class _Cost(Wire):
    requested_query_cost: Any = None
    throttle_status: Raw = _NULL


class _Throttle(Wire):
    maximum_available: Any = None
    currently_available: Any = None
    restore_rate: Any = None


class _Error(Wire):
    path: Any = None
    extensions: Raw = _NULL


class _Coded(Wire):
    code: Any = None


_LIST: Final = Decoder(list[Raw])
_ERROR: Final = Decoder(_Error)
_CODED: Final = Decoder(_Coded)
_EXTENSIONS: Final = Decoder(_Extensions)
_COST: Final = Decoder(_Cost)
_THROTTLE: Final = Decoder(_Throttle)


def _read(decoder: "Decoder[T]", raw: Raw) -> T | None:
    try:
        return decoder.decode(bytes(raw))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _error(raw: Raw) -> GraphError:
    said = _read(_ERROR, raw)
    if said is None:
        return GraphError()
    coded = _read(_CODED, said.extensions)
    code = coded.code if coded else None
    path = said.path if isinstance(said.path, list) else [said.path]
    return GraphError(
        code if isinstance(code, str) else None, tuple(each for each in path if isinstance(each, str))
    )


def _throttle(raw: Raw) -> Throttle | None:
    said = _read(_THROTTLE, raw)
    if said is None:
        return None
    return Throttle(
        _figure(said.maximum_available), _figure(said.currently_available), _figure(said.restore_rate)
    )


def _figure(said: Any) -> float | None:
    """Return a number, also one that is written as text; None for what is none."""
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        figure = float(said)
    except (ValueError, OverflowError):
        return None
    return figure if math.isfinite(figure) else None
