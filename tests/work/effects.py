"""What the jobs of the tests have done, in a table that every worker can see."""

import time

from django.db import connection

_CREATE = {
    "sqlite": "CREATE TABLE IF NOT EXISTS work_effects (id integer PRIMARY KEY AUTOINCREMENT, word text)",
    "postgresql": "CREATE TABLE IF NOT EXISTS work_effects (id bigserial PRIMARY KEY, word text)",
}


def create() -> None:
    """Make the table, empty."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE[connection.vendor])
        cursor.execute("DELETE FROM work_effects")


def write(word: str) -> None:
    """Leave a word, in the transaction of the caller."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO work_effects (word) VALUES (%s)", [word])


def words() -> list[str]:
    """Return every word, in the order of writing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM work_effects ORDER BY id")
        return [word for (word,) in cursor.fetchall()]


def count(word: str) -> int:
    """Return how often a word was left."""
    return words().count(word)


def wait_for(word: str, times: int = 1, *, seconds: float = 300.0) -> None:
    """Wait until a word has been left so often."""
    deadline = time.monotonic() + seconds
    while count(word) < times:
        assert time.monotonic() < deadline, f"{word} was not seen {times} times in {seconds} s: {words()}"
        time.sleep(0.05)
