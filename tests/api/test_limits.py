"""How often a key may ask: counted by key, over processes, and never by a write to the database."""

import errno
import json
import os
import re
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from connectors import feedkeys
from connectors.api import limits
from connectors.api.limits import TooOften
from connectors.errors import KeyStoreBusy
from connectors.vault import KeyStore
from tests import cast
from tests.api.conftest import Ask
from tests.api.test_bad_requests import refused
from tests.cast import store_info

ROOT = Path(__file__).parents[2]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Clock:
    """Give a test a clock, and buckets of its own that hold six requests, one more every ten seconds."""
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    settings.VAR_DIR, settings.FEED_PER_MINUTE = tmp_path, 6
    return clock


def taken(key_id: int, most: int = 1000) -> int:
    for number in range(most):
        try:
            limits.take(key_id)
        except TooOften:
            return number
    return most


def test_a_minutes_requests_are_there_at_once_and_no_more(clock: Clock) -> None:
    assert taken(1) == 6
    assert taken(1) == 0


def test_they_come_back_evenly(clock: Clock) -> None:
    taken(1)
    for _ in range(3):
        clock.now += 9
        assert taken(1) == 0
        clock.now += 1
        assert taken(1) == 1
    clock.now += 30
    assert taken(1) == 3
    clock.now += 86_400
    assert taken(1) == 6


@pytest.mark.parametrize("per_minute", [1, 7, 600, 90_000])
def test_any_number_is_kept(clock: Clock, settings: Any, per_minute: int) -> None:
    settings.FEED_PER_MINUTE = per_minute
    assert taken(1, 2 * per_minute) == per_minute
    clock.now += 60
    assert taken(1, 2 * per_minute) == per_minute


def test_who_is_refused_is_told_when_it_will_not_be(clock: Clock) -> None:
    taken(1)
    clock.now += 3
    with pytest.raises(TooOften) as refusal:
        limits.take(1)
    assert refusal.value.wait_seconds == pytest.approx(7)
    clock.now += refusal.value.wait_seconds
    limits.take(1)


def test_a_refused_request_costs_nothing(clock: Clock) -> None:
    taken(1)
    for _ in range(100):
        assert taken(1) == 0
    clock.now += 10
    assert taken(1) == 1


def test_keys_have_buckets_of_their_own(clock: Clock) -> None:
    taken(1)
    assert taken(2) == 6


def test_a_machine_that_started_anew_owes_nothing(clock: Clock) -> None:
    taken(1)
    clock.now = 5.0
    assert taken(1) == 6


def test_processes_share_the_buckets_of_a_machine(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.FEED_PER_MINUTE = tmp_path, 6
    program = (
        "import time\n"
        "from types import SimpleNamespace\n"
        "from pathlib import Path\n"
        "from connectors.api import limits\n"
        f"limits.settings = SimpleNamespace(VAR_DIR=Path({str(tmp_path)!r}), FEED_PER_MINUTE=6)\n"
        "[limits.take(1) for _ in range(4)]\n"
    )
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)
    left = taken(1)
    # One more comes back every ten seconds, on a machine that takes its time.
    assert 2 <= left <= 2 + (time.monotonic() - began) / 10


# The file ----------------------------------------------------------------------------------------------


def test_a_process_that_comes_later_takes_nothing_from_the_file(clock: Clock, tmp_path: Path) -> None:
    taken(1)
    limits._buckets.cache_clear()
    assert taken(1) == 0


@pytest.mark.parametrize("size_bytes", [1, 8, 100_000])
def test_a_file_of_another_size_is_made_to_fit_and_never_cut(
    clock: Clock, tmp_path: Path, size_bytes: int
) -> None:
    (tmp_path / limits.FILE).write_bytes(b"\xff" * size_bytes)
    assert taken(2) == 6
    # Who has it open as it was would be killed by a cut.
    assert (tmp_path / limits.FILE).stat().st_size == max(size_bytes, limits.BUCKETS * 8)


@pytest.mark.parametrize("held", [float("nan"), float("inf"), -float("inf"), 1e300, -1e300])
def test_rubbish_in_it_shuts_nobody_out(clock: Clock, tmp_path: Path, held: float) -> None:
    (tmp_path / limits.FILE).write_bytes(struct.pack("d", held) * limits.BUCKETS)
    assert taken(1) == 6


