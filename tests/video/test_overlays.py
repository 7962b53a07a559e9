"""Layers: where, when, and how much of them is seen."""

import numpy as np
import pytest

from connectors.video.overlays import Overlay
from connectors.video.plan import Layer
from connectors.video.planes import Planes, blank, of_colour
from tests.video.boards import middle, sheet

WIDE, HIGH = 80, 60
WHITE = (255, 255, 255)


def drawn(layer: Layer, seconds: float) -> Planes:
    """Return a black canvas with what is seen of a layer."""
    canvas = blank(WIDE, HIGH)
    Overlay(layer).draw(canvas, seconds)
    return canvas


def lit(canvas: Planes) -> tuple[int, int, int, int]:
    """Return the rectangle of what is not black: left, top, right, bottom."""
    rows, columns = np.nonzero(canvas.y != 16)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


class TestPlace:
    @pytest.mark.parametrize(("x", "y"), [(10, 20), (11, 20), (10, 21), (11, 21)])
    @pytest.mark.parametrize(("wide", "high"), [(8, 6), (7, 5), (1, 1)])
    def test_a_layer_is_where_it_says_to_the_pixel(self, x: int, y: int, wide: int, high: int) -> None:
        canvas = drawn(Layer(sheet(wide, high, WHITE), x, y), 1.0)
        assert lit(canvas) == (x, y, x + wide, y + high)
        assert set(np.unique(canvas.y)) == {16, 235}

    def test_colour_is_full_inside_and_gone_outside(self) -> None:
        canvas = drawn(Layer(sheet(21, 15, (255, 0, 0)), 11, 9), 1.0)
        _, cb, cr = of_colour((255, 0, 0))
        assert (canvas.cr[6:11, 7:15] == cr).all()
        assert (canvas.cb[6:11, 7:15] == cb).all()
        assert (canvas.cr[:, :5] == 128).all()
        assert (canvas.cr[:, 17:] == 128).all()
        assert (canvas.cr[:4] == 128).all()
        assert (canvas.cr[13:] == 128).all()

    @pytest.mark.parametrize(
        ("x", "y", "seen"),
        [
            (-5, -3, (0, 0, 15, 7)),
            (71, 53, (71, 53, 80, 60)),
            (-5, 20, (0, 20, 15, 30)),
            (79, 59, (79, 59, 80, 60)),
        ],
    )
    def test_a_layer_that_leaves_the_canvas_is_cut(
        self, x: int, y: int, seen: tuple[int, int, int, int]
    ) -> None:
        assert lit(drawn(Layer(sheet(20, 10, WHITE), x, y), 1.0)) == seen

    @pytest.mark.parametrize(("x", "y"), [(80, 0), (-20, 0), (0, 60), (0, -10), (500, 500)])
    def test_a_layer_off_the_canvas_is_not_seen(self, x: int, y: int) -> None:
        assert (drawn(Layer(sheet(20, 10, WHITE), x, y), 1.0).y == 16).all()

    @pytest.mark.parametrize(("wide", "high"), [(0, 10), (10, 0)])
    def test_a_layer_without_pixels_is_not_seen(self, wide: int, high: int) -> None:
        layer = Layer(sheet(wide, high, WHITE), 10, 10, dx=3.5)
        assert (drawn(layer, 0.1).y == 16).all()
        assert (drawn(layer, 1.0).y == 16).all()

    def test_a_layer_larger_than_the_canvas_covers_it(self) -> None:
        assert (drawn(Layer(sheet(301, 201, WHITE), -100, -100), 1.0).y == 235).all()


class TestAlpha:
    def test_what_is_see_through_changes_nothing(self) -> None:
        canvas = drawn(Layer(sheet(40, 30, WHITE, alpha=0), 10, 10), 1.0)
        for plane, untouched in zip(canvas, blank(WIDE, HIGH), strict=True):
            assert (plane == untouched).all()

    @pytest.mark.parametrize("alpha", [1, 64, 128, 200, 254])
    def test_half_of_a_colour_is_half_way_to_it(self, alpha: int) -> None:
        canvas = drawn(Layer(sheet(40, 30, WHITE, alpha=alpha), 10, 10), 1.0)
        assert abs(int(canvas.y[20, 20]) - (16 + 219 * alpha / 255)) <= 1

    def test_an_edge_has_no_rim_of_what_stands_under_no_alpha(self) -> None:
        """Text has black under its transparent pixels in one library and white in another."""
        image = sheet(20, 20, WHITE)
        image[:, 10:] = (0, 0, 0, 0)
        canvas = blank(WIDE, HIGH)
        for plane, level in zip(canvas, of_colour(WHITE), strict=True):
            plane.fill(level)
        Overlay(Layer(image, 11, 11, dx=7.5, fade_s=0.4)).draw(canvas, 0.2)
        assert (canvas.y >= 234).all()


class TestTime:
    LAYER = Layer(sheet(20, 10, WHITE), 30, 20, begins_s=1.0, ends_s=3.0, fade_s=0.5, dx=12, dy=-6)

    def test_it_is_not_seen_before_it_begins_nor_after_it_ends(self) -> None:
        for seconds in (0.0, 0.99, 1.0, 3.0, 9.0):
            assert (drawn(self.LAYER, seconds).y == 16).all()

    def test_it_fades_in_and_out(self) -> None:
        brightest = [int(drawn(self.LAYER, seconds).y.max()) for seconds in (1.1, 1.3, 1.5, 2.5, 2.7, 2.9)]
        assert brightest[0] < brightest[1] < brightest[2] == 235
        assert brightest[3] == 235 > brightest[4] > brightest[5] > 16

    def test_it_slides_to_its_place_without_steps_and_stays(self) -> None:
        overlay = Overlay(self.LAYER)
        spots = []
        for step in range(1, 16):
            canvas = blank(WIDE, HIGH)
            overlay.draw(canvas, 1 + step / 30)
            spots.append(middle(canvas.y))
        assert spots[-1] == pytest.approx((40, 25), abs=0.01)
        moves = np.diff(np.array(spots), axis=0)
        assert (moves[:, 0] >= 0).all()
        assert (moves[:, 1] <= 0).all()
        # Most of its steps are parts of a pixel, and each is shorter than the one before.
        assert (np.diff(moves[:, 0]) < 0.05).all()
        assert len({round(x % 1, 2) for x, _ in spots}) > 10
        assert lit(drawn(self.LAYER, 2.0)) == (30, 20, 50, 30)

    def test_one_that_stays_is_still_seen_at_the_end(self) -> None:
        layer = Layer(sheet(20, 10, WHITE), 30, 20, begins_s=0.5, fade_s=0.2)
        assert lit(drawn(layer, 1e6)) == (30, 20, 50, 30)

    def test_without_a_fade_it_is_there_at_once(self) -> None:
        layer = Layer(sheet(20, 10, WHITE), 30, 20, begins_s=0.5, ends_s=1.0, fade_s=0, dx=50)
        assert lit(drawn(layer, 0.5)) == (30, 20, 50, 30)
        assert (drawn(layer, 1.0).y == 16).all()
