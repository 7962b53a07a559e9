"""What a second of finished 1080x1920 video costs, beside its encoder alone and beside moviepy."""

import tempfile
from collections.abc import Iterator

from bench.clip import SCENE_S, storyboard
from bench.sync import cost_of

SCENES = 3
#: What we promise: CPU within so many times the encoder alone, and so many times below moviepy's.
ALLOWED_RATIO = 1.5
ALLOWED_GAIN = 5.0
#: Scenes of the two videos whose memory is compared: about 10 and 60 seconds.
SHORT, LONG = 5, 29


def run() -> Iterator[str]:
    """Make the same clip in three ways, and a long one."""
    seconds = storyboard(SCENES).seconds
    yield f"a 1080x1920 video of {seconds:.1f} s: {SCENES} scenes of {SCENE_S} s, zooms, text, cross-fades"
    with tempfile.TemporaryDirectory(prefix="minta-bench-") as folder:
        cost = {
            way: cost_of("bench.filming", way, folder, str(SCENES)) for way in ("floor", "ours", "moviepy")
        }
        for way, found in cost.items():
            yield f"  {way:<8}{found['cpu_seconds'] / seconds:6.2f} CPU s each second"
        floor, ours, theirs = (found["cpu_seconds"] for found in cost.values())
        yield f"  ratio   {ours / floor:6.2f} x the encoder alone   (allowed {ALLOWED_RATIO:g})"
        yield f"  gain    {theirs / ours:6.2f} x below moviepy       (at least {ALLOWED_GAIN:g})"
        for scenes in (SHORT, LONG):
            found = cost_of("bench.filming", "ours", folder, str(scenes))
            yield f"  memory  {found['peak_mb']:6.0f} MB for {storyboard(scenes).seconds:.0f} s"
