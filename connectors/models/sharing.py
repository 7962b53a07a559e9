"""What a merchant has agreed to, and which processor holds something of a store."""

from django.db import models

from connectors.models.stores import Store


class Consent(models.Model):
    """A merchant's word that a processor may be given what the register allows for it, until withdrawn."""

    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    # A key of `connectors.processors.PROCESSORS`.
    processor = models.CharField(max_length=16)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "epoch", "processor"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_consent_per_processor",
            ),
        ]

    def __str__(self) -> str:
        return f"consent to {self.processor}"


class Share(models.Model):
    """That a processor holds something of a store in an epoch, written down before anything is sent.

    An erasure must find it there when store, key and records are gone: it holds references alone.
    """

    store_ref = models.CharField(max_length=24)
    epoch = models.PositiveIntegerField()
    processor = models.CharField(max_length=16)
    # The processor's own id of what it holds; empty until it was told, and not needed to find it.
    remote_id = models.CharField(max_length=120, blank=True, default="")
    # Keyed hash of where it lies: bucket, org, workspace, audience. It is looked for nowhere else.
    place = models.CharField(max_length=16, blank=True, default="")
    # Keyed hash of what was sent last: the same is not sent again.
    digest = models.BinaryField(max_length=16, null=True)
    first_at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True)
    # Since when a call is out whose end is not known: until it must have ended, no look is the last one.
    sending_at = models.DateTimeField(null=True)
    # How often in a row it failed, and why the last attempt did: class names and codes.
    failures = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True, default="")
    # When the processor was seen to hold nothing any more.
    absent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store_ref", "epoch", "processor"], name="one_share_per_processor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_ref} at {self.processor}"
