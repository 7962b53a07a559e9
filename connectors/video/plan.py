"""What the renderer's parts hand to each other: a storyboard says what is seen when, in pixels and seconds.

    brief + pictures --storyboards--> Storyboard --frames--> planar frames --encode--> MP4

Pictures and layers are numpy arrays of bytes: height x width x 3 (RGB), height x width x 4 (RGBA, straight
alpha). A storyboard holds everything that is seen; who draws its frames decides nothing.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Colour: TypeAlias = tuple[int, int, int]

FRAMES_A_SECOND: Final = 30


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Format:
    """A shape of video. `safe` is where text may stand: no app lays its own buttons over it."""

    name: str
    width: int
    height: int
    safe: Box


#: By the names that the feed uses for them.
FORMATS: Final = {
    each.name: each
    for each in (
        Format("9x16", 1080, 1920, Box(120, 288, 768, 960)),
        Format("4x5", 1080, 1350, Box(81, 101, 918, 1148)),
        Format("1x1", 1080, 1080, Box(81, 81, 918, 918)),
        Format("16x9", 1920, 1080, Box(144, 81, 1632, 918)),
    )
}


@dataclass(frozen=True, slots=True)
class Clip:
    """A picture that moves: what is seen of it glides from one box of the picture to another.

    `window` is where on the canvas it is seen. The boxes have the window's proportions.
    """

    picture: Pixels
    window: Box
    start: Box
    end: Box


@dataclass(frozen=True, slots=True)
class Layer:
    """Something drawn over clips, such as shaped text: RGBA at a place, coming in and going out.

    `begins_s` and `ends_s` count from the scene's start (`ends_s` None: it stays to the end). While it comes
    in, over `fade_s`, it moves by (`dx`, `dy`) pixels to its place and its alpha rises; it goes out by alpha.
    """

    image: Pixels
    x: int
    y: int
    begins_s: float = 0.0
    ends_s: float | None = None
    fade_s: float = 0.3
    dx: float = 0.0
    dy: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What is seen for a while: a ground colour, clips over it, layers over them, in their order."""

    seconds: float
    ground: Colour
    clips: tuple[Clip, ...] = ()
    layers: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A whole video: its scenes cross-fade, each into the next, over `cross_fade_s` of both."""

    format: Format
    scenes: tuple[Scene, ...]
    cross_fade_s: float = 0.4
    frames_a_second: int = FRAMES_A_SECOND

    @property
    def seconds(self) -> float:
        """How long the video is: cross-fades are shared by their two scenes."""
        return sum(scene.seconds for scene in self.scenes) - self.cross_fade_s * (len(self.scenes) - 1)
