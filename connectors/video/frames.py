"""A storyboard as planar frames, one after the other, in one set of buffers: length costs no memory."""

from bisect import bisect_right
from collections.abc import Iterator
from math import floor
from typing import Final

import numpy as np

from connectors.video.errors import Unusable
from connectors.video.motion import Gliding
from connectors.video.overlays import Overlay
from connectors.video.plan import Scene, Storyboard
from connectors.video.planes import Planes, blank, of_colour

# Times are sums of decimal seconds; what is this near to a frame is meant for it.
_NEAR_S: Final = 1e-6


def count(storyboard: Storyboard) -> int:
    """Return how many frames a storyboard has: at least one."""
    return max(1, round(storyboard.seconds * storyboard.frames_a_second))


def frames(storyboard: Storyboard) -> Iterator[Planes]:
    """Yield every frame. The planes are the same memory each time: use them before you ask for the next.

    Raises Unusable when it has no scene, an odd size, or a scene that is shorter than its cross-fades.
    """
    timeline = _Timeline(storyboard)
    for number in range(count(storyboard)):
        yield timeline.at(number / storyboard.frames_a_second)


def frame(storyboard: Storyboard, second: float) -> Planes:
    """Return the frame that is seen at a second; of a time outside the video the first or last one.

    Raises Unusable as `frames` does.
    """
    number = floor(second * storyboard.frames_a_second + _NEAR_S)
    last = count(storyboard) - 1
    return _Timeline(storyboard).at(min(max(number, 0), last) / storyboard.frames_a_second)


class _Timeline:
    """Which scenes are seen when; a scene is made ready when it comes and forgotten when it has gone."""

    def __init__(self, storyboard: Storyboard) -> None:
        check(storyboard)
        self.storyboard = storyboard
        self.canvas = blank(storyboard.format.width, storyboard.format.height)
        self.second = blank(storyboard.format.width, storyboard.format.height)
        self.begins: list[float] = []
        now = 0.0
        for scene in storyboard.scenes:
            self.begins.append(now)
            now += scene.seconds - storyboard.cross_fade_s
        self.ready: dict[int, _Drawn] = {}

    def at(self, seconds: float) -> Planes:
        index = max(bisect_right(self.begins, seconds + _NEAR_S) - 1, 0)
        since = seconds - self.begins[index]
        fading = index > 0 and since + _NEAR_S < self.storyboard.cross_fade_s
        self._keep(index - 1 if fading else index, index)
        if not fading:
            self.ready[index].draw(self.canvas, since)
            return self.canvas
        self.ready[index - 1].draw(self.canvas, seconds - self.begins[index - 1])
        share = round(256 * max(since, 0.0) / self.storyboard.cross_fade_s)
        if share:
            self.ready[index].draw(self.second, since)
            _mix(self.canvas, self.second, share)
        return self.canvas

    def _keep(self, first: int, last: int) -> None:
        scenes = self.storyboard.scenes
        size = self.storyboard.format
        self.ready = {
            index: self.ready.get(index) or _Drawn(scenes[index], size.width, size.height)
            for index in range(first, last + 1)
        }


class _Drawn:
    """A scene, ready to be drawn at any of its times."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        self.seconds = scene.seconds
        self.ground = of_colour(scene.ground)
        moving = [Gliding(clip, width, height) for clip in scene.clips]
        self.clips = [each for each in moving if not each.hidden]
        self.overlays = [Overlay(layer) for layer in scene.layers]

    def draw(self, canvas: Planes, seconds: float) -> None:
        for plane, level in zip(canvas, self.ground, strict=True):
            plane.fill(level)
        for clip in self.clips:
            clip.draw(canvas, seconds / self.seconds)
        for overlay in self.overlays:
            overlay.draw(canvas, seconds)


def check(storyboard: Storyboard) -> None:
    """Raise Unusable where a storyboard cannot be shown; it names the place and never what is in it."""
    size, scenes, fade = storyboard.format, storyboard.scenes, storyboard.cross_fade_s
    if not scenes:
        raise Unusable("the storyboard has no scene")
    if size.width % 2 or size.height % 2 or min(size.width, size.height) < 2:
        raise Unusable(f"format {size.name} must have an even width and height")
    for index, scene in enumerate(scenes):
        fades = fade * ((index > 0) + (index < len(scenes) - 1))
        if scene.seconds <= 0 or scene.seconds + _NEAR_S < fades:
            raise Unusable(f"scene {index + 1} of {len(scenes)} is shorter than its cross-fades")
        boxes = (box for clip in scene.clips for box in (clip.window, clip.start, clip.end))
        if any(box.width <= 0 or box.height <= 0 for box in boxes):
            raise Unusable(f"scene {index + 1} of {len(scenes)} has a clip with an empty box")


def _mix(canvas: Planes, other: Planes, share: int) -> None:
    """Blend 256ths of another frame into a canvas."""
    for plane, beside in zip(canvas, other, strict=True):
        mixed = plane * np.uint16(256 - share)
        mixed += beside * np.uint16(share)
        mixed += 128
        mixed >>= 8
        plane[...] = mixed
