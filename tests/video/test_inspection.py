"""What an inspection sees: black, standing still, cut off, not a video."""

from pathlib import Path

import av
import pytest

from connectors.video.encode import write
from connectors.video.errors import Unusable
from connectors.video.inspection import Inspection, index_first, inspect
from connectors.video.plan import Box, Clip, Layer, Storyboard
from tests.video.boards import TINY, board, busy, moving, plain, scene, sheet, whole


def seen(folder: Path, storyboard: Storyboard) -> Inspection:
    """Return what is found in the film of a storyboard."""
    write(folder / "film.mp4", storyboard)
    return inspect(folder / "film.mp4")


class TestBlack:
    def test_the_longest_black_stretch_is_found(self, tmp_path: Path) -> None:
        bright, dark = scene(whole(busy()), seconds=0.5), scene(seconds=0.8)
        found = seen(tmp_path, board(bright, scene(seconds=0.3), bright, dark, bright, fade_s=0))
        assert found.black_seconds == pytest.approx(0.8, abs=0.1)

    def test_a_bright_one_has_none(self, tmp_path: Path) -> None:
        assert seen(tmp_path, board(scene(moving(busy())))).black_seconds == 0

    def test_a_word_on_black_is_not_black(self, tmp_path: Path) -> None:
        word = Layer(sheet(40, 8, (255, 255, 255)), 60, 140, fade_s=0)
        assert seen(tmp_path, board(scene(layers=(word,)))).black_seconds == 0


class TestFrozen:
    def test_a_still_is_frozen_all_along(self, tmp_path: Path) -> None:
        found = seen(tmp_path, board(scene(whole(busy()), seconds=3)))
        assert found.frozen_seconds == pytest.approx(3, abs=0.15)

    def test_a_slow_zoom_is_not(self, tmp_path: Path) -> None:
        """Three of a hundred in three seconds: the gentlest that anybody would call a movement."""
        picture = busy(320, 568)
        clip = Clip(picture, Box(0, 0, 160, 284), Box(0, 0, 320, 568), Box(4.8, 8.5, 310.4, 551))
        assert seen(tmp_path, board(scene(clip, seconds=3))).frozen_seconds < 0.5

    def test_neither_is_one_that_moves_in_a_corner(self, tmp_path: Path) -> None:
        word = Layer(sheet(16, 16, (255, 255, 255)), 100, 200, fade_s=1.9, dx=60)
        found = seen(tmp_path, board(scene(ground=(40, 60, 80), seconds=1.5, layers=(word,))))
        assert found.frozen_seconds < 0.3


class TestFiles:
    def test_one_whose_index_comes_last_is_told_apart(self, tmp_path: Path) -> None:
        write(tmp_path / "first.mp4", board(scene(whole(busy()), seconds=0.2)))
        with av.open(str(tmp_path / "first.mp4")) as file, av.open(str(tmp_path / "last.mp4"), "w") as copy:
            stream = copy.add_stream_from_template(file.streams.video[0])
            for packet in file.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    copy.mux(packet)
        assert index_first(tmp_path / "first.mp4")
        assert not index_first(tmp_path / "last.mp4")
        assert inspect(tmp_path / "last.mp4").audio == ""

    @pytest.mark.parametrize("content", [b"", b"no video", b"\x00\x00\x00\x00mdat", b"\xff" * 4096])
    def test_what_is_no_video_is_refused_by_name(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "film.mp4").write_bytes(content)
        with pytest.raises(Unusable, match=r"^film\.mp4 is not a video") as refused:
            inspect(tmp_path / "film.mp4")
        assert str(tmp_path) not in str(refused.value)

    def test_half_a_video_is_refused(self, tmp_path: Path) -> None:
        write(tmp_path / "film.mp4", board(scene(moving(busy()), seconds=2)))
        content = (tmp_path / "film.mp4").read_bytes()
        (tmp_path / "film.mp4").write_bytes(content[: len(content) // 2])
        with pytest.raises(Unusable):
            inspect(tmp_path / "film.mp4")

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Unusable):
            inspect(tmp_path / "film.mp4")


def test_a_ground_of_one_colour_is_neither_black_nor_moving(tmp_path: Path) -> None:
    found = seen(tmp_path, board(scene(whole(plain(4, 4, (90, 20, 20))), seconds=1), size=TINY))
    assert found.black_seconds == 0
    assert found.frozen_seconds == pytest.approx(1, abs=0.1)
