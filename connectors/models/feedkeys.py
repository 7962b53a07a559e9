"""Keys of the feed, and how often they read."""

from django.db import models

from connectors.models.stores import Store


class FeedKey(models.Model):
    """A key of the feed: for one purpose, hashed at rest, shown once."""

    name = models.CharField(max_length=64)
    purpose = models.CharField(max_length=16)
    # SHA-256 of 32 random bytes: nothing to guess, so no slow hash.
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.purpose})"


class FeedRead(models.Model):
    """How many records of a store were read for a purpose on a day."""

    store = models.ForeignKey(Store, models.CASCADE)
    purpose = models.CharField(max_length=16)
    day = models.DateField()
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "purpose", "day"], name="one_count_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.day}"