@pytest.mark.parametrize("ahead_seconds", [1, 30, 59, 61, 3600])
def test_a_clock_that_went_back_shuts_nobody_out(clock: Clock, ahead_seconds: int) -> None:
    taken(1)
    clock.now -= ahead_seconds
    assert taken(1) == 6


def no_folder(var: Path) -> Path:
    return var / "not" / "there"


def a_file_in_its_place(var: Path) -> Path:
    (var / "file").touch()
    return var / "file"


def a_folder_in_its_place(var: Path) -> Path:
    (var / limits.FILE).mkdir()
    return var


@pytest.mark.parametrize("spoilt", [a_file_in_its_place, a_folder_in_its_place])
def test_where_there_can_be_no_file_each_process_counts_alone_and_says_so(
    clock: Clock, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoilt: Any
) -> None:
    settings.VAR_DIR = spoilt(tmp_path)
    assert taken(1) == 6
    assert taken(1) == 0
    assert caplog.text.count("counted by each process alone") == 1


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def nearly_full(file: int, *_: object) -> int:
    return os.write(file, bytes(100))


@pytest.mark.parametrize("write", [full, nearly_full])
def test_where_the_disk_is_full_each_process_counts_alone(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, write: Any
) -> None:
    """A file that only says that it is so long would kill who writes to it, by SIGBUS."""
    monkeypatch.setattr(os, "pwrite", write)
    assert taken(1) == 6
    assert taken(1) == 0
    assert caplog.text.count("counted by each process alone") == 1


def test_a_folder_that_is_not_there_yet_is_made(clock: Clock, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = no_folder(tmp_path)
    assert taken(1) == 6
    assert (settings.VAR_DIR / limits.FILE).is_file()
    assert settings.VAR_DIR.stat().st_mode & 0o077 == 0


# Over HTTP ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_too_many_requests_are_429_in_our_shape_and_cost_the_database_no_write(
    ask: Ask, clock: Clock
) -> None:
    assert [ask("stores").status_code for _ in range(5)] == [200] * 5
    with CaptureQueriesContext(connection) as queries:
        assert ask("changes").status_code == 200
        response = ask("changes")
    refused(response, 429, "TooOften")
    assert response["Retry-After"] == "10"
    assert not [each["sql"] for each in queries if re.match("INSERT|UPDATE|DELETE", each["sql"])]
    assert ask("changes", "account").status_code == 200
    clock.now += 10
    assert ask("changes").status_code == 200


@pytest.mark.django_db
def test_one_that_waits_counts_once(ask: Ask, clock: Clock) -> None:
    assert ask("changes?wait=1").status_code == 200
    assert [ask("changes").status_code for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.django_db
def test_what_is_refused_otherwise_counts_too(ask: Ask, clock: Clock) -> None:
    statuses = [ask("changes?canary=1").status_code for _ in range(3)]
    statuses += [ask("nowhere").status_code for _ in range(3)]
    assert statuses == [400] * 3 + [404] * 3
    refused(ask("changes?canary=1"), 429, "TooOften")


@pytest.mark.django_db
def test_a_wrong_key_takes_nothing_from_a_right_one(ask: Ask, clock: Clock, client: Any) -> None:
    feedkeys.make("other", "videos")
    headers = {"Authorization": f"Bearer mfk_{'A' * 43}"}
    assert {client.get("/feed/v1/stores", headers=headers).status_code for _ in range(20)} == {401}
    assert [ask("stores").status_code for _ in range(7)] == [200] * 6 + [429]


@pytest.mark.django_db
def test_a_key_store_that_cannot_be_read_now_is_503(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    store, key = cast.store()
    cast.keep(store, key, store_info(name="Canary & Sons"))

    def busy(*_: object) -> None:
        raise KeyStoreBusy("of the canary")

    monkeypatch.setattr(KeyStore, "get", busy)
    response: HttpResponse = ask("changes")
    assert "canary" not in refused(response, 503, "Busy")
    assert int(response["Retry-After"]) >= 1
    monkeypatch.undo()
    assert len(json.loads(ask("changes").content)["changes"]) == 1
