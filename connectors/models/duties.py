"""Duties: what must be erased or answered, who asked, by when; and the proofs that it was done.

A duty is written before anything is destroyed and holds a store's reference, not a link to its row.
"""

import base64
import secrets
from typing import ClassVar

from django.db import models

from connectors.models.stores import Store


def new_duty_ref() -> str:
    """Return a fresh opaque reference of a duty: `er_` and 80 random bits."""
    return "er_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


class DutyState(models.TextChoices):
    """How far a duty is."""

    ASKED = "asked"
    DOING = "doing"
    SENT = "sent"  # nothing is left with us; others have been asked and have not all confirmed
    DONE = "done"


class Duty(models.Model):
    """One duty. `due_at` is when it is carried out; `deadline_at` is when it would be late."""

    ERASE_STORE = "erase.store"
    ERASE_SALES = "erase.sales"
    ERASE_PRODUCTS = "erase.products"
    ERASE_OFFERS = "erase.offers"
    REPORT_SALES = "report.sales"
    # The states in which it is not at its end.
    OWED: ClassVar = (DutyState.ASKED, DutyState.DOING, DutyState.SENT)

    # What the feed calls it.
    ref = models.CharField(max_length=24, unique=True, default=new_duty_ref)
    kind = models.CharField(max_length=16)
    store_ref = models.CharField(max_length=24)
    platform = models.CharField(max_length=16)
    epoch = models.PositiveIntegerField()
    # uninstalled, reinstalled, redact, customer, silent, restored, merchant, operator
    cause = models.CharField(max_length=24)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=DutyState, default=DutyState.ASKED)
    # When nothing of it was left with us; `done_at` is when nobody has copies any more either.
    emptied_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    # What was removed, place by place: written in the transaction that removes it, so a kill loses no count.
    counts = models.JSONField(default=dict)
    # The public id of the destroyed store key, from the moment its destruction was begun.
    key_id = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store_ref", "epoch"],
                # One that is done says nothing against another: a database from before it may come back.
                condition=models.Q(kind="erase.store", state__in=["asked", "doing"]),
                name="one_open_erasure_per_epoch",
            ),
        ]
        indexes = [
            # What is due, and what is late.
            models.Index(fields=["state", "due_at"], name="duty_by_due"),
            # The erasures of a store: the feed names them, and who holds copies confirms them.
            models.Index(fields=["store_ref", "epoch"], name="duty_by_store"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.store_ref}"


class Receipt(models.Model):
    """Signed, chained proof of one erasure: the exact bytes that were signed, and the signature."""

    number = models.BigIntegerField(primary_key=True)
    duty = models.OneToOneField(Duty, models.PROTECT)
    store_ref = models.CharField(max_length=24)
    body = models.TextField()
    signature = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"receipt {self.number}"


class Report(models.Model):
    """The sealed answer to a customer's data request, for the store owner."""

    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    duty = models.OneToOneField(Duty, models.PROTECT)
    created_at = models.DateTimeField()
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"report {self.pk}"
