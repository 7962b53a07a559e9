"""Makes the clip of the benchmark once, in one of three ways, and prints what that cost.

python -m bench.filming floor|ours|moviepy FOLDER SCENES
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np

from bench.clip import ZOOMS, storyboard
from bench.cost import Cost, family_cost
from connectors.video.encode import ENCODER, Film, write
from connectors.video.frames import frames
from connectors.video.motion import eased
from connectors.video.plan import Layer, Scene, Storyboard
from connectors.video.planes import Planes


def floor(folder: Path, board: Storyboard) -> Cost:
    """Encode frames that were drawn before: what no renderer with this encoder can be below."""
    drawn = list(_kept(folder, board))
    begun = family_cost()
    with av.open(str(folder / "floor.mp4"), "w", format="mp4") as file:
        film = Film(file, board.format.width, board.format.height, board.frames_a_second)
        for planes in drawn:
            file.mux(film.packets(planes))
        file.mux(film.rest())
    return family_cost().since(begun)


def ours(folder: Path, board: Storyboard) -> Cost:
    """Draw and encode, with sound."""
    begun = family_cost()
    write(folder / "ours.mp4", board)
    return family_cost().since(begun)


def moviepy(folder: Path, board: Storyboard) -> Cost:
    """Let moviepy draw the same, and its ffmpeg encode it with the same settings, without sound."""
    # Imported by who uses it: the others' memory is measured.
    from moviepy import CompositeVideoClip, vfx

    begun = family_cost()
    scenes, starts = [], 0.0
    for number, each in enumerate(board.scenes):
        effects = [vfx.CrossFadeIn(board.cross_fade_s)] if number else []
        scenes.append(_composed(each, number, board).with_start(starts).with_effects(effects))
        starts += each.seconds - board.cross_fade_s
    whole = CompositeVideoClip(scenes, size=(board.format.width, board.format.height))
    whole.with_duration(board.seconds).write_videofile(
        str(folder / "moviepy.mp4"),
        fps=board.frames_a_second,
        codec="libx264",
        audio=False,
        preset=ENCODER["preset"],
        threads=int(ENCODER["threads"]),
        pixel_format="yuv420p",
        ffmpeg_params=["-crf", ENCODER["crf"], "-profile:v", ENCODER["profile"], "-g", "60"],
        logger=None,
    )
    return family_cost().since(begun)


def _kept(folder: Path, board: Storyboard) -> Iterator[Planes]:
    """Yield the frames from a file, as large as they are: they need not lie in memory."""
    file = folder / "frames.yuv"
    with file.open("wb") as into:
        for planes in frames(board):
            into.writelines(plane.data for plane in planes)
    high, wide = board.format.height, board.format.width
    for frame in np.memmap(file, np.uint8, "r").reshape(-1, high * wide * 3 // 2):
        y, cb, cr = np.split(frame, (high * wide, high * wide * 5 // 4))
        half = (high // 2, wide // 2)
        yield Planes(y.reshape(high, wide), cb.reshape(half), cr.reshape(half))


def _composed(scene: Scene, number: int, board: Storyboard) -> Any:
    from moviepy import CompositeVideoClip, ImageClip

    wide, high = board.format.width, board.format.height
    start, end = ZOOMS[number % len(ZOOMS)]
    picture = scene.clips[0].picture
    base = wide / picture.shape[1]
    zoomed = (
        ImageClip(picture)
        .with_duration(scene.seconds)
        .resized(lambda t: base * (start + (end - start) * t / scene.seconds))
        .with_position("center")
    )
    layers = [_layer(layer, scene.seconds) for layer in scene.layers]
    return CompositeVideoClip([zoomed, *layers], size=(wide, high)).with_duration(scene.seconds)


def _layer(layer: Layer, seconds: float) -> Any:
    from moviepy import ImageClip, vfx

    def place(t: float) -> tuple[float, float]:
        rest = 1 - eased(t / layer.fade_s) if layer.fade_s else 0.0
        return layer.x - layer.dx * rest, layer.y - layer.dy * rest

    ends = seconds if layer.ends_s is None else layer.ends_s
    clip = ImageClip(layer.image).with_start(layer.begins_s).with_duration(ends - layer.begins_s)
    fades = [vfx.CrossFadeIn(layer.fade_s)] if layer.fade_s else []
    if layer.ends_s is not None:
        fades.append(vfx.CrossFadeOut(layer.fade_s))
    return clip.with_position(place).with_effects(fades)


WAYS = {"floor": floor, "ours": ours, "moviepy": moviepy}


def main() -> None:
    """Make it and print the cost."""
    way, folder, scenes = sys.argv[1:]
    cost = WAYS[way](Path(folder), storyboard(int(scenes)))
    sys.stdout.write(msgspec.json.encode(cost).decode())


if __name__ == "__main__":
    main()
