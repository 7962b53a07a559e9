"""Who writes at the door goes one by one on SQLite, and holds nobody up that holds the database."""

import fcntl
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors import turns
from connectors.turns import turn


class Connection(SimpleNamespace):
    """A connection, as far as a turn looks at it."""

    def __init__(self, name: str, vendor: str = "sqlite", *, in_atomic_block: bool = False) -> None:
        super().__init__(settings_dict={"NAME": name}, vendor=vendor, in_atomic_block=in_atomic_block)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a database in a folder of its own."""
    name = str(tmp_path / "minta.sqlite3")
    monkeypatch.setattr(turns, "connection", Connection(name))
    return name


def is_free(database: str) -> bool:
    with Path(f"{database}-turn").open("ab") as queue:
        try:
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def fail_in_turn(database: str) -> None:
    with turn():
        assert not is_free(database)
        raise KeyError


def test_one_holds_the_turn_and_gives_it_back_whatever_happens(database: str) -> None:
    with pytest.raises(KeyError):
        fail_in_turn(database)
    assert is_free(database)


def test_the_next_waits_for_its_turn(database: str) -> None:
    order: list[str] = []
    came = threading.Event()

    def second() -> None:
        came.set()
        with turn():
            order.append("second")

    thread = threading.Thread(target=second)
    with turn():
        thread.start()
        assert came.wait(60)
        order.append("first")
    thread.join(60)
    assert order == ["first", "second"]


def test_who_is_in_a_transaction_waits_for_nobody(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(f"{database}-turn").open("ab") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        monkeypatch.setattr(turns, "connection", Connection(database, in_atomic_block=True))
        with turn():
            assert not is_free(database)


def test_postgresql_has_no_queue(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "connection", Connection(database, "postgresql"))
    with turn():
        assert not Path(f"{database}-turn").exists()


@pytest.mark.parametrize("name", [":memory:", "file:memory?mode=memory"])
def test_a_database_that_is_no_file_has_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(turns, "connection", Connection(name))
    with turn():
        pass
