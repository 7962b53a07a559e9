"""One installation of Minta on one merchant store, and what the platform gave us to call it."""

import base64
import secrets

from django.db import models

from connectors.errors import KeyTurned


class StoreState(models.TextChoices):
    """What may be done with a store."""

    INSTALLING = "installing"  # known, no grant yet
    ACTIVE = "active"
    REAUTH = "reauth"  # the grant is dead; the merchant must open the app again
    CLOSED = "closed"  # frozen or locked at the platform
    QUARANTINED = "quarantined"  # uninstalled; nothing opens until a reinstall or the erasure
    ERASED = "erased"


def new_ref() -> str:
    """Return a fresh opaque store reference: `st_` and 80 random bits."""
    return "st_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


class Store(models.Model):
    """One installation. The row stays after an erasure, without a value, so that late events find it dead."""

    ref = models.CharField(max_length=24, unique=True, default=new_ref)
    platform = models.CharField(max_length=16)
    # Keyed: finds the store by the platform's address of it without holding that address.
    fingerprint = models.BinaryField(max_length=16)
    # Keyed likewise, of the platform's number for the shop: known after the first read of the store.
    id_fingerprint = models.BinaryField(max_length=16, null=True)
    # Counted up at every install: a late event of an old install never touches a new one.
    epoch = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=16, choices=StoreState, default=StoreState.INSTALLING)
    # One install at a time: parallel first loads wait for the one that holds this lease.
    installing_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    installed_at = models.DateTimeField(null=True)
    # When the newest proof was made with which the app was opened, by the platform's clock: it makes none
    # for an app that is not installed.
    opened_at = models.DateTimeField(null=True)
    # When the platform last said that the app was gone, by its clock, or when we ended it without that word.
    # The erasure takes the delivery along, and what was announced or proved before must bring nothing back.
    left_at = models.DateTimeField(null=True)
    # Since when the platform has refused us (REAUTH, CLOSED).
    stopped_at = models.DateTimeField(null=True)
    # Since when the merchant wants nothing done with what is held: no reading, no feed, no sharing.
    paused_at = models.DateTimeField(null=True)
    # The feed passed its rows over in a pause: those up to this number are still to be numbered anew.
    renumber_to = models.BigIntegerField(null=True)
    # The public id of the key that alone may seal in this epoch; none while its first one does.
    key_id = models.CharField(max_length=16, blank=True, default="")
    key_epoch = models.PositiveIntegerField(null=True)
    uninstalled_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "fingerprint"], name="one_store_per_shop"),
        ]
        indexes = [
            # The periodic syncs and refreshes list the stores that are open.
            models.Index(fields=["state"], name="store_by_state"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def readable(self) -> bool:
        """Whether rows of this store may be opened: after an install and before an uninstall."""
        return self.state in (StoreState.ACTIVE, StoreState.REAUTH, StoreState.CLOSED)

    def check_key(self, epoch: int, key_id: str) -> None:
        """Raise KeyTurned when a key that was fetched before the store was locked may not seal any more."""
        if self.key_epoch == epoch and self.key_id != key_id:
            raise KeyTurned


class Grant(models.Model):
    """The sealed grant of a store: tokens, scopes, the platform's address of it. Gone at uninstall."""

    store = models.OneToOneField(Store, models.CASCADE, primary_key=True)
    epoch = models.PositiveIntegerField()
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(null=True)
    refresh_expires_at = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField()
    # Counted up at every rotation: who reads a grant and finds it dead sees whether another has turned it.
    turn = models.PositiveIntegerField(default=0)
    # One refresh at a time. A lease and not a database lock: the call to the platform is outside any
    # transaction, because a SQLite transaction would stop every other writer meanwhile.
    refreshing_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The idle refresh looks for refresh tokens that are about to run out.
            models.Index(fields=["refresh_expires_at"], name="grant_by_refresh_expiry"),
        ]

    def __str__(self) -> str:
        return f"grant of {self.store_id}"
