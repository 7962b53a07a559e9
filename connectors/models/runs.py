"""Sync runs: what was announced, parsed, kept and refused, and how far a killed one had come."""

from typing import ClassVar

from django.db import models

from connectors.models.stores import Store


class RunMode(models.TextChoices):
    """How much a run reads."""

    FULL = "full"  # everything the platform shows; what it did not show is gone
    SINCE = "since"  # what changed since the last run of the kind


class RunState(models.TextChoices):
    """How far a run is."""

    WAITING = "waiting"
    EXPORTING = "exporting"  # the platform is writing its export
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


class Run(models.Model):
    """One sync of one kind of one store. It counts as read only when its counts agree."""

    OPEN: ClassVar[tuple[str, ...]] = (RunState.WAITING, RunState.EXPORTING, RunState.READING)

    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
    mode = models.CharField(max_length=8, choices=RunMode)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    export_id = models.CharField(max_length=200, blank=True, default="")
    # Sealed: a platform's cursor holds the value that it stands at.
    cursor = models.BinaryField(null=True)
    polls = models.PositiveIntegerField(default=0)
    announced = models.PositiveBigIntegerField(null=True)
    parsed = models.PositiveBigIntegerField(default=0)
    kept = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    gone = models.PositiveBigIntegerField(default=0)
    # Why records were refused: reason (types and paths only) -> count.
    reasons = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            # Two runs of one kind would sweep each other's rows.
            models.UniqueConstraint(
                fields=["store", "epoch", "kind"],
                condition=models.Q(state__in=["waiting", "exporting", "reading"]),
                name="one_open_run_per_kind",
            ),
        ]
        indexes = [
            # The open ones, among all that are remembered.
            models.Index(fields=["state"], name="run_by_state"),
            # The newest finished run of a kind tells where the next one starts.
            models.Index(fields=["store", "epoch", "kind", "-started_at"], name="run_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.kind} run {self.pk}"
