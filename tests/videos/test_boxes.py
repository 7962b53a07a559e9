"""What is a film and what is a poster, however its bytes arrive; and how long it is."""

import contextlib
import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Malformed
from connectors.videos.boxes import Check, Film, Poster
from tests.videos.cast import POSTER, box, film, in_pieces, movie_head

FTYP = box(b"ftyp", b"isomiso2avc1mp41")
MOOV = box(b"moov", movie_head())
MDAT = box(b"mdat", bytes(100))


def checked(content: bytes, size_bytes: int = 65_536, check: Callable[[], Check] = Film) -> Check:
    passing = check()
    for piece in in_pieces(content, size_bytes):
        passing.feed(piece)
    passing.end()
    return passing


def long_box(kind: bytes, content: bytes) -> bytes:
    """Return a box whose length stands in 64 bits."""
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


class TestFilms:
    @pytest.mark.parametrize("size_bytes", [1, 7, 100, 65_536])
    def test_it_is_one_however_it_arrives(self, size_bytes: int) -> None:
        assert checked(film(2_000, duration_ms=12_345), size_bytes).duration_ms == 12_345

    @pytest.mark.parametrize(
        "content",
        [
            FTYP + MDAT + MOOV,
            FTYP + box(b"free", b"") + MOOV + box(b"free", bytes(9)) + MDAT,
            FTYP + long_box(b"moov", movie_head()) + long_box(b"mdat", bytes(100)),
            FTYP + MOOV + struct.pack(">I4s", 0, b"mdat") + bytes(100),
            FTYP
            + box(b"moov", box(b"udta", bytes(5)) + movie_head(version=1) + box(b"trak", bytes(50)))
            + MDAT,
        ],
        ids=["moov last", "free space", "64 bits", "to the end", "long times"],
    )
    def test_boxes_may_stand_in_any_order_and_form(self, content: bytes) -> None:
        for size_bytes in (1, 13, 65_536):
            assert checked(content, size_bytes).duration_ms == 15_000

    def test_boxes_without_number_are_refused_before_they_fill_the_memory(self) -> None:
        many = FTYP + b"".join(struct.pack(">II", 8, each) for each in range(10_000))
        endless = Film()
        with pytest.raises(Malformed):
            endless.feed(many)
        # A minute in fragments of a second.
        pieces = 60 * (box(b"moof", bytes(40)) + MDAT)
        assert checked(FTYP + MOOV + pieces).duration_ms == 15_000

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0\0\0",
            FTYP,
            FTYP + MOOV,
            FTYP + MDAT,
            MOOV + MDAT,
            box(b"free", b"") + FTYP + MOOV + MDAT,
            FTYP + box(b"moov", b"") + MDAT,
            FTYP + box(b"moov", box(b"trak", movie_head())) + MDAT,
            FTYP + movie_head() + box(b"moov", b"") + MDAT,
            FTYP + box(b"moov", movie_head(duration_ms=0)) + MDAT,
            FTYP + box(b"moov", movie_head(duration_ms=2**32 - 1)) + MDAT,
            FTYP + box(b"moov", box(b"mvhd", bytes(20))) + MDAT,
            FTYP + box(b"moov", box(b"mvhd", bytes(100))) + MDAT,
            FTYP + box(b"moov", movie_head()[:-1]) + MDAT,
            FTYP + box(b"moov", movie_head() + MDAT),
            FTYP + box(b"moov", struct.pack(">I4s", 0, b"mdat")) + MDAT,
            FTYP + struct.pack(">I4s", 0, b"moov") + movie_head(),
            FTYP + MOOV + struct.pack(">I4s", 7, b"mdat"),
            FTYP + MOOV + struct.pack(">I4sQ", 1, b"mdat", 15),
            FTYP + MOOV + struct.pack(">I4sQ", 1, b"mdat", 2**64 - 1),
            FTYP + MOOV + MDAT + b"\0",
            FTYP + MOOV + MDAT[:-1],
        ],
    )
    def test_what_cannot_be_played_is_none(self, content: bytes) -> None:
        for size_bytes in (1, 13, 65_536):
            with pytest.raises(Malformed):
                checked(content, size_bytes)

    @given(st.integers(0, len(film()) - 1), st.integers(1, 300))
    def test_none_that_was_cut_passes(self, length: int, size_bytes: int) -> None:
        with pytest.raises(Malformed):
            checked(film()[:length], size_bytes)

    @given(st.binary(max_size=200), st.integers(1, 50))
    def test_no_bytes_make_it_fail_in_another_way(self, content: bytes, size_bytes: int) -> None:
        for start in (b"", FTYP, FTYP + MOOV[:20]):
            with contextlib.suppress(Malformed):
                assert checked(start + content, size_bytes).duration_ms

    @pytest.mark.parametrize("flags", ["", "faststart"])
    def test_what_an_encoder_writes_is_one(self, tmp_path: Path, flags: str) -> None:
        path = tmp_path / "film.mp4"
        with av.open(path, "w", options={"movflags": flags} if flags else {}) as container:
            stream = container.add_stream("libx264", rate=30)
            stream.width = stream.height = 64
            stream.pix_fmt = "yuv420p"
            for _ in range(45):
                frame = av.VideoFrame.from_ndarray(numpy.zeros((64, 64, 3), numpy.uint8))
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        assert checked(path.read_bytes(), 100).duration_ms == 1500


class TestPosters:
    @pytest.mark.parametrize("size_bytes", [1, 2, 1000])
    def test_it_is_one_however_it_arrives(self, size_bytes: int) -> None:
        assert checked(POSTER, size_bytes, Poster).duration_ms is None

    @pytest.mark.parametrize(
        "content", [b"", b"\xff\xd8", POSTER[:-1], POSTER + b"x", b"\x89PNG" + POSTER, film()]
    )
    def test_anything_else_is_none(self, content: bytes) -> None:
        for size_bytes in (1, 2, 1000):
            with pytest.raises(Malformed):
                checked(content, size_bytes, Poster)
