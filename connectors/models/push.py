"""Endpoints of the pipeline that are told what happens, and the notices that they are sent: ids only."""

import base64
import secrets

from django.db import models

from connectors.models.feedkeys import FeedKey


def new_endpoint_ref() -> str:
    """Return a fresh opaque endpoint reference: `ep_` and 80 random bits."""
    return "ep_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


def new_notice_ref() -> str:
    """Return a fresh opaque notice id: `msg_` and 80 random bits; the same at every attempt."""
    return "msg_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


class Endpoint(models.Model):
    """One address that is told of the stores of its key."""

    ref = models.CharField(max_length=24, unique=True, default=new_endpoint_ref)
    key = models.ForeignKey(FeedKey, models.PROTECT)
    url = models.CharField(max_length=500)
    # Names of events; empty: all of them.
    events = models.JSONField(default=list)
    # The signing secrets, newest first, sealed under the installation's own key.
    secrets = models.BinaryField()
    created_at = models.DateTimeField()
    # Since when no attempt has succeeded; none while the last one did.
    failing_since = models.DateTimeField(null=True)
    # Nothing is sent before: it asked for patience, or lets us wait for nothing.
    rests_until = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_note = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.ref


class NoticeState(models.TextChoices):
    """How far a notice is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"  # tried for days, or its endpoint was disabled; can be replayed


class Notice(models.Model):
    """One thin event for one endpoint. `subject` is what it is about: an epoch, change, erasure or video.

    Of one store an endpoint has one `feed.changed`, which is used again under a new ref for each new change.
    """

    CHANGED = "feed.changed"
    ERASED = "store.erased"

    ref = models.CharField(max_length=24, unique=True, default=new_notice_ref)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="notices")
    event = models.CharField(max_length=24)
    store_ref = models.CharField(max_length=24)
    subject = models.CharField(max_length=24)
    body = models.TextField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=NoticeState, default=NoticeState.WAITING)
    # Failures in a row; an attempt counts as failed until it has succeeded.
    attempts = models.PositiveIntegerField(default=0)
    # When the first of them was, and when it was last sent under this ref.
    first_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    # The status that was answered, or our word for why there was none.
    last_result = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "store_ref"],
                condition=models.Q(event="feed.changed"),
                name="one_changed_per_store",
            ),
        ]
        indexes = [
            # What is due at an endpoint.
            models.Index(fields=["endpoint", "state", "next_at"], name="notice_by_due"),
            models.Index(fields=["created_at"], name="notice_by_age"),
        ]

    def __str__(self) -> str:
        return self.ref
