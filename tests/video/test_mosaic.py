"""Facts about pictures side by side: they fill their window, differ, and each of them moves."""

import numpy as np
import pytest

from connectors.video.mosaic import places, tiles
from connectors.video.plan import Box
from connectors.video.shots import Shot
from tests.video.goods import before_a_wall, on_a_table, scenery

GAP = 8.0
WINDOWS = [Box(0, 900, 1080, 1020), Box(0, 660, 1080, 420), Box(960, 0, 960, 1080), Box(0, 0, 960, 1080)]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("window", WINDOWS)
class TestPlaces:
    def test_they_fill_the_window_but_for_thin_gaps(self, count: int, window: Box) -> None:
        seen = np.zeros((1080 * 2, 1920), int)
        for box in places(count, window, GAP):
            top, left = int(box.y), int(box.x)
            seen[top : top + int(box.height), left : left + int(box.width)] += 1
        assert seen.max() == 1
        inside = seen[int(window.y) :, int(window.x) :][: int(window.height), : int(window.width)]
        assert inside.sum() == seen.sum()
        assert inside.mean() > 0.96

    def test_they_begin_and_end_at_even_pixels(self, count: int, window: Box) -> None:
        for box in places(count, window, GAP):
            assert not any(each % 2 for each in (box.x, box.y, box.width, box.height))

    def test_none_is_a_sliver(self, count: int, window: Box) -> None:
        for box in places(count, window, GAP):
            assert 1 / 3 < box.width / box.height < 3

    def test_of_more_pictures_not_fewer_are_shown(self, count: int, window: Box) -> None:
        assert len(places(count, window, GAP)) >= len(places(max(count - 1, 1), window, GAP))


@pytest.mark.parametrize("window", WINDOWS)
def test_each_picture_moves_in_its_own_place_and_is_not_stretched(window: Box) -> None:
    shots = [Shot(each) for each in (before_a_wall(), scenery(), on_a_table())]
    clips = tiles(shots, window, GAP)
    assert len(clips) >= 2
    for clip in clips:
        assert clip.start != clip.end
        for box in (clip.start, clip.end):
            assert box.width / box.height == pytest.approx(clip.window.width / clip.window.height, rel=0.01)
            assert box.x + box.width <= clip.picture.shape[1] + 1e-6
            assert box.y + box.height <= clip.picture.shape[0] + 1e-6
