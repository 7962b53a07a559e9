"""Ranges: whatever is asked for is the slice that it names, from the parts that it lies in and no others."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from connectors.models import VideoFile
from connectors.pages import videos
from connectors.pages.ranges import Span, Unsatisfiable, asked
from connectors.videos import links, playing
from connectors.videos.bounds import PART_BYTES
from connectors.videos.playing import Recording
from tests.videos.cast import announced, film, kept, stocked


class TestWhatIsAskedFor:
    @pytest.mark.parametrize(
        ("header", "span"),
        [
            ("bytes=0-0", Span(0, 1)),
            ("bytes=2-5", Span(2, 6)),
            ("bytes=2-", Span(2, 10, open_ended=True)),
            ("bytes=2-99", Span(2, 10)),
            ("bytes=-3", Span(7, 10)),
            ("bytes=-99", Span(0, 10)),
            ("Bytes= 2-5 ", Span(2, 6)),
        ],
    )
    def test_one_range_is_read(self, header: str, span: Span) -> None:
        assert asked(header, 10) == span

    @pytest.mark.parametrize(
        "header",
        [
            *(None, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "items=0-1"),
            *(
                "bytes=0-1,4-5",
                "bytes=0x1-2",
                "bytes=+1-2",
                "bytes=1-2\n",
                "bytes=٣-٤",
                "bytes=" + "9" * 30 + "-",
            ),
        ],
    )
    def test_anything_else_means_all(self, header: str | None) -> None:
        assert asked(header, 10) is None

    @pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
    def test_what_lies_behind_the_end_is_refused(self, header: str) -> None:
        with pytest.raises(Unsatisfiable):
            asked(header, 10)

    @given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 40))
    def test_what_is_given_is_what_python_slices(self, first: int, last: int, size: int) -> None:
        content = bytes(range(size))
        try:
            span = asked(f"bytes={first}-{last}", size)
        except Unsatisfiable:
            assert content[first : last + 1] == b""
        else:
            assert span is None or content[span.start : span.end] == content[first : last + 1]


@pytest.mark.django_db
class TestAnswers:
    #: Three parts and a bit.
    CONTENT = film(3 * PART_BYTES + 1000)
    SIZE = len(CONTENT)

    @pytest.fixture
    def address(self) -> str:
        store, _ = stocked()
        video = announced(store)
        kept(video, content=self.CONTENT)
        what = f"{video.ref}/9x16.mp4"
        return f"/videos/{what}?proof={links.viewer(store, timezone.now()).proof(what)}"

    @pytest.fixture
    def recording(self, address: str) -> Recording:
        file = VideoFile.objects.select_related("video__store").get()
        return playing.recording(file.video.store, file.video.ref, "9x16", VideoFile.FILM)

    def got(self, client: Client, address: str, **headers: str) -> tuple[Any, bytes]:
        answer: Any = client.get(address, headers={each.replace("_", "-"): headers[each] for each in headers})
        return answer, b"".join(answer)

    def test_any_range_is_the_slice(self, recording: Recording) -> None:
        edges = st.integers(0, self.SIZE) | st.sampled_from(
            [edge + off for edge in range(0, self.SIZE, PART_BYTES) for off in (-1, 0, 1) if edge + off >= 0]
        )

        @given(edges, edges)
        def check(one: int, other: int) -> None:
            start, end = sorted((one, other))
            assert b"".join(recording.read(start, end)) == self.CONTENT[start:end]

        check()

    def test_only_the_parts_that_it_lies_in_are_read(self, recording: Recording) -> None:
        with CaptureQueriesContext(connection) as queries:
            list(recording.read(PART_BYTES - 1, PART_BYTES + 1))
        assert len(queries) == 2

    def test_a_range_is_partial_content(self, client: Client, address: str) -> None:
        answer, content = self.got(client, address, Range=f"bytes={PART_BYTES - 10}-{PART_BYTES + 9}")
        assert (answer.status_code, content) == (206, self.CONTENT[PART_BYTES - 10 : PART_BYTES + 10])
        assert answer.headers["Content-Range"] == f"bytes {PART_BYTES - 10}-{PART_BYTES + 9}/{self.SIZE}"
        assert answer.headers["Content-Length"] == "20"

    def test_the_last_bytes_can_be_asked_for(self, client: Client, address: str) -> None:
        answer, content = self.got(client, address, Range="bytes=-7")
        assert (answer.status_code, content) == (206, self.CONTENT[-7:])

    def test_several_ranges_give_all(self, client: Client, address: str) -> None:
        answer, content = self.got(client, address, Range="bytes=0-1,4-5")
        assert (answer.status_code, content == self.CONTENT) == (200, True)
        assert "Content-Range" not in answer.headers

    def test_behind_the_end_there_is_nothing(self, client: Client, address: str) -> None:
        answer, content = self.got(client, address, Range=f"bytes={self.SIZE}-")
        assert (answer.status_code, content) == (416, b"")
        assert answer.headers["Content-Range"] == f"bytes */{self.SIZE}"

    def test_a_range_counts_only_of_the_file_that_it_was_asked_for(
        self, client: Client, address: str
    ) -> None:
        tag = client.get(address).headers["ETag"]
        assert self.got(client, address, Range="bytes=0-1", If_Range=tag)[0].status_code == 206
        kept(VideoFile.objects.get().video, content=film(seed=2))
        answer, content = self.got(client, address, Range="bytes=0-1", If_Range=tag)
        assert (answer.status_code, content == film(seed=2)) == (200, True)
        assert answer.headers["ETag"] != tag
        weak = answer.headers["ETag"].replace('"', 'W/"', 1)
        assert self.got(client, address, Range="bytes=0-1", If_Range=weak)[0].status_code == 200

    def test_head_says_how_long_it_is_and_sends_nothing(self, client: Client, address: str) -> None:
        answer: Any = client.head(address, headers={"Range": "bytes=0-1"})
        assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(self.SIZE))
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert b"".join(answer) == b""

    def test_a_player_gets_a_piece_at_a_time_and_a_download_all(
        self, client: Client, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(videos, "PIECE_BYTES", 1000)
        answer, content = self.got(client, address, Range="bytes=5-")
        assert (answer.status_code, content) == (206, self.CONTENT[5:1005])
        assert answer.headers["Content-Range"] == f"bytes 5-1004/{self.SIZE}"
        answer, content = self.got(client, address + "&download=1", Range="bytes=5-")
        assert (answer.status_code, content == self.CONTENT[5:]) == (206, True)
        assert self.got(client, address, Range="bytes=5-3000")[1] == self.CONTENT[5:3001]
