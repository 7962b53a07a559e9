"""The worker as an operator starts it."""

import pytest
from django.core.management import CommandError, call_command

from connectors.work import Engine, enqueue
from connectors.work.rows import Tick
from tests.work import effects
from tests.work.cast import CANARY
from tests.work.conftest import PATIENCE_SECONDS, launch


def test_a_drain_does_all_that_is_due_and_says_so(work: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    enqueue("cast.chain", 3)
    enqueue("cast.refused")
    enqueue("cast.surprised")
    call_command("work", "--drain")
    printed, complained = capsys.readouterr()
    assert printed == "3 done, 1 to be tried again, 0 put off, 1 dead; 1 waiting, 1 dead in all\n"
    assert CANARY not in printed + complained


def test_a_strict_drain_fails_when_a_job_goes_dead(work: Engine) -> None:
    enqueue("cast.refused")
    with pytest.raises(CommandError, match="1 jobs went dead"):
        call_command("work", "--drain", "--strict")
    call_command("work", "--drain", "--strict")  # it is still dead, but that is old news
    assert effects.words() == ["refused"]


def test_a_drain_does_the_periodic_tasks_that_are_due(work: Engine, engine_name: str) -> None:
    Tick.objects.filter(name="cast.tick").delete()
    printed, complained = launch(engine_name, "--drain").communicate(timeout=PATIENCE_SECONDS)
    assert printed == "1 done, 0 to be tried again, 0 put off, 0 dead; 0 waiting, 0 dead in all\n"
    assert complained == ""
    assert effects.words() == ["tick"]


def test_a_worker_without_hands_is_refused() -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("work", "--threads", "0")
