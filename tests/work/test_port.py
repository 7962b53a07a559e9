"""What the port takes and what it refuses, before any engine is asked."""

from datetime import datetime

import pytest

from connectors.work import Task, UnknownTask, Unqueueable, enqueue, periodic, task
from tests.work import cast
from tests.work.cast import CANARY

VALUES = [
    pytest.param(CANARY, id="an e-mail address"),
    pytest.param("Blue shoes", id="a title"),
    pytest.param("", id="nothing"),
    pytest.param("a" * 65, id="too long for an id"),
    pytest.param("line\n", id="a line"),
    pytest.param("é", id="not ASCII"),
    pytest.param(True, id="a flag"),
    pytest.param(1.5, id="a fraction"),
    pytest.param(None, id="None"),
    pytest.param({"id": 1}, id="a mapping"),
    pytest.param(["1"], id="a list"),
    pytest.param(b"1", id="bytes"),
    pytest.param(2**63, id="a number that no row has"),
]


@pytest.mark.parametrize("value", VALUES)
def test_only_ids_are_taken(value: object) -> None:
    with pytest.raises(Unqueueable) as refused:
        cast.note.enqueue(value)  # type: ignore[arg-type]
    assert str(refused.value) == "cast.note: argument 1 is not an id"


@pytest.mark.parametrize("key", ["", "two words", "k" * 129, CANARY])
@pytest.mark.parametrize("place", ["lock", "dedupe"])
def test_only_keys_are_taken(place: str, key: str) -> None:
    with pytest.raises(Unqueueable) as refused:
        cast.note.using(**{place: key}).enqueue(1)  # type: ignore[arg-type]
    assert str(refused.value) == f"cast.note: {place} is not a key"


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(UnknownTask, match=r"^no task is registered under cast\.nobody$"):
        enqueue("cast.nobody", 1)


def test_what_is_no_name_is_not_repeated() -> None:
    with pytest.raises(UnknownTask) as refused:
        enqueue(CANARY)
    assert CANARY not in str(refused.value)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(Unqueueable, match="no time zone"):
        cast.note.using(run_after=datetime(2026, 1, 1)).enqueue(1)  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("priority", [-101, 101])
def test_a_priority_out_of_bounds_is_refused(priority: int) -> None:
    with pytest.raises(Unqueueable, match="priority"):
        cast.note.using(priority=priority).enqueue(1)


@pytest.mark.parametrize("name", ["", "Upper", "two words", "1st", "x" * 65])
def test_a_task_has_a_plain_name(name: str) -> None:
    with pytest.raises(Unqueueable, match="name"):
        task(name=name)(print)


@pytest.mark.parametrize("register", [task(name="cast.note"), periodic("cast.note", every_seconds=1)])
def test_a_name_is_registered_once(register: object) -> None:
    assert callable(register)
    with pytest.raises(Unqueueable, match="registered twice"):
        register(print)


def test_using_leaves_the_task_as_it_was() -> None:
    other = cast.note.using(priority=7, lock="a", dedupe="b")
    assert isinstance(other, Task)
    assert (cast.note.priority, cast.note.lock, cast.note.dedupe) == (0, None, None)
    assert other.name == cast.note.name
