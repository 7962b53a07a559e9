"""Pictures that glide: where they are, to a part of a pixel."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from connectors.video.motion import Gliding, eased, glided
from connectors.video.plan import Box, Clip
from connectors.video.planes import Planes, blank, of_colour
from tests.video.boards import apart, blob, busy, middle, plain

WIDE, HIGH = 120, 160


def drawn(clip: Clip, part: float = 0.0) -> Planes:
    """Return a black canvas with what is seen of a clip."""
    canvas = blank(WIDE, HIGH)
    Gliding(clip, WIDE, HIGH).draw(canvas, part)
    return canvas


class TestEasing:
    @pytest.mark.parametrize("course", [eased, glided])
    def test_it_begins_ends_and_never_turns_back(self, course: Callable[[float], float]) -> None:
        steps = [course(part / 100) for part in range(101)]
        assert (steps[0], steps[-1]) == (0, 1)
        assert all(later > earlier for earlier, later in pairwise(steps))

    @pytest.mark.parametrize("course", [eased, glided])
    def test_before_and_after_it_rests(self, course: Callable[[float], float]) -> None:
        assert course(-0.5) == 0
        assert course(1.5) == 1

    def test_a_picture_never_stands_still_on_its_way(self) -> None:
        slowest = min(glided((part + 1) / 100) - glided(part / 100) for part in range(100))
        assert slowest > 0.005


class TestMovement:
    def test_a_slow_pan_moves_by_parts_of_pixels_and_does_not_jitter(self) -> None:
        """Three pixels in two seconds: whole pixels would be seen as steps."""
        start, end = Box(10, 20, 240, 320), Box(16, 17, 240, 320)
        gliding = Gliding(Clip(blob(300, 400, 130, 180), Box(0, 0, WIDE, HIGH), start, end), WIDE, HIGH)
        canvas = blank(WIDE, HIGH)
        for step in range(61):
            gliding.draw(canvas, step / 60)
            come = glided(step / 60)
            off = apart(canvas.y, 60 - 3 * come, 80 + 1.5 * come, 6)
            assert off == pytest.approx((0, 0), abs=0.03)

    @pytest.mark.parametrize("inward", [True, False])
    def test_a_zoom_moves_every_point_to_where_it_belongs(self, inward: bool) -> None:
        wide, near = Box(0, 0, 240, 320), Box(12, 16, 216, 288)
        start, end = (wide, near) if inward else (near, wide)
        gliding = Gliding(Clip(blob(240, 320, 60, 80), Box(0, 0, WIDE, HIGH), start, end), WIDE, HIGH)
        canvas = blank(WIDE, HIGH)
        for step in range(31):
            gliding.draw(canvas, step / 30)
            come = glided(step / 30) if inward else 1 - glided(step / 30)
            scale = WIDE / (240 - 24 * come)
            off = apart(canvas.y, (60 - 12 * come) * scale, (80 - 16 * come) * scale, 12 * scale)
            assert off == pytest.approx((0, 0), abs=0.03)

    def test_colour_moves_with_brightness(self) -> None:
        picture = blob(240, 320, 120, 160)
        picture[..., 1:] = 0
        clip = Clip(picture, Box(0, 0, WIDE, HIGH), Box(0, 0, 240, 320), Box(7, 5, 240, 320))
        for part in (0.0, 0.37, 1.0):
            canvas, come = drawn(clip, part), glided(part)
            x, y = 60 - 3.5 * come, 80 - 2.5 * come
            assert apart(canvas.y, x, y, 6) == pytest.approx((0, 0), abs=0.05)
            # A colour sample covers two pixels, and stands on the left one of them, between their rows.
            assert apart(canvas.cr, (x + 0.5) / 2, y / 2, 3) == pytest.approx((0, 0), abs=0.05)

    def test_a_clip_that_stands_still_is_the_same_in_every_frame(self) -> None:
        box = Box(3.3, 4.7, 200, 300)
        gliding = Gliding(Clip(busy(), Box(0, 0, WIDE, HIGH), box, box), WIDE, HIGH)
        first, second = blank(WIDE, HIGH), blank(WIDE, HIGH)
        gliding.draw(first, 0.1)
        gliding.draw(second, 0.9)
        for one, other in zip(first, second, strict=True):
            assert (one == other).all()


class TestWindows:
    def test_nothing_is_drawn_outside_the_window(self) -> None:
        picture, box = plain(50, 50, (255, 255, 255)), Box(0, 0, 50, 50)
        canvas = drawn(Clip(picture, Box(20, 40, 60, 60), box, box))
        lit = np.argwhere(canvas.y == 235)
        assert (lit.min(0).tolist(), lit.max(0).tolist()) == ([40, 20], [99, 79])
        assert ((canvas.y == 235) | (canvas.y == 16)).all()

    def test_odd_edges_move_to_even_pixels(self) -> None:
        picture, box = plain(50, 50, (255, 255, 255)), Box(0, 0, 50, 50)
        canvas = drawn(Clip(picture, Box(20.6, 41.2, 59.3, 60.1), box, box))
        lit = np.argwhere(canvas.y == 235)
        assert not (lit.min(0) % 2).any()
        assert (lit.max(0) % 2).all()

    def test_a_window_that_leaves_the_canvas_is_cut_and_not_squeezed(self) -> None:
        picture, box = blob(100, 100, 70, 70, 6), Box(0, 0, 100, 100)
        canvas = drawn(Clip(picture, Box(-50, -40, 100, 100), box, box))
        assert middle(canvas.y) == pytest.approx((20, 30), abs=0.05)

    def test_a_window_off_the_canvas_is_not_seen(self) -> None:
        picture, box = plain(50, 50, (255, 255, 255)), Box(0, 0, 50, 50)
        assert Gliding(Clip(picture, Box(300, 0, 60, 60), box, box), WIDE, HIGH).hidden
        assert Gliding(Clip(picture, Box(0, -90, 60, 60), box, box), WIDE, HIGH).hidden


class TestPictures:
    @pytest.mark.parametrize("size", [(1, 1), (1, 7), (3, 2), (17, 33), (801, 1203)])
    @pytest.mark.parametrize("colour", [(250, 120, 10), (255, 255, 255)])
    def test_one_colour_stays_one_colour_at_any_size(
        self, size: tuple[int, int], colour: tuple[int, int, int]
    ) -> None:
        box = Box(0, 0, *size)
        for plane, level in zip(
            drawn(Clip(plain(*size, colour), Box(0, 0, WIDE, HIGH), box, box)), of_colour(colour), strict=True
        ):
            assert (plane == level).all()

    def test_a_box_that_reaches_over_the_picture_repeats_its_edge(self) -> None:
        box = Box(-20, -30, 90, 110)
        canvas = drawn(Clip(plain(50, 50, (255, 255, 255)), Box(0, 0, WIDE, HIGH), box, box))
        assert (canvas.y == 235).all()

    def test_the_same_is_drawn_twice(self) -> None:
        clip = Clip(busy(), Box(0, 0, WIDE, HIGH), Box(0, 0, 180, 240), Box(11, 7, 180, 240))
        for one, other in zip(drawn(clip, 0.41), drawn(clip, 0.41), strict=True):
            assert (one == other).all()
