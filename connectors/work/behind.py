"""What is done right behind a commit, by whoever committed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps

from django.db import transaction

_waiting: ContextVar[list[Callable[[], None]] | None] = ContextVar("waiting", default=None)


def behind(call: Callable[[], None]) -> None:
    """Have a call made once this transaction is committed, however often that is asked for in it.

    It may be lost with its process: something periodic must come after it.
    """

    @wraps(call)
    def made() -> None:
        waiting = _waiting.get()
        if waiting is None:
            call()
        elif call not in waiting:
            waiting.append(call)

    # One that is there is of this transaction: what undoes it undoes what is asked for now, too.
    asked_for = (getattr(each[1], "__wrapped__", None) for each in transaction.get_connection().run_on_commit)
    if not any(each is call for each in asked_for):
        transaction.on_commit(made, robust=True)


@contextmanager
def put_off() -> Iterator[None]:
    """Make what follows the commits within the block at its end, each call once.

    For what must not wait for it. Not within a transaction: it would follow that one's commit.
    """
    waiting: list[Callable[[], None]] = []
    before = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(before)
        for call in waiting:
            behind(call)
