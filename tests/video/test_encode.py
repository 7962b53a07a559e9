"""The finished file: what is in it, that it is whole, and that it is the same twice."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from connectors.video.encode import poster, rgb, write
from connectors.video.errors import NotWritten, Unusable
from connectors.video.frames import frame
from connectors.video.inspection import inspect
from connectors.video.plan import FORMATS, Colour, Layer, Storyboard
from connectors.video.sound import silence
from tests.video.boards import board, busy, decoded, moving, plain, scene, sheet, whole

COLOURS = [
    (255, 0, 0),
    (12, 200, 90),
    (20, 40, 250),
    (240, 210, 30),
    (128, 128, 128),
    (3, 3, 3),
    (252, 252, 252),
]

KILLED = """
import sys
from pathlib import Path
from connectors.video.encode import write
from tests.video.boards import board, busy, moving, scene

def told(done, seconds):
    if done >= 1:
        print("under way", flush=True)
        sys.stdin.read()

write(Path(sys.argv[1]), board(scene(moving(busy()), seconds=4)), progress=told)
"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes that move, with a layer, and the bed."""
    path = tmp_path_factory.mktemp("film") / "tiny.mp4"
    write(path, two_scenes())
    return path


def two_scenes() -> Storyboard:
    """Return 2.3 seconds that move."""
    layer = Layer(sheet(60, 20, (255, 255, 255), 200), 50, 200, 0.2, None, 0.3, 10, 0)
    return board(
        scene(moving(busy()), seconds=1.25, layers=(layer,)), scene(moving(busy(seed=2)), seconds=1.25)
    )


class TestFile:
    def test_it_is_what_every_player_plays(self, film: Path) -> None:
        found = inspect(film)
        assert (found.video, found.profile, found.pixels) == ("h264", "High", "yuv420p")
        assert (found.width, found.height, found.frames_a_second) == (160, 284, 30)
        assert (found.audio, found.channels, found.samples_a_second) == ("aac", 2, 48_000)
        assert found.index_first
        assert found.bt709

    def test_sound_and_picture_are_of_one_length(self, film: Path) -> None:
        found = inspect(film)
        assert found.frames == 69
        assert found.video_seconds == pytest.approx(2.3, abs=0.001)
        assert found.audio_seconds == pytest.approx(2.3, abs=1 / 30)

    @pytest.mark.parametrize("seconds", [0.01, 0.5, 1.0, 3.07])
    def test_so_they_are_at_any_length(self, tmp_path: Path, seconds: float) -> None:
        write(tmp_path / "film.mp4", board(scene(moving(busy()), seconds=seconds)))
        found = inspect(tmp_path / "film.mp4")
        assert found.video_seconds == pytest.approx(max(round(seconds * 30), 1) / 30, abs=0.001)
        assert found.audio_seconds == pytest.approx(found.video_seconds, abs=1 / 30)

    def test_a_key_frame_comes_every_two_seconds(self, tmp_path: Path) -> None:
        write(tmp_path / "film.mp4", board(scene(moving(busy()), seconds=5)))
        with av.open(str(tmp_path / "film.mp4")) as file:
            keys = [frame.time or 0.0 for frame in file.decode(video=0) if frame.key_frame]
        assert keys[0] == 0
        assert np.diff([*keys, 5.0]).max() <= 2

    def test_nothing_in_it_tells_of_the_machine_or_the_time(self, film: Path) -> None:
        with av.open(str(film)) as file:
            told = {**file.metadata, **file.streams[0].metadata, **file.streams[1].metadata}
        assert set(told) <= {"major_brand", "minor_version", "compatible_brands", "language", "handler_name"}
        assert str(film.parent).encode() not in film.read_bytes()
        assert b".part" not in film.read_bytes()

    def test_one_storyboard_gives_the_same_bytes_twice(self, film: Path, tmp_path: Path) -> None:
        write(tmp_path / "again.mp4", two_scenes())
        assert (tmp_path / "again.mp4").read_bytes() == film.read_bytes()

    def test_it_may_be_silent(self, tmp_path: Path) -> None:
        write(tmp_path / "film.mp4", board(scene(moving(busy()))), sound=silence)
        with av.open(str(tmp_path / "film.mp4")) as file:
            assert max(float(np.abs(each.to_ndarray()).max()) for each in file.decode(audio=0)) < 1e-4


