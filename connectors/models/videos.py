"""Videos that a pipeline has made of a store, with what they were made of; their bytes are sealed.

The bytes lie in the database, in sealed parts: every machine of an installation has them, a kill leaves no
half of one, and an erasure finds them with everything else.
"""

import base64
import secrets

from django.db import models

from connectors.models.feedkeys import FeedKey
from connectors.models.stores import Store


class VideoState(models.TextChoices):
    """How far a video is."""

    RENDERING = "rendering"  # announced; no file is whole yet
    READY = "ready"  # at least one format can be played
    FAILED = "failed"  # the pipeline gave it up before anything was whole
    WITHDRAWN = "withdrawn"  # taken back; its bytes are gone


def new_video_ref() -> str:
    """Return a fresh opaque video reference: `vd_` and 80 random bits."""
    return "vd_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


class Video(models.Model):
    """One video of one store, in several formats. `stale_reasons` holds words of ours, no values."""

    ref = models.CharField(max_length=24, unique=True, default=new_video_ref)
    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    key = models.ForeignKey(FeedKey, models.PROTECT)
    # Names of the formats that it was announced in: no other is taken.
    formats = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=VideoState, default=VideoState.RENDERING)
    percent = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    stale_at = models.DateTimeField(null=True)
    stale_reasons = models.JSONField(default=list)
    # When the pipeline was told of these reasons; none while it is still to be told.
    stale_told_at = models.DateTimeField(null=True)
    # When what it was made of ends by itself: the earliest end of an offer that it shows.
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The merchant's page and the feed list a store's videos, newest first.
            models.Index(fields=["store", "epoch", "created_at"], name="video_by_store"),
        ]

    def __str__(self) -> str:
        return self.ref


class VideoSource(models.Model):
    """One record that a video was made of: its change then, and what of it would make the video stale."""

    video = models.ForeignKey(Video, models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=8)
    fingerprint = models.BinaryField(max_length=16)
    change = models.BigIntegerField()
    # The last change of the record that was looked at; what is newer is looked at once.
    checked_change = models.BigIntegerField()
    # Keyed hash of the price, the offer and whether it can be bought, as the video shows them.
    terms = models.BinaryField(max_length=16, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["video", "kind", "fingerprint"], name="one_source_per_record"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at change {self.change}"


class VideoFile(models.Model):
    """One file of a video: a format's film or its poster. Only a whole one can be played."""

    FILM, POSTER = "film", "poster"

    video = models.ForeignKey(Video, models.CASCADE, related_name="files")
    format = models.CharField(max_length=8)
    media = models.CharField(max_length=8)
    # Names this upload in what is sealed: parts of two uploads cannot be mixed.
    upload = models.CharField(max_length=32)
    size_bytes = models.PositiveBigIntegerField(default=0)
    duration_ms = models.PositiveIntegerField(null=True)
    begun_at = models.DateTimeField()
    whole_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["video", "format", "media"],
                condition=models.Q(whole_at__isnull=False),
                name="one_whole_file_per_format",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.media} {self.format}"


class VideoPart(models.Model):
    """A sealed piece of a file."""

    file = models.ForeignKey(VideoFile, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="one_part_per_number"),
        ]

    def __str__(self) -> str:
        return f"part {self.number}"
