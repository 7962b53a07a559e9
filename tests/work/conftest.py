"""The two engines, and workers in processes of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from procrastinate.schema import SchemaManager
from pytest_django import DjangoDbBlocker, Settings

from connectors.work.port import Engine, engine, periods
from connectors.work.rows import Job, Tick
from tests.work import cast, effects

ROOT = Path(__file__).resolve().parents[2]
TASK = cast.note  # the tests' tasks are known, whichever test comes first
POSTGRES = connection.vendor == "postgresql"
ENGINES = ["ledger", "procrastinate"] if POSTGRES else ["ledger"]
needs_postgres = pytest.mark.skipif(not POSTGRES, reason="needs PostgreSQL: set DATABASE_URL")
#: Far beyond what it takes: it ends what hangs, and nothing that is slow.
PATIENCE_SECONDS = 300.0
#: Of the workers that a test starts, freezes or kills.
LEASE_SECONDS = 4
TABLES = ("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs")


def prepare(engine_name: str) -> None:
    """Empty what the engine and the tests write, and make it where it is not there."""
    effects.create()
    Job.objects.all().delete()
    stop_periods()
    if engine_name == "procrastinate":
        with connection.cursor() as cursor:
            if "procrastinate_jobs" not in connection.introspection.table_names(cursor):
                cursor.execute(SchemaManager.get_schema())
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours


def stop_periods() -> None:
    """Let every periodic task have had its turn; those of the tests come when a test lets them."""
    Tick.objects.bulk_create(
        [Tick(name=name, last=10**12) for name in sorted({*periods(), "cast.tick"})],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["last"],
    )


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Name each engine that the database carries."""
    return str(request.param)


@pytest.fixture
def work(engine_name: str, transactional_db: None, settings: Settings) -> Engine:
    """Return an engine with nothing to do."""
    settings.WORK_ENGINE = engine_name
    prepare(engine_name)
    return engine()


def launch(
    engine_name: str, *arguments: str, grace_seconds: float = 20.0, lease_seconds: int = 30
) -> subprocess.Popen[str]:
    """Start the command, with the tests' tasks, on the tests' database."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "MINTA_WORK_ENGINE": engine_name,
        "MINTA_WORK_LEASE_SECONDS": str(lease_seconds),
        "MINTA_WORK_HEARTBEAT_SECONDS": "1",
        "TEST_GRACE_SECONDS": str(grace_seconds),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.work.worker", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Worker:
    """A worker in a process of its own."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self.running = running
        self.told, self.told_all = "", False

    def wait_until_ready(self) -> "Worker":
        """Wait for its first line."""
        assert self.running.stdout is not None
        assert self.running.stdout.readline().startswith("working")
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Tell it to stop, and wait until it has understood."""
        assert self.running.stdout is not None
        self.send(number)
        assert self.running.stdout.readline().startswith("stopping")

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.running.send_signal(number)

    def end(self) -> int:
        """Wait for its end, and return the exit status."""
        if not self.told_all:
            self.told = self.running.communicate(timeout=PATIENCE_SECONDS)[1]
            self.told_all = True
        return self.running.returncode

    def kill(self) -> None:
        """End it at once, wherever it is."""
        self.running.kill()
        self.end()


def database_url() -> str:
    """Return the address of the test database."""
    described = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{described['NAME']}"
    user, secret = quote(described["USER"]), quote(described["PASSWORD"] or "")
    return f"postgres://{user}:{secret}@{described['HOST']}:{described['PORT'] or 5432}/{described['NAME']}"


@pytest.fixture
def start(work: Engine, engine_name: str) -> Iterator[Callable[..., Worker]]:
    """Return a function that starts one more worker; none outlives the test."""
    workers: list[Worker] = []

    def begin(grace_seconds: float = 20.0, lease_seconds: int = LEASE_SECONDS) -> Worker:
        started = launch(
            engine_name, "--threads", "1", grace_seconds=grace_seconds, lease_seconds=lease_seconds
        )
        workers.append(Worker(started))
        return workers[-1].wait_until_ready()

    yield begin
    for worker in workers:
        worker.kill()


@pytest.fixture(scope="module", params=ENGINES)
def crew(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Keep four workers of two threads at work for the whole module, and name their engine."""
    with django_db_blocker.unblock():
        prepare(request.param)
    workers = [Worker(launch(request.param, "--threads", "2")) for _ in range(4)]
    try:
        for worker in workers:
            worker.wait_until_ready()
        yield str(request.param)
        for worker in workers:
            worker.send(signal.SIGTERM)
        assert [worker.end() for worker in workers] == [0, 0, 0, 0]
    finally:
        for worker in workers:
            worker.kill()
