"""The engines' own tables, where a test must bring about what takes them long to meet."""

import json
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from connectors.work.rows import Job, State


def rename(engine_name: str, name: str) -> None:
    """Give every job another task's name."""
    if engine_name == "ledger":
        Job.objects.update(task=name)
    else:
        _execute("UPDATE procrastinate_jobs SET task_name = %s", name)


def seize(engine_name: str) -> None:
    """Let every job be one that another worker, alive and well, is running."""
    if engine_name == "ledger":
        Job.objects.update(state=State.RUNNING, lease_until=timezone.now() + timedelta(hours=1))
    else:
        _execute(
            "WITH worker AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = worker.id FROM worker"
        )


def lose(engine_name: str, *, losses: int) -> None:
    """Let every job be one whose worker has died, after that many others."""
    if engine_name == "ledger":
        Job.objects.update(state=State.RUNNING, lease_until=timezone.now(), losses=losses)
    else:
        told = json.dumps({"losses": losses})
        _execute("UPDATE procrastinate_jobs SET status = 'doing', args = args || %s::jsonb", told)


def heard(engine_name: str) -> datetime:
    """Return what the worker of the one running job puts forward for as long as it lives."""
    if engine_name == "ledger":
        lease_until = Job.objects.get(state=State.RUNNING).lease_until
        assert lease_until is not None
        return lease_until
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT worker.last_heartbeat FROM procrastinate_jobs AS job"
            " JOIN procrastinate_workers AS worker ON worker.id = job.worker_id WHERE job.status = 'doing'"
        )
        ((last_heartbeat,),) = cursor.fetchall()
        assert isinstance(last_heartbeat, datetime)
        return last_heartbeat


def end_connections() -> None:
    """Cut every connection to the test database but this one (PostgreSQL)."""
    _execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def _execute(query: str, *parameters: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
