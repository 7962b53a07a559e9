"""The inbox: deliveries that were verified, written and committed before they were acknowledged."""

from django.db import models

from connectors.models.stores import Store


class DeliveryState(models.TextChoices):
    """What became of a delivery."""

    WAITING = "waiting"
    DONE = "done"
    IGNORED = "ignored"  # of an older install, or nothing to do
    FAILED = "failed"  # cannot be applied; `reason` says why


class Delivery(models.Model):
    """One verified delivery. The body is never kept: only the event it means, sealed until it is applied."""

    platform = models.CharField(max_length=16)
    # Keyed hash of the platform's id of the delivery: the same one again changes nothing.
    fingerprint = models.BinaryField(max_length=16)
    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    topic = models.CharField(max_length=64)
    kind = models.CharField(max_length=24)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    # What could not be applied is tried again at this time; others go on meanwhile.
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True, default="")
    sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "fingerprint"], name="one_delivery_once"),
        ]
        indexes = [
            # What a store's drain still has to apply, what is due first.
            models.Index(
                fields=["store", "due_at"],
                name="delivery_waiting",
                condition=models.Q(state="waiting"),
            ),
            # Old ids are forgotten by age.
            models.Index(fields=["received_at"], name="delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.topic}"
