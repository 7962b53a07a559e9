"""What the ledger of erasures must know, and the log of who touched a store.

Both outlive the store's values and hold none: references, epochs, states, times and keyed fingerprints.
"""

from django.db import models


class Annal(models.Model):
    """One entry for the ledger, written in the transaction of the fact, and carried there behind its commit.

    It gets its number after the commit, and the number is committed before the ledger sees it: so the ledger
    is never ahead of its database, but where an older database was put back. (A number given out in the
    fact's own transaction would be one more lock, in another order wherever facts meet.)
    """

    number = models.BigIntegerField(null=True, unique=True)
    kind = models.CharField(max_length=16)
    store_ref = models.CharField(max_length=24)
    epoch = models.PositiveIntegerField()
    # Canonical JSON: what a database from before it must be told.
    body = models.TextField()
    # Of number and entry, from when it is numbered.
    digest = models.CharField(max_length=64, blank=True, default="")
    # When it was seen in the ledger.
    kept_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # What has yet to be carried to the ledger, among all that ever was.
            models.Index(fields=["id"], name="annal_waiting", condition=models.Q(kept_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"annal {self.pk}"


class AuditEntry(models.Model):
    """Who did what to a store, or ("") to the installation; chained by hash behind its commit."""

    store_ref = models.CharField(max_length=24)
    # In the one log of the installation; none until it is chained.
    number = models.BigIntegerField(null=True, unique=True)
    at = models.DateTimeField()
    # platform, merchant, operator NAME, clock, key NAME, processor NAME
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=40)
    # Canonical JSON of names, references and counts.
    detail = models.TextField(default="{}")
    previous = models.CharField(max_length=64, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [
            # The log of a store, and what is still to be chained.
            models.Index(fields=["store_ref", "number"], name="audit_by_store"),
            models.Index(fields=["id"], name="audit_waiting", condition=models.Q(number__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"audit {self.pk}"
