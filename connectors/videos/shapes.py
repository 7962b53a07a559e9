"""A video as the feed shows it: references, counts, times and words of ours.

{"video": "vd_...", "store": "st_...", "epoch": 1, "state": "ready", "percent": 100, "created_at": ...,
 "stale": false, "stale_reasons": [],
 "formats": [{"format": "9x16", "size_bytes": 8123456, "duration_ms": 15000, "poster": true}],
 "lineage": [{"kind": "product", "id": "9f0c...", "change": 41}]}
"""

from typing import Any

from connectors.models import Video, VideoFile
from connectors.videos.bounds import FORMATS


def shape(video: Video) -> dict[str, Any]:
    """Return a video in its JSON shape; `formats` are those that can be played now."""
    return {
        "video": video.ref,
        "store": video.store.ref,
        "epoch": video.epoch,
        "state": video.state,
        "percent": video.percent,
        "created_at": video.created_at,
        "stale": video.stale_at is not None,
        "stale_reasons": list(video.stale_reasons),
        "formats": formats(video),
        "lineage": [
            {"kind": each.kind, "id": bytes(each.fingerprint).hex(), "change": each.change}
            for each in sorted(video.sources.all(), key=lambda each: each.pk)
        ],
    }


def formats(video: Video) -> list[dict[str, Any]]:
    """Return the formats of a video that can be played."""
    whole = {(each.format, each.media): each for each in video.files.all() if each.whole_at is not None}
    return [
        {
            "format": film.format,
            "size_bytes": film.size_bytes,
            "duration_ms": film.duration_ms,
            "poster": (film.format, VideoFile.POSTER) in whole,
        }
        for name in FORMATS
        if (film := whole.get((name, VideoFile.FILM))) is not None
    ]
