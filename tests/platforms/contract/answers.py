"""Answers changed in one place: what is looked at when one asks whether a field is kept."""

import copy
import re
from collections.abc import Iterator
from typing import Any

from tests.platforms.contract.specimens import CANARY

#: What platforms call people, their words and their machines. None of it is a field of the policy.
OF_PEOPLE = (
    "customer",
    "customer_id",
    "customerId",
    "buyer",
    "buyerInfo",
    "billing_address",
    "billingAddress",
    "billingInfo",
    "shipping_addresses",
    "shippingAddress",
    "shippingInfo",
    "recipientInfo",
    "contactId",
    "ip_address",
    "clientIp",
    "staff_notes",
    "staffMember",
    "customer_message",
    "buyerNote",
    "visitorId",
    "customAttributes",
    "cost_price",
    "x-canary",
)
#: Larger than any of it: what a merchant or a buyer might have written.
PLANT: Any = {"name": CANARY, "email": f"{CANARY}@buyer.example", "all": [{"street": CANARY}, CANARY]}

Path = tuple[str | int, ...]


def planted(body: Any, maps: frozenset[str] = frozenset()) -> Any:
    """Return a body with people in every object of it, but for `maps`, which hold anything by its name."""
    if isinstance(body, list):
        return [planted(each, maps) for each in body]
    if not isinstance(body, dict):
        return body
    kept = {
        name: value if name in maps and isinstance(value, dict) else planted(value, maps)
        for name, value in body.items()
    }
    return {**{name: PLANT for name in OF_PEOPLE if name not in kept}, **kept}


def leaves(body: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every plain value of a body with its place."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from leaves(value, (*path, name))
    elif isinstance(body, list):
        for at, value in enumerate(body):
            yield from leaves(value, (*path, at))
    else:
        yield path, body


def shape(path: Path) -> str:
    """Return a place without its numbers: `items[].price`."""
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


GONE: Any = object()


def changed(body: Any, path: Path, value: Any) -> Any:
    """Return a body with one value changed, or gone."""
    whole = copy.deepcopy(body)
    at = whole
    for step in path[:-1]:
        at = at[step]
    if value is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return whole


def others(value: Any) -> Iterator[Any]:
    """Yield values unlike this one that may stand in its place, then that it is gone, and that it is null."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 7
    elif isinstance(value, str):
        yield from _other_texts(value)
    else:
        yield from ("zq", 7, True)
    yield GONE
    if value is not None:
        yield None


def _other_texts(value: str) -> Iterator[str]:
    if ":" in value and _YEAR.search(value):
        yield _YEAR.sub("2024", value)
    elif _NUMBER.fullmatch(value):
        yield "7.07"
    if value[-1:].isdigit():
        yield value[:-1] + ("7" if value[-1] != "7" else "8")
    yield f"{value}zq"


_YEAR = re.compile(r"20[2-9][0-9]")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]+)?")

#: What no platform means and some have sent.
ODD: tuple[Any, ...] = (
    None,
    "",
    [],
    {},
    True,
    -1,
    0,
    10**30,
    1e308,
    "NaN",
    "-Infinity",
    "1e999999",
    "0",
    "\x00",
    "\ud800",
    CANARY,
    "A" * 70_000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "Mon, 31 Feb 2026 25:00:00 +0000",
    "https://[::1",
    [CANARY],
    {"a": CANARY},
)
