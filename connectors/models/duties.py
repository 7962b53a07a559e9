"""Duties: what must be erased or answered, who asked, by when; and the proofs that it was done.

A duty is written before anything is destroyed and holds a store's reference, not a link to its row.
"""

import base64
import secrets
from datetime import datetime
from typing import ClassVar

from django.db import models

from connectors.models.stores import Store


def new_duty_ref() -> str:
    """Return a fresh opaque reference of a duty: `er_` and 80 random bits."""
    return "er_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


class DutyState(models.TextChoices):
    """How far a duty is. That one is overdue is no state: it is late, and goes on (`Duty.standing`)."""

    ASKED = "asked"
    DOING = "doing"
    SENT = "sent"  # nothing is left with us; others have been asked and have not all confirmed
    CONFIRMED = "confirmed"  # they say that it is gone; nobody has looked yet
    VERIFIED = "verified"  # we have looked, and it is gone: the end of a duty at a processor
    DONE = "done"
    REFUSED = "refused"  # a law says that it must not be done; `reason` names it


class Duty(models.Model):
    """One duty. `due_at` is when it is carried out; `deadline_at` is when it would be late."""

    ERASE_STORE = "erase.store"
    ERASE_SALES = "erase.sales"
    ERASE_PRODUCTS = "erase.products"
    ERASE_OFFERS = "erase.offers"
    REPORT_SALES = "report.sales"
    # What a processor holds of a store in an epoch; `subject` names the processor.
    ERASE_COPY = "erase.copy"
    # A deletion that was asked for where nobody can prove who they are: it waits for the platform's login.
    IDENTIFY = "identify"
    # A grant that would end unused.
    REFRESH_GRANT = "refresh.grant"
    # What is held longer than the policy says; `subject` names the kind.
    RETAIN = "retain"
    # The states in which it is not at its end.
    OWED: ClassVar = (DutyState.ASKED, DutyState.DOING, DutyState.SENT, DutyState.CONFIRMED)

    # What the feed calls it.
    ref = models.CharField(max_length=24, unique=True, default=new_duty_ref)
    kind = models.CharField(max_length=16)
    # A processor's name, a kind of record, or nothing.
    subject = models.CharField(max_length=32, blank=True, default="")
    store_ref = models.CharField(max_length=24)
    platform = models.CharField(max_length=16)
    epoch = models.PositiveIntegerField()
    # uninstalled, reinstalled, clean, redact, customer, silent, restored, merchant, operator, withdrawn ...
    cause = models.CharField(max_length=24)
    # platform, merchant, operator, clock (ours)
    asked_by = models.CharField(max_length=16, blank=True, default="")
    # Which source the deadline is of: a key of `connectors.policy.deadlines`.
    law = models.CharField(max_length=24, blank=True, default="")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=DutyState, default=DutyState.ASKED)
    # Of a duty that others must answer: how often they were asked, when last, and what came of it.
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    # Why it is refused, or why the last attempt failed: classes, names, codes, laws; never a value.
    reason = models.CharField(max_length=200, blank=True, default="")
    # When an operator was told that it is about to be late.
    alarmed_at = models.DateTimeField(null=True)
    # When the store's key was destroyed: from then on nothing of it opens, whatever is left to remove.
    unreadable_at = models.DateTimeField(null=True)
    # When nothing of it was left with us; `done_at` is when nobody has copies any more either.
    emptied_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
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
            models.UniqueConstraint(
                fields=["store_ref", "epoch", "kind", "subject"],
                condition=models.Q(
                    kind__in=["erase.copy", "refresh.grant", "retain", "identify"],
                    state__in=["asked", "doing", "sent", "confirmed"],
                ),
                name="one_open_duty_per_subject",
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

    @property
    def owed(self) -> bool:
        """Whether it is not at its end."""
        return self.state in self.OWED

    def standing(self, now: datetime) -> str:
        """Return its state as people are told: `overdue` where it is owed and late."""
        return "overdue" if self.owed and self.deadline_at < now else str(self.state)


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
