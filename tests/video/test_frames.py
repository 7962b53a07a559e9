"""A storyboard's frames: how many, what is seen when, and what cannot be shown."""

import numpy as np
import pytest

from connectors.video.errors import Unusable
from connectors.video.frames import count, frame, frames
from connectors.video.plan import Box, Clip, Format, Layer, Storyboard
from tests.video.boards import TINY, board, busy, moving, plain, scene, sheet, whole

WHITE, BLACK = 235, 16
EMPTY = Clip(busy(), Box(0, 0, 160, 284), Box(0, 0, 0, 0), Box(0, 0, 100, 100))


def brightness(storyboard: Storyboard) -> list[float]:
    """Return how bright each frame is, as a mean."""
    return [float(planes.y.mean()) for planes in frames(storyboard)]


class TestLength:
    @pytest.mark.parametrize(
        ("seconds", "fade_s", "expected"),
        [
            ((1.0,), 0.4, 30),
            ((1.0, 1.0), 0.4, 48),
            ((2.5, 2.5, 2.5), 0.4, 201),
            ((1.0, 1.0), 0.0, 60),
            ((0.01,), 0.4, 1),
            ((1.017,), 0.4, 31),
            ((0.4, 0.8, 0.4), 0.4, 24),
        ],
    )
    def test_a_storyboard_has_the_frames_of_its_seconds(
        self, seconds: tuple[float, ...], fade_s: float, expected: int
    ) -> None:
        made = board(*(scene(seconds=each) for each in seconds), fade_s=fade_s)
        assert count(made) == expected == len(brightness(made))

    def test_another_pace_has_other_frames_of_the_same_seconds(self) -> None:
        assert count(Storyboard(TINY, (scene(seconds=2),), 0.2, frames_a_second=25)) == 50


class TestScenes:
    def test_one_scene_is_seen_from_its_first_frame_to_its_last(self) -> None:
        assert set(brightness(board(scene(ground=(255, 255, 255), seconds=0.5)))) == {WHITE}

    def test_scenes_fade_into_each_other_by_even_steps(self) -> None:
        seen = brightness(board(scene(), scene(ground=(255, 255, 255)), fade_s=0.5))
        begins = 15
        assert set(seen[: begins + 1]) == {BLACK}
        assert set(seen[begins + 15 :]) == {WHITE}
        steps = np.diff(seen[begins : begins + 16])
        assert steps.min() > 0
        assert steps == pytest.approx(219 / 15, abs=1.1)

    def test_without_a_fade_they_follow_at_once(self) -> None:
        seen = brightness(board(scene(), scene(ground=(255, 255, 255)), fade_s=0))
        assert seen == [BLACK] * 30 + [WHITE] * 30

    def test_a_scene_may_be_as_short_as_its_fades(self) -> None:
        grounds = ((0, 0, 0), (255, 255, 255), (0, 0, 0))
        seen = brightness(board(*(scene(ground=each, seconds=0.4) for each in grounds), fade_s=0.2))
        assert max(seen) == WHITE
        assert seen[0] == BLACK

    def test_a_clip_covers_the_ground_and_a_layer_covers_the_clip(self) -> None:
        layer = Layer(sheet(20, 20, (255, 255, 255)), 40, 40, fade_s=0)
        shown = scene(whole(plain(30, 30, (0, 0, 0))), ground=(128, 128, 128), layers=(layer,))
        planes = frame(board(shown), 0.5)
        assert planes.y[50, 50] == WHITE
        assert (planes.y == BLACK).sum() == TINY.width * TINY.height - 400

    def test_the_second_clip_lies_over_the_first(self) -> None:
        box = Box(0, 0, 10, 10)
        over = Clip(plain(10, 10, (255, 255, 255)), Box(20, 20, 40, 40), box, box)
        planes = frame(board(scene(whole(plain(30, 30, (0, 0, 0))), over)), 0)
        assert (planes.y == WHITE).sum() == 1600


class TestOneFrame:
    def test_it_is_the_one_that_plays_at_that_second(self) -> None:
        made = board(scene(moving(busy())), scene(moving(busy(seed=2))))
        played = [planes.y.copy() for planes in frames(made)]
        for number in (0, 11, 25, 27, 40, 53):
            assert (frame(made, number / 30).y == played[number]).all()

    def test_between_two_frames_the_earlier_one_is_still_seen(self) -> None:
        made = board(scene(moving(busy())))
        assert (frame(made, 0.349).y == frame(made, 10 / 30).y).all()
        assert (frame(made, 0.349).y != frame(made, 11 / 30).y).any()

    def test_outside_the_video_it_is_the_first_or_the_last(self) -> None:
        made = board(scene(), scene(ground=(255, 255, 255)))
        assert (frame(made, -3).y == BLACK).all()
        assert (frame(made, 99).y == WHITE).all()


class TestMemory:
    def test_all_frames_are_the_same_memory(self) -> None:
        """Two frames are alive, however long the video is."""
        made = board(scene(moving(busy())), scene(moving(busy(seed=2))), scene(moving(busy(seed=3))))
        assert len({planes.y.ctypes.data for planes in frames(made)}) == 1

    def test_the_pictures_are_left_as_they_were(self) -> None:
        picture = busy()
        before = picture.copy()
        picture.flags.writeable = False
        list(frames(board(scene(moving(picture)))))
        assert (picture == before).all()


class TestRefusals:
    @pytest.mark.parametrize(
        ("made", "place"),
        [
            (Storyboard(TINY, ()), "no scene"),
            (board(scene(seconds=0)), "scene 1 of 1"),
            (board(scene(), scene(seconds=0.3), scene()), "scene 2 of 3"),
            (board(scene(seconds=0.1), scene()), "scene 1 of 2"),
            (board(scene(), scene(EMPTY)), "scene 2 of 2"),
            (board(scene(), size=Format("odd", 161, 284, TINY.safe)), "format odd"),
            (board(scene(), size=Format("none", 160, 0, TINY.safe)), "format none"),
        ],
    )
    def test_what_cannot_be_shown_is_refused_and_named(self, made: Storyboard, place: str) -> None:
        with pytest.raises(Unusable, match=place):
            next(frames(made))
