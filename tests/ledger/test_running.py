"""Web processes and a worker that ran already when an older database was put back under them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import call_command
from django.utils import timezone

from connectors import annals, audit, configured, copies, erase, feedkeys, proving, replay, work
from connectors.models import Duty, FeedCopy, Receipt, Row, Store, StoreState
from connectors.replay import standing
from connectors.scopes import scope_of
from tests import cast
from tests.journeys.backups import Backup
from tests.verbs.holders import leave
from tests.work.conftest import database_url, stop_periods

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]
#: Far beyond what a machine takes that does other work too.
PATIENCE_SECONDS = 120.0
#: What an answer is believed for, and a breath.
SECONDS = standing._LATELY_SECONDS + 0.5


def wait_until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.1)


@contextmanager
def running(
    settings: Any, *words: str, listener: socket.socket | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a process of ours on the database, the keys and the ledger of this test."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "MINTA_KEYSTORE": str(settings.KEYSTORE_PATH),
        "MINTA_LEDGER": str(settings.LEDGER_PATH),
        "DJANGO_SETTINGS_MODULE": "minta.settings",
    }
    child = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        pass_fds=[listener.fileno()] if listener else [],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def webs(settings: Any) -> Iterator[list[Callable[[str, str], int]]]:
    """Two web processes; each is asked by itself, with a key of the feed, and answers a status."""
    with ExitStack() as beside:
        asks = []
        for _ in range(2):
            listener = beside.enter_context(socket.create_server(("127.0.0.1", 0)))
            command = (
                "-m",
                "gunicorn",
                "minta.wsgi",
                "--bind",
                f"fd://{listener.fileno()}",
                "--workers",
                "1",
            )
            beside.enter_context(running(settings, *command, listener=listener))
            asks.append(_asking(listener.getsockname()[1]))
        yield asks


def _asking(port: int) -> Callable[[str, str], int]:
    def ask(path: str, token: str) -> int:
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Authorization": f"Bearer {token}"}
            return session.get(
                f"http://127.0.0.1:{port}{path}", headers=headers, timeout=PATIENCE_SECONDS
            ).status_code

    return ask


def test_all_refuse_within_seconds_fork_nothing_and_serve_again_without_a_restart(
    webs: list[Callable[[str, str], int]], settings: Any, tmp_path: Path
) -> None:
    stop_periods()
    gone, key = cast.store()
    here, its_key = cast.store("here.myshopify.com")
    for store, known in ((gone, key), (here, its_key)):
        cast.keep(store, known, cast.store_info(), cast.product())
    token = feedkeys.make("reader", "videos").token
    spent = feedkeys.make("revoked", "videos").token
    annals.flush()
    backup = Backup(tmp_path)
    leave(gone)
    feedkeys.revoke("revoked", timezone.now())
    work.engine().drain()
    written = list(Receipt.objects.values_list("number", "body"))
    assert len(written) == 1
    for ask in webs:
        assert ask("/feed/v1/stores", token) == 200
        assert ask("/feed/v1/stores", spent) == 401

    with running(settings, "manage.py", "work", "--threads", "1") as worker:
        wait_until(lambda: work.engine().standing().waiting == 0)
        backup.put_back()
        put_back_at = time.monotonic()
        # What is still believed may write for a moment: that it hands records out is noted in the old one.
        while time.monotonic() < put_back_at + SECONDS:
            for ask in webs:
                assert ask("/feed/v1/changes?after=0", token) in (200, 500, 503)  # 500: its connection went
        for ask in webs:
            assert [ask("/feed/v1/changes?after=0", token) for _ in range(3)] == [503] * 3
            assert ask("/feed/v1/stores", spent) == 503
            assert ask("/healthz", "") == 200
        _, complaint = worker.communicate(timeout=PATIENCE_SECONDS)
        assert worker.returncode != 0
        assert "older than the ledger" in complaint
    assert configured.ledger().verify() == configured.ledger().last().told.number  # type: ignore[union-attr]
    assert configured.keystore().state(here.ref, 1) == "live"

    standing.look_anew()
    call_command("erasures", "replay")
    for ask in webs:
        assert ask("/feed/v1/stores", token) == 200
        assert ask("/feed/v1/stores", spent) == 401
    work.engine().drain()
    assert Store.objects.get(ref=gone.ref).state != StoreState.ACTIVE
    assert not replay.needed()
    for copy in FeedCopy.objects.filter(store_ref=gone.ref, confirmed_at=None):
        duty = Duty.objects.filter(store_ref=gone.ref, kind=Duty.ERASE_STORE, state__in=Duty.OWED).latest(
            "pk"
        )
        copies.confirm(scope_of(copy.key), duty.ref, timezone.now())
    erase.tend(timezone.now())
    work.engine().drain()
    assert Store.objects.get(ref=gone.ref).state == StoreState.ERASED
    assert not Row.objects.filter(store__ref=gone.ref).exclude(kind="gone").exists()
    assert Receipt.objects.get(number=1).body == written[0][1]
    causes = Receipt.objects.filter(duty__kind=Duty.ERASE_STORE).order_by("number")
    assert list(causes.values_list("duty__cause", flat=True)) == ["redact", "restored"]
    assert proving.prove().waiting == 0
    assert audit.verify().lost == 1
