"""The counts as Prometheus text. Labels are platforms, kinds, topics and states: never a store.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from connectors import configured, copies, duties
from connectors.errors import MintaError
from connectors.models import Delivery, Notice, Run, Store
from connectors.push import endpoints
from connectors.sharing import tending
from connectors.work import Standing, engine


def text() -> str:
    """Return every count, each with what it means."""
    return "".join(_lines())


def _lines() -> Iterator[str]:
    yield from _grouped("minta_stores", "Stores", Store.objects.all(), "platform", "state")
    yield from _grouped(
        "minta_deliveries", "Remembered deliveries", Delivery.objects.all(), "platform", "topic", "state"
    )
    yield from _grouped("minta_runs", "Sync runs", Run.objects.all(), "kind", "state")
    yield from _duties(timezone.now())
    yield from _gauge("minta_copies_awaited", "Copies whose end erasures wait for, by their key", _copies())
    yield from _gauge("minta_shares", "What processors hold of stores, and what they held", _shares())
    yield from _gauge("minta_keys", "Keys of stores, as they stand; those sealed anew are also live", _keys())
    yield from _gauge("minta_endpoints", "Endpoints that are told what happens", _endpoints())
    yield from _grouped("minta_notices", "Remembered notices", Notice.objects.all(), "event", "state")
    yield from _gauge("minta_jobs", "Background jobs; due ones are also waiting", _jobs())


def _duties(now: datetime) -> Iterator[str]:
    standings = duties.standings(now)
    told = [({"kind": kind, "standing": standing}, count) for kind, standing, count in standings]
    yield from _gauge("minta_duties", "Duties to erase or to answer, as they stand", told)
    late = sum(count for _, standing, count in standings if standing == duties.OVERDUE)
    yield from _gauge("minta_duties_overdue", "Duties past their deadline", [({}, late)])
    left = [({"kind": kind}, hours) for kind, hours in duties.hours_left(now)]
    yield from _gauge("minta_duties_hours_left", "Hours to the first deadline of a kind that is owed", left)


def _copies() -> list[tuple[Mapping[str, str], int]]:
    waiting = copies.waiting()
    dead = waiting.filter(key__revoked_at__isnull=False).count()
    return [({"key": "living"}, waiting.count() - dead), ({"key": "revoked"}, dead)]


def _shares() -> list[tuple[Mapping[str, str], int]]:
    counts = sorted(tending.counted().items())
    return [({"processor": name, "state": state}, count) for (name, state), count in counts]


def _keys() -> list[tuple[Mapping[str, str], int]]:
    try:
        status = configured.keystore().status()
    except (MintaError, OSError):
        return []  # no count is better than a wrong one, or none of all the others
    states = ("live", "quarantined", "destroyed", "unreadable", "resealing", "waiting")
    return [({"state": state}, getattr(status, state)) for state in states]


def _endpoints() -> list[tuple[Mapping[str, str], int]]:
    return [({"state": state}, count) for state, count in endpoints.standing().items()]


def _jobs() -> list[tuple[Mapping[str, str], int]]:
    counts = zip(fields(Standing), astuple(engine().standing()), strict=True)
    return [({"state": field.name}, count) for field, count in counts]


def _grouped(name: str, meaning: str, rows: QuerySet[Any], *labels: str) -> Iterator[str]:
    groups = rows.order_by().values(*labels).annotate(n=Count("pk"))
    samples = [({each: str(group[each]) for each in labels}, group["n"]) for group in groups]
    yield from _gauge(name, meaning, sorted(samples, key=lambda sample: tuple(sample[0].values())))


def _gauge(name: str, meaning: str, samples: list[Any]) -> Iterator[str]:
    yield f"# HELP {name} {meaning}.\n# TYPE {name} gauge\n"
    for labels, count in samples:
        inner = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items())
        yield f"{name}{{{inner}}} {count}\n" if inner else f"{name} {count}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
