"""Facts about how pictures are placed: whole where they show a product, never stretched, without seams."""

import numpy as np
import pytest

from connectors.video.plan import Box, Pixels
from connectors.video.plates import ROOM, melting, standing
from connectors.video.shots import SIDES, Shot, crop
from tests.video.goods import before_a_wall, cut_off, on_a_table, scenery

TINT = (236, 230, 224)


def red_box(image: Pixels) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what is red."""
    red = (image[..., 0] > 120) & (image[..., 1] < 90) & (image[..., 2] < 90)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


class TestShots:
    @pytest.mark.parametrize("wall", [(255, 255, 255), (240, 238, 236), (90, 110, 130), (12, 12, 14)])
    def test_a_product_before_a_wall_is_known_by_its_border(self, wall: tuple[int, int, int]) -> None:
        shot = Shot(before_a_wall(wall=wall))
        assert shot.calm == frozenset(SIDES)
        assert shot.product
        assert shot.white is (min(wall) > 225)

    def test_a_scene_is_no_product_shot(self) -> None:
        shot = Shot(scenery())
        assert not shot.calm
        assert not shot.product

    @pytest.mark.parametrize("side", SIDES)
    def test_where_a_product_is_cut_off_is_seen(self, side: str) -> None:
        shot = Shot(cut_off(side))
        assert shot.cut == {side}
        assert shot.product

    def test_a_product_on_a_table_is_known(self) -> None:
        shot = Shot(on_a_table())
        assert shot.banded
        assert not shot.cut
        assert shot.table == pytest.approx(0.75, abs=0.03)

    @pytest.mark.parametrize("shade", [0, 127, 255])
    def test_a_picture_of_nothing_is_blank(self, shade: int) -> None:
        assert Shot(np.full((300, 300, 3), shade, np.uint8)).blank
        assert not Shot(before_a_wall()).blank

    def test_the_same_picture_in_another_size_is_the_same(self) -> None:
        assert Shot(before_a_wall(400, 400)).same(Shot(before_a_wall(300, 300)))
        assert not Shot(before_a_wall()).same(Shot(scenery()))

    @pytest.mark.parametrize("proportion", [0.3, 0.5625, 1.0, 1.78, 4.0])
    def test_a_crop_lies_in_the_picture_around_what_is_there(self, proportion: float) -> None:
        picture = np.full((300, 400, 3), 200, np.uint8)
        picture[100:140, 330:380] = scenery(50, 40)
        box = crop(Shot(picture), proportion)
        assert box.width / box.height == pytest.approx(proportion)
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= 400 + 1e-6
        assert box.y + box.height <= 300 + 1e-6
        assert box.x + box.width > 340


class TestStanding:
    AREA = Box(20, 180, 230, 280)

    def test_the_product_is_whole_in_its_area_and_round_things_stay_round(self) -> None:
        plate = standing(Shot(before_a_wall()), 270, 480, self.AREA, TINT)
        left, top, right, bottom = red_box(plate)
        assert plate.shape == (round(480 * ROOM), round(270 * ROOM), 3)
        assert abs((right - left) - (bottom - top)) <= 2
        assert top > 180 * ROOM
        assert left > 20 * ROOM
        assert right < 250 * ROOM
        assert bottom < 460 * ROOM

    def test_a_white_wall_takes_the_tint_to_the_edges_without_a_seam(self) -> None:
        plate = standing(Shot(before_a_wall()), 270, 480, self.AREA, TINT).astype(int)
        left, top, right, bottom = red_box(plate.astype(np.uint8))
        outside = np.ones(plate.shape[:2], bool)
        outside[top - 8 : bottom + 9, left - 8 : right + 9] = False
        steps = np.abs(np.diff(plate, axis=1)).max(axis=2)[outside[:, 1:]]
        assert steps.max() <= 4
        assert plate[outside].max() <= 240
        assert plate[outside].min() > 190

    @pytest.mark.parametrize("side", ["left", "right", "bottom"])
    def test_what_is_cut_off_ends_at_the_canvass_edge(self, side: str) -> None:
        plate = standing(Shot(cut_off(side)), 270, 480, self.AREA, TINT)
        left, _, right, bottom = red_box(plate)
        high, wide = plate.shape[:2]
        assert {"left": left <= 1, "right": right >= wide - 2, "bottom": bottom >= high - 2}[side]

    def test_a_wall_of_a_colour_goes_on(self) -> None:
        plate = standing(Shot(before_a_wall(wall=(60, 90, 120))), 270, 480, self.AREA, TINT)
        assert np.abs(plate[2, 2].astype(int) - (60, 90, 120)).max() < 16

    def test_a_small_picture_is_not_blown_up(self) -> None:
        plate = standing(Shot(before_a_wall(60, 60)), 1080, 1920, Box(0, 600, 1080, 1200), TINT)
        left, _, right, _ = red_box(plate)
        assert right - left < 60 * 0.6 * 2.7 * ROOM


class TestTable:
    @pytest.mark.parametrize("size", [(270, 270), (480, 270), (270, 480)])
    def test_wall_and_table_go_on_to_the_edges_and_the_line_between_them_stays_sharp(
        self, size: tuple[int, int]
    ) -> None:
        area = Box(size[0] * 0.2, size[1] * 0.4, size[0] * 0.6, size[1] * 0.6)
        plate = standing(Shot(on_a_table()), *size, area, TINT).astype(int)
        steps = np.abs(np.diff(plate.mean(axis=2), axis=0))
        places = steps[:, [2, 20, -20, -3]].argmax(axis=0)
        assert np.ptp(places) <= 2
        assert steps[:, [2, 20, -20, -3]].max(axis=0).min() > 25

    def test_no_seam_is_seen_where_the_picture_ends(self) -> None:
        area = Box(80, 100, 110, 170)
        plate = standing(Shot(on_a_table()), 270, 270, area, TINT).astype(int)
        wall = plate[10:100].mean(axis=2)
        assert np.abs(np.diff(wall, axis=0)).max() <= 6
        assert np.abs(np.diff(wall, axis=1)).max() <= 6

    def test_a_wall_that_is_darker_in_its_corners_is_not_so_on_the_canvas(self) -> None:
        picture = on_a_table()
        away = np.hypot(*np.meshgrid(np.linspace(-1, 1, 400), np.linspace(-1, 1, 400)))
        dimmed = (picture * (1 - 0.1 * away**2)[..., None]).astype(np.uint8)
        plate = standing(Shot(dimmed), 270, 480, Box(0, 200, 270, 280), TINT)
        assert plate[4, 4].mean() > dimmed[4, 4].mean()


def test_a_wide_picture_melts_into_the_canvas_below_it() -> None:
    plate = melting(Shot(scenery(900, 300)), 270, 480, Box(0, 60, 270, 150), (20, 20, 24))
    assert plate.shape == (round(480 * ROOM), round(270 * ROOM), 3)
    rows = plate.astype(int).mean(axis=1)
    assert np.abs(np.diff(rows, axis=0)).max() < 30