class TestPicture:
    @pytest.mark.parametrize("colour", COLOURS)
    def test_a_flat_colour_comes_back(self, tmp_path: Path, colour: Colour) -> None:
        made = board(scene(whole(plain(40, 71, colour)), seconds=0.3))
        write(tmp_path / "film.mp4", made)
        for shown in decoded(tmp_path / "film.mp4"):
            assert np.abs(shown.astype(int) - np.array(colour)).max() <= 2

    def test_what_was_drawn_is_what_is_seen(self, film: Path) -> None:
        shown = decoded(film)
        for number in (0, 20, 34, 40, 68):
            drawn = np.asarray(rgb(frame(two_scenes(), number / 30)), float)
            noise = [float(np.mean((each - drawn) ** 2)) for each in shown]
            assert 10 * np.log10(255**2 / noise[number]) > 28
            assert noise[number] == min(noise)

    def test_a_poster_is_the_frame_of_its_second(self, tmp_path: Path) -> None:
        poster(two_scenes(), 0.8, tmp_path / "poster.jpg")
        with Image.open(tmp_path / "poster.jpg") as seen:
            assert (seen.format, seen.size, seen.mode) == ("JPEG", (160, 284), "RGB")
            off = [
                float(np.abs(np.asarray(seen, float) - np.asarray(rgb(frame(two_scenes(), second)))).mean())
                for second in (0.75, 0.8, 0.85)
            ]
            assert off[1] == min(off) < 5
            assert not seen.getexif()


class TestProgress:
    def test_it_is_told_from_nothing_to_all_and_never_back(self, tmp_path: Path) -> None:
        told: list[tuple[float, float]] = []
        made = board(scene(moving(busy()), seconds=3.5))
        write(tmp_path / "film.mp4", made, progress=lambda done, seconds: told.append((done, seconds)))
        assert told == [(0, 3.5), (1, 3.5), (2, 3.5), (3, 3.5), (3.5, 3.5)]


class TestFailure:
    def test_a_kill_leaves_the_film_that_was_there(self, film: Path, tmp_path: Path) -> None:
        path = tmp_path / "film.mp4"
        path.write_bytes(film.read_bytes())
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as started:
            assert started.stdout is not None
            assert started.stdout.readline() == b"under way\n"
            started.kill()
        assert path.read_bytes() == film.read_bytes()
        assert len(list(tmp_path.iterdir())) == 2
        write(path, board(scene(ground=(9, 9, 9), seconds=0.2)))
        assert list(tmp_path.iterdir()) == [path]
        assert inspect(path).frames == 6

    def test_whoever_stops_it_in_the_middle_leaves_nothing(self, tmp_path: Path) -> None:
        """What a listener raises passes as it is: it says nothing of the disk."""

        def stop(done: float, seconds: float) -> None:
            if done:
                raise ConnectionError(f"{done} of {seconds}")

        with pytest.raises(ConnectionError, match=r"1\.0 of 3\.0"):
            write(tmp_path / "film.mp4", board(scene(moving(busy()), seconds=3)), progress=stop)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("make", [write, lambda path, made: poster(made, 0, path)])
    def test_a_place_that_cannot_be_written_is_named_without_its_path(
        self, tmp_path: Path, make: Callable[[Path, Storyboard], None]
    ) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(NotWritten, match=r"^film\.mp4 could not be written: \w+") as refused:
            make(tmp_path / "file" / "film.mp4", board(scene()))
        assert str(tmp_path) not in str(refused.value)

    def test_a_full_disk_is_said_and_leaves_nothing(self, tmp_path: Path) -> None:
        """What the file may not grow over stands for a disk: the kernel refuses both alike."""
        code = (
            "import resource, signal, sys; from pathlib import Path;"
            "from connectors.video.encode import write; from connectors.video.errors import NotWritten;"
            "from tests.video.boards import board, busy, moving, scene;"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));\n"
            "try: write(Path(sys.argv[1]), board(scene(moving(busy()), seconds=3)))\n"
            "except NotWritten as error: print(error)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "film.mp4")],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("film.mp4 could not be written: ")
        assert str(tmp_path) not in done.stdout
        assert not list(tmp_path.iterdir())

    def test_a_storyboard_that_cannot_be_shown_touches_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "film.mp4").write_text("old")
        with pytest.raises(Unusable):
            write(tmp_path / "film.mp4", Storyboard(FORMATS["1x1"], ()))
        assert (tmp_path / "film.mp4").read_text() == "old"
        assert len(list(tmp_path.iterdir())) == 1
