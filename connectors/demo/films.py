"""What the renderer makes of one store, and what the merchant sees of it."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import requests

from connectors.demo.pipeline import Pipeline
from connectors.demo.stage import Stage, Stuck, wait_for
from connectors.video.inspection import Inspection, inspect

FORMAT: Final = "9x16"
_SIZE: Final = (1080, 1920)
_RENDER_SECONDS: Final = 300
_DELETE_SECONDS: Final = 60
#: What a cross-fade or a pause may come to; a video that hangs goes far beyond.
_LONGEST_STILL_SECONDS: Final = 1.0


class Films:
    """The films of one store."""

    def __init__(self, stage: Stage, pipeline: Pipeline, store: str) -> None:
        self._stage, self._pipeline, self._store = stage, pipeline, store
        self.video = ""

    def wait(self) -> None:
        """Wait until the renderer has made and uploaded a film."""
        wait_for("the store's video", lambda: self._ready() is not None, _RENDER_SECONDS, every=1.0)
        self.video = (self._ready() or {})["video"]

    def products(self) -> set[str]:
        """Return the ids in the feed of the products that the film shows."""
        lineage = (self._listed(self.video) or {})["lineage"]
        return {each["id"] for each in lineage if each["kind"] == "product"}

    def download(self, page: str, name: str) -> str:
        """Fetch film and poster by the links of the merchant's page, and say what the film is."""
        film, poster = self._stage.folder / f"video-{name}.mp4", self._stage.folder / f"poster-{name}.jpg"
        self._fetch(page, rf'href="([^"]*/{FORMAT}\.mp4[^"]*)"', "video/mp4", film)
        self._fetch(page, rf'poster="([^"]*/{FORMAT}\.jpg[^"]*)"', "image/jpeg", poster)
        return _sound(inspect(film))

    def is_stale(self, reason: str) -> bool:
        """Tell whether the film is marked stale for this reason."""
        return reason in (self._listed(self.video) or {}).get("stale_reasons", ())

    def wait_for_deletion(self) -> None:
        """Wait until nothing of the store is left in the renderer's folder."""
        place = self._stage.films / self._store
        wait_for("the renderer's files of the store to go", lambda: not place.exists(), _DELETE_SECONDS)

    def _fetch(self, page: str, link: str, media_type: str, path: Path) -> None:
        found = re.search(link, page)
        if found is None:
            raise Stuck("the merchant's page does not show the video")
        answer = requests.get(urljoin(self._stage.web, html.unescape(found[1])), timeout=60)
        if answer.status_code != 200 or answer.headers["Content-Type"] != media_type:
            raise Stuck(f"the page's link to the video answered {answer.status_code}")
        path.write_bytes(answer.content)

    def _ready(self) -> dict[str, Any] | None:
        return self._find(lambda each: each["state"] == "ready" and bool(each["formats"]))

    def _listed(self, video: str) -> dict[str, Any] | None:
        return self._find(lambda each: each["video"] == video)

    def _find(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
        listed = self._pipeline.read("videos", store=self._store)["videos"]
        return next((each for each in listed if wanted(each)), None)


def _sound(found: Inspection) -> str:
    """Say what a film is; raises Stuck when it is not what plays everywhere, or does not move."""
    right = {
        "codec": (found.video, found.profile, found.pixels, found.audio)
        == ("h264", "High", "yuv420p", "aac"),
        "size": (found.width, found.height) == _SIZE,
        "frame rate": found.frames_a_second == 30,
        "duration": 5 <= found.video_seconds <= 20 and abs(found.video_seconds - found.audio_seconds) < 0.1,
        "beginning": found.index_first,
        "black stretch": found.black_seconds < _LONGEST_STILL_SECONDS,
        "frozen stretch": found.frozen_seconds < _LONGEST_STILL_SECONDS,
    }
    if wrong := [name for name, is_right in right.items() if not is_right]:
        raise Stuck(f"the video is not as it must be: {', '.join(wrong)}")
    return (
        f"{found.video_seconds:.1f} s of {found.width}x{found.height}, {found.frames_a_second:.0f} frames a "
        f"second, H.264 and AAC, {found.size_bytes / 1e6:.1f} MB, never black or frozen"
    )
