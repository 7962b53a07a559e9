"""The wire: what is decoded is closed, shows nothing, names nobody, and stands in the answers we test."""

import importlib
import pkgutil
import types
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
import pytest

from connectors.platforms.base import Platform
from tests.platforms.contract import answers, cast
from tests.platforms.contract.cast import Stage
from tests.platforms.contract.specimens import Specimens

#: Raw is cut out and decoded as another of these types, or dropped.
_PLAIN = (str, int, float, bool, Decimal, datetime, date, type(None), msgspec.Raw, msgspec.UnsetType)
_FOR_PEOPLE = {name.lower().replace("_", "") for name in answers.OF_PEOPLE} | {
    *("customers", "buyerid", "memberid", "useragent", "useremail", "shippingaddresses", "billingemail"),
}


def modules(platform: Platform) -> Iterator[types.ModuleType]:
    """Yield the modules of a platform's folder, its own tests excepted."""
    root = importlib.import_module(type(platform).__module__)
    yield root
    for found in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
        if ".test_" not in found.name and not found.name.endswith(".specimens"):
            yield importlib.import_module(found.name)


def structs(platform: Platform) -> list[type[msgspec.Struct]]:
    """Return every type that a platform decodes."""
    return [
        each
        for module in modules(platform)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__module__ == module.__name__
    ]


def closed(hint: Any) -> bool:
    """Tell whether a type holds only what is declared in it."""
    if hint is None or isinstance(hint, TypeVar):
        return True  # filled in by a type that is looked at itself
    origin, given = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return closed(given[0])
    if origin in (Union, types.UnionType, list, tuple, frozenset):
        return all(closed(each) for each in given if each is not ...)
    if origin is Literal:
        return True
    hint = origin or hint
    return isinstance(hint, type) and (hint in _PLAIN or issubclass(hint, msgspec.Struct | Enum))


def test_what_is_decoded_is_closed(specimens: Specimens, platform: Platform) -> None:
    """A mapping, or a field that takes anything, would hold what no clause allows."""
    found = {
        f"{each.__name__}.{field.name}"
        for each in structs(platform)
        for field in msgspec.structs.fields(each)
        if not closed(field.type)
    }
    assert found <= specimens.open_fields.keys()


def test_no_field_is_for_people(platform: Platform) -> None:
    for each in structs(platform):
        for field in msgspec.structs.fields(each):
            assert field.encode_name.lower().replace("_", "") not in _FOR_PEOPLE, (
                f"{each.__name__}.{field.name}"
            )


def test_what_is_decoded_shows_nothing(platform: Platform) -> None:
    """Counts and marks of our own may be seen."""
    assert structs(platform)
    for each in structs(platform):
        if all(field.type in (int, bool) for field in msgspec.structs.fields(each)):
            continue
        assert each.__repr__ is not msgspec.Struct.__repr__, each.__name__
        rich: Any = getattr(each, "__rich_repr__", None)
        assert rich is not getattr(msgspec.Struct, "__rich_repr__", None), each.__name__


def names(body: Any) -> Iterator[str]:
    if isinstance(body, dict):
        for name, value in body.items():
            yield name
            yield from names(value)
    elif isinstance(body, list):
        for each in body:
            yield from names(each)


def shown(specimens: Specimens) -> set[str]:
    """Return the names of all fields that stand in an answer."""

    def refresh(stage: Stage) -> None:
        stage.platform.refresh(stage.specimens.spent(), stage.credentials, datetime.now(UTC))

    with cast.staged(specimens) as stage:
        seen = [stage.see(doing) for doing in cast.everything(specimens).values()]
        seen.append(stage.see(refresh))
    return {name for each in seen for body in each.bodies for name in names(body)}


@pytest.mark.parametrize("name", cast.EVERY)
def test_every_field_that_is_declared_stands_in_an_answer_of_the_kit(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that `test_every_value_that_is_asked_for_is_kept_or_finds_the_way` has looked at it."""
    brought = cast.specimens_of(name)
    brought[0].unhurried(monkeypatch)
    there = set().union(*map(shown, brought))
    missing = {
        f"{each.__name__}.{field.encode_name}"
        for each in structs(cast.EVERY[name])
        if ".wire" in each.__module__ and each.__name__ not in brought[0].proved_elsewhere
        for field in msgspec.structs.fields(each)
        if field.encode_name not in there
    }
    assert missing == set()


@pytest.mark.parametrize("hint", [dict[str, str], Any, object, list[Any], str | dict[str, int]])
def test_an_open_type_would_be_found(hint: Any) -> None:
    assert not closed(hint)
