"""Sealed rows: one table for every kind, because one sequence orders their changes for the feed.

A row is its own newest change: each write gives it the next number, so the table is the change
log, compacted.
A record that is gone leaves its row behind as a tombstone: no sealed bytes, a number.
"""

from typing import Any, ClassVar

from django.db import models

from connectors.models.stores import Store


class Row(models.Model):
    """One record, sealed under its fingerprint as name; `connectors.rows` is the only writer."""

    KIND: ClassVar[str] = ""

    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
    fingerprint = models.BinaryField(max_length=16)
    version_at = models.DateTimeField()
    # When the record is about, where a sweep needs it: a sale's own date.
    dated_at = models.DateTimeField(null=True)
    change = models.BigIntegerField()
    # Keyed hash of what is sealed: an unchanged record makes no change.
    digest = models.BinaryField(max_length=16, null=True)
    sealed = models.BinaryField(null=True)
    # Of a product, keyed: whether it could be bought. Tells nothing without the store's key.
    mark = models.BinaryField(max_length=16, null=True)
    # When a product could be bought again after it could not.
    restocked_at = models.DateTimeField(null=True)
    # The last full run that saw the record; what a full run did not see is gone.
    seen_run = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "epoch", "kind", "fingerprint"], name="one_row_per_record"
            ),
            models.UniqueConstraint(fields=["change"], name="one_row_per_change"),
        ]
        indexes = [
            # A store's records of one kind in the order of their changes: pages, brief, sweep.
            models.Index(fields=["store", "kind", "change"], name="row_by_store_kind"),
            # What is gone is few: all (by the constraint's index) less gone is counted without reading a row.
            models.Index(
                fields=["store", "epoch", "kind"], name="row_gone", condition=models.Q(sealed__isnull=True)
            ),
            # Sales that are over their time.
            models.Index(
                fields=["store", "epoch", "dated_at"],
                name="row_by_date",
                condition=models.Q(dated_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {bytes(self.fingerprint).hex()}"


class _OfKind(models.Manager[Any]):
    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(kind=self.model.KIND)


class StoreRow(Row):
    """A sealed `StoreInfo`."""

    KIND: ClassVar[str] = "store"
    objects: ClassVar[_OfKind] = _OfKind()

    class Meta:
        proxy = True


class ProductRow(Row):
    """A sealed `Product`."""

    KIND: ClassVar[str] = "product"
    objects: ClassVar[_OfKind] = _OfKind()

    class Meta:
        proxy = True


class SaleRow(Row):
    """A sealed `Sale`."""

    KIND: ClassVar[str] = "sale"
    objects: ClassVar[_OfKind] = _OfKind()

    class Meta:
        proxy = True


class OfferRow(Row):
    """A sealed `Offer`."""

    KIND: ClassVar[str] = "offer"
    objects: ClassVar[_OfKind] = _OfKind()

    class Meta:
        proxy = True


class Bar(models.Model):
    """A record that was redacted: the platform may still show it, and it must not come back.

    Found by the installation's own fingerprint and not by the store key's, so that it holds in every epoch.
    """

    store = models.ForeignKey(Store, models.CASCADE)
    fingerprint = models.BinaryField(max_length=16)
    barred_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "fingerprint"], name="one_bar_per_record"),
        ]

    def __str__(self) -> str:
        return f"bar {self.pk}"


class Sequence(models.Model):
    """Numbers that are given out in the order of their commits.

    A writer takes its numbers by updating this row and holds it until its transaction ends, so a reader who
    has seen number n never finds a lower one later. (A database sequence would hand out 7 before 6 commits.)
    """

    name = models.CharField(max_length=16, primary_key=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
