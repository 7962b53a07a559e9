"""Keys of the feed, how often they read, and which of them hold copies of what they read."""

from django.db import models

from connectors.models.stores import Store


class FeedKey(models.Model):
    """A key of the feed: for one purpose, for all stores or some, hashed at rest, shown once."""

    name = models.CharField(max_length=64)
    purpose = models.CharField(max_length=16)
    # False: for `stores` alone, also when none of them is left.
    all_stores = models.BooleanField(default=True)
    stores = models.ManyToManyField(Store, related_name="+")
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


class FeedCopy(models.Model):
    """That a key was handed records of a store in an epoch, so that its holder has copies of them.

    An erasure waits until each says that its copies are gone. It holds a store's reference, not a link: the
    erasure must find it whatever became of the store's row.
    """

    key = models.ForeignKey(FeedKey, models.PROTECT)
    store_ref = models.CharField(max_length=24)
    epoch = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # "key": over the feed; "operator": by hand, for a holder that cannot say it any more.
    confirmed_by = models.CharField(max_length=8, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "store_ref", "epoch"], name="one_copy_per_key"),
        ]
        indexes = [
            # What an erasure waits for.
            models.Index(fields=["store_ref", "epoch"], name="copy_by_store"),
        ]

    def __str__(self) -> str:
        return f"copies of {self.store_ref} at key {self.key_id}"
