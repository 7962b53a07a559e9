"""What is done right behind a commit, and what is put off."""

import pytest
from django.db import transaction

from connectors import work

pytestmark = pytest.mark.django_db(transaction=True)


class Steps:
    """Two calls, and what was done in which order."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def first(self) -> None:
        self.done.append("first")

    def second(self) -> None:
        self.done.append("second")


@pytest.fixture
def steps() -> Steps:
    return Steps()


def test_a_call_is_made_once_behind_the_commit_however_often_it_is_asked_for(steps: Steps) -> None:
    call = steps.first
    with transaction.atomic():
        work.behind(call)
        work.behind(call)
        assert steps.done == []
    assert steps.done == ["first"]
    with transaction.atomic():
        work.behind(call)
    assert steps.done == ["first", "first"]


def test_what_is_put_off_is_made_once_behind_all_commits(steps: Steps) -> None:
    first, second = steps.first, steps.second
    with work.put_off():
        for call in (first, second, first):
            with transaction.atomic():
                work.behind(call)
        steps.done.append("what cannot wait")
    assert steps.done == ["what cannot wait", "first", "second"]
    with transaction.atomic():
        work.behind(first)
    assert steps.done[3:] == ["first"]


def test_what_was_put_off_is_made_where_the_block_fails(steps: Steps) -> None:
    def fail() -> None:
        with work.put_off():
            with transaction.atomic():
                work.behind(steps.first)
            raise ValueError("block")

    with pytest.raises(ValueError, match="block"):
        fail()
    assert steps.done == ["first"]


def test_what_was_undone_with_its_transaction_is_not_made_at_the_end_either(steps: Steps) -> None:
    def undone() -> None:
        with transaction.atomic():
            work.behind(steps.first)
            raise ValueError("undone")

    with work.put_off():
        with pytest.raises(ValueError, match="undone"):
            undone()
        with transaction.atomic():
            work.behind(steps.second)
    assert steps.done == ["second"]
