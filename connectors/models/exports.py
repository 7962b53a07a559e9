"""A merchant's export: everything that is held of a store, in one file, sealed under the store's key."""

import base64
import secrets

from django.db import models

from connectors.models.stores import Store


class ExportState(models.TextChoices):
    """How far an export is."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


def new_export_ref() -> str:
    """Return a fresh opaque reference of an export: `ex_` and 80 random bits."""
    return "ex_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


class Export(models.Model):
    """One export of one store."""

    ref = models.CharField(max_length=24, unique=True, default=new_export_ref)
    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.WAITING)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    # When it is removed, downloaded or not.
    expires_at = models.DateTimeField()
    # Records written so far, and how many there were when it began.
    written = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    # Names this writing in what is sealed: parts of two tries cannot be mixed.
    attempt = models.CharField(max_length=32, blank=True, default="")
    # Why it failed: a class name.
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "epoch"],
                condition=models.Q(state__in=["waiting", "making"]),
                name="one_open_export_per_store",
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class ExportPart(models.Model):
    """A sealed piece of an export's file."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts")
    attempt = models.CharField(max_length=32)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["export", "attempt", "number"], name="one_export_part_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"part {self.number}"
