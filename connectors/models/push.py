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
    failing_since = models.DateTimeField(null=True)
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
    """One thin event for one endpoint. `subject` is what it is about (store, video, erasure): a reference."""

    ref = models.CharField(max_length=24, unique=True, default=new_notice_ref)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="notices")
    event = models.CharField(max_length=24)
    store_ref = models.CharField(max_length=24)
    subject = models.CharField(max_length=24)
    body = models.TextField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=NoticeState, default=NoticeState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    # The status that was answered, or our word for why there was none.
    last_result = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        indexes = [
            # What is due at an endpoint.
            models.Index(fields=["endpoint", "state", "next_at"], name="notice_by_due"),
            models.Index(fields=["created_at"], name="notice_by_age"),
        ]

    def __str__(self) -> str:
        return self.ref
