"""What is done right behind a commit, by whoever committed."""

from collections.abc import Callable

from django.db import transaction


def behind(call: Callable[[], None]) -> None:
    """Have a call made once this transaction is committed, however often that is asked for in it.

    It may be lost with its process: something periodic must come after it.
    """
    # One that is there is of this transaction: what undoes it undoes what is asked for now, too.
    if not any(each[1] is call for each in transaction.get_connection().run_on_commit):
        transaction.on_commit(call, robust=True)
