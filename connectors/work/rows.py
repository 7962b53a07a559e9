"""The ledger's rows: jobs, and the last tick of each periodic task."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class State(models.TextChoices):
    """Where a job stands."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(models.Model):
    """One piece of background work: ids, times, counts and a lease; never a merchant's value."""

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=64)
    args = models.JSONField(default=list)
    lock_key = models.CharField(max_length=128, null=True)  # NULL stays out of the unique constraint
    dedupe_key = models.CharField(max_length=128, null=True)
    priority = models.SmallIntegerField(default=0)
    run_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    attempts = models.PositiveIntegerField(default=0)  # failed runs in a row
    losses = models.PositiveIntegerField(default=0)  # workers that died of it, or during it, in a row
    max_attempts = models.PositiveIntegerField()
    lease_until = models.DateTimeField(null=True)
    lease_no = models.PositiveBigIntegerField(default=0)  # counts every claim: the fencing number
    worker = models.CharField(max_length=128, default="")
    last_error = models.CharField(max_length=300, default="")
    created = models.DateTimeField()
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        app_label = "connectors"
        indexes: ClassVar[list[models.Index]] = [
            # The next job that is due: leases.claim().
            models.Index(
                F("priority").desc(), "run_at", "id", name="job_ready", condition=Q(state=State.READY)
            ),
            # Jobs whose worker died: leases.claim().
            models.Index(fields=["lease_until"], name="job_lease", condition=Q(state=State.RUNNING)),
            # Done jobs past their keeping time: leases.prune().
            models.Index(fields=["finished"], name="job_done", condition=Q(state=State.DONE)),
            # What an operator must see: Ledger.dead().
            models.Index(fields=["finished"], name="job_dead", condition=Q(state=State.DEAD)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["lock_key"], name="job_one_running_per_lock", condition=Q(state=State.RUNNING)
            ),
            models.UniqueConstraint(
                fields=["dedupe_key"], name="job_one_ready_per_dedupe", condition=Q(state=State.READY)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"


class Tick(models.Model):
    """The last period for which a periodic task was queued, counted from 1970."""

    name = models.CharField(max_length=64, primary_key=True)
    last = models.BigIntegerField()

    class Meta:
        app_label = "connectors"

    def __str__(self) -> str:
        return f"{self.name} at {self.last}"
