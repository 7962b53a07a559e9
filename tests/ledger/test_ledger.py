"""The ledger's file: append-only, chained, durable, whoever writes and whenever they are killed."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.errors import Forked, LedgerAway
from connectors.ledger import Broken, Ledger, Told

ROOT = Path(__file__).parents[2]


def told(number: int, body: str = "{}") -> Told:
    return Told(number, "left", "st_one", 1, body)


def some(first: int, last: int) -> list[Told]:
    return [told(number) for number in range(first, last + 1)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "erasures.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Ledger:
    return Ledger(path)


def test_a_new_one_is_empty_and_only_its_owner_s(ledger: Ledger, path: Path) -> None:
    assert (ledger.last(), ledger.read(0, 10), ledger.verify()) == (None, [], 0)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_appended_is_read_in_order_by_whoever_opens_it(ledger: Ledger, path: Path) -> None:
    ledger.append(some(1, 5))
    ledger.append(some(6, 7))
    again = Ledger(path)
    assert [each.told for each in again.read(0, 100)] == some(1, 7)
    assert [each.told.number for each in again.read(2, 3)] == [3, 4, 5]
    last = again.last()
    assert last is not None
    assert (last.told.number, last.digest, again.verify()) == (7, told(7).digest, 7)


def test_what_is_there_already_is_not_written_twice(ledger: Ledger) -> None:
    ledger.append(some(1, 5))
    before = ledger.read(0, 10)
    ledger.append(some(1, 5))
    ledger.append(some(3, 6))
    assert ledger.read(0, 5) == before
    assert ledger.verify() == 6


def test_another_entry_under_a_number_is_refused_with_all_that_came_with_it(ledger: Ledger) -> None:
    ledger.append(some(1, 3))
    with pytest.raises(Forked, match="under 3"):
        ledger.append([told(3, '{"other":1}'), told(4)])
    with pytest.raises(Forked, match="under 5"):
        ledger.append([told(4), told(5), told(5, '{"other":1}')])
    assert ledger.verify() == 3


def test_a_number_that_is_left_out_is_refused(ledger: Ledger) -> None:
    ledger.append(some(1, 3))
    with pytest.raises(Broken, match="ends at 4: 6 does not follow"):
        ledger.append([told(4), told(6)])
    assert ledger.verify() == 3


@pytest.mark.parametrize("statement", ["UPDATE entries SET body = '{}'", "DELETE FROM entries"])
def test_sqlite_itself_refuses_to_change_what_is_written(ledger: Ledger, path: Path, statement: str) -> None:
    ledger.append(some(1, 2))
    with sqlite3.connect(path) as rows, pytest.raises(sqlite3.IntegrityError, match="append only"):
        rows.execute(statement)
    rows.close()
    assert ledger.verify() == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET body = 'x' WHERE number = 3",
        "UPDATE entries SET epoch = 2 WHERE number = 3",
        "UPDATE entries SET digest = 'x' WHERE number = 3",
        "UPDATE entries SET chained = 'x' WHERE number = 3",
        "UPDATE entries SET previous = 'x' WHERE number = 3",
        "DELETE FROM entries WHERE number = 3",
        "UPDATE entries SET number = 30 WHERE number = 3",
    ],
)
def test_who_changes_the_file_is_seen(ledger: Ledger, path: Path, change: str) -> None:
    ledger.append(some(1, 5))
    with sqlite3.connect(path) as rows:
        rows.execute("DROP TRIGGER no_change")
        rows.execute("DROP TRIGGER no_removal")
        rows.execute(change)
    rows.close()
    with pytest.raises(Broken, match="broken at 3"):
        ledger.verify()


def test_a_file_that_cannot_be_reached_is_worth_another_try_and_names_no_content(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "erasures.sqlite3", tmp_path):
        with pytest.raises(LedgerAway) as raised:
            Ledger(place).append([told(1, '{"hush":1}')])
        assert raised.value.retry
        assert "hush" not in str(raised.value)


def test_a_file_that_is_no_ledger_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(LedgerAway):
        Ledger(path).append(some(1, 1))
    assert path.read_bytes() == b"something else entirely" * 100


def test_many_who_carry_the_same_make_one_chain(path: Path) -> None:
    def carry(seed: int) -> None:
        ledger, disorder = Ledger(path), random.Random(seed)
        for last in range(1, 41):
            ledger.append(
                some(max(1, last - disorder.randrange(5)), last) if ledger.find(last - 1) else some(1, last)
            )

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(carry, range(6)))
    assert Ledger(path).verify() == 40


FOREVER = """
import itertools, sys
from pathlib import Path
from connectors.ledger import Ledger, Told
ledger = Ledger(Path(sys.argv[1]))
last = ledger.last()
for number in itertools.count(last.told.number + 1 if last else 1, 3):
    ledger.append([Told(each, "left", "st_one", 1, "{}") for each in range(number, number + 3)])
    print(number + 2, flush=True)
"""


def test_a_kill_at_any_moment_loses_no_entry_that_was_taken_and_halves_none(path: Path) -> None:
    moments = random.Random(20261123)
    taken = 0
    for _ in range(6):
        command = [sys.executable, "-c", FOREVER, str(path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            taken = int(worker.stdout.readline())
            time.sleep(moments.uniform(0.005, 0.06))
            os.kill(worker.pid, signal.SIGKILL)
            whole, _, _ = worker.stdout.read().rpartition("\n")
            taken = int(whole.splitlines()[-1]) if whole else taken
        count = Ledger(path).verify()
        assert count >= taken
        assert count % 3 == 0
    assert taken > 18
