"""Sealed parts: they open in their own place alone, and nothing of a film rests in clear."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from connectors.errors import Unsealable
from connectors.models import Store, StoreState, Video, VideoFile, VideoPart
from connectors.videos import playing
from connectors.videos.bounds import PART_BYTES
from connectors.videos.playing import Recording, Stopped
from tests.videos.cast import POSTER, announced, box, film, kept, movie_head, stocked

pytestmark = pytest.mark.django_db

CANARY = b"canary-in-a-film-qzqzqz"


@pytest.fixture
def video() -> Video:
    made = announced(stocked()[0])
    kept(made, content=film(3 * PART_BYTES))
    return made


def recording(video: Video, name: str = "9x16", media: str = VideoFile.FILM) -> Recording:
    return playing.recording(video.store, video.ref, name, media)


def whole(video: Video, **which: str) -> bytes:
    found = recording(video, **which)
    return b"".join(found.read(0, found.size_bytes))


def parts(video: Video, name: str = "9x16") -> list[VideoPart]:
    return list(VideoPart.objects.filter(file__video=video, file__format=name).order_by("number"))


def swap(one: VideoPart, other: VideoPart) -> None:
    one.sealed, other.sealed = other.sealed, one.sealed
    one.save()
    other.save()


class TestPlaces:
    def test_two_parts_do_not_change_places(self, video: Video) -> None:
        first, second, *_ = parts(video)
        swap(first, second)
        with pytest.raises(Unsealable):
            whole(video)

    def test_a_part_does_not_open_in_another_format(self, video: Video) -> None:
        kept(video, "1x1", film(3 * PART_BYTES))
        swap(parts(video)[1], parts(video, "1x1")[1])
        for name in ("9x16", "1x1"):
            with pytest.raises(Unsealable):
                whole(video, name=name)

    def test_a_part_of_another_upload_does_not_open(self, video: Video) -> None:
        before = [bytes(each.sealed) for each in parts(video)]
        kept(video, content=film(3 * PART_BYTES, seed=2))
        for part, sealed in zip(parts(video), before, strict=True):
            part.sealed = sealed
            part.save()
        with pytest.raises(Unsealable):
            whole(video)

    def test_a_part_of_another_store_does_not_open(self, video: Video) -> None:
        other = announced(stocked("oak.myshopify.com")[0])
        kept(other, content=film(3 * PART_BYTES))
        swap(parts(video)[0], parts(other)[0])
        for each in (video, other):
            with pytest.raises(Unsealable):
                whole(each)

    def test_a_film_that_was_cut_in_the_table_does_not_pass_for_a_shorter_one(self, video: Video) -> None:
        file = VideoFile.objects.get()
        parts(video)[-1].delete()
        file.size_bytes = 3 * PART_BYTES
        file.save()
        with pytest.raises(Unsealable):
            whole(video)

    @pytest.mark.parametrize("off_bytes", [-1, 1])
    def test_a_wrong_length_is_an_error(self, video: Video, off_bytes: int) -> None:
        file = VideoFile.objects.get()
        file.size_bytes += off_bytes
        file.save()
        with pytest.raises(Unsealable):
            whole(video)


class TestLeaving:
    def test_nothing_plays_from_the_moment_of_the_uninstall(self, video: Video) -> None:
        content = recording(video).read(0, 3 * PART_BYTES)
        next(content)
        Store.objects.update(state=StoreState.QUARANTINED)
        with pytest.raises(Stopped):
            next(content)

    def test_a_film_that_is_replaced_meanwhile_is_not_mixed_with_the_new_one(self, video: Video) -> None:
        content = recording(video).read(0, 3 * PART_BYTES)
        next(content)
        kept(video, content=film(3 * PART_BYTES, seed=2))
        with pytest.raises(Stopped):
            next(content)


@pytest.mark.django_db(transaction=True)
class TestInClear:
    def film(self) -> bytes:
        head = box(b"ftyp", b"isomiso2avc1mp41") + box(b"moov", movie_head() + box(b"udta", CANARY))
        return head + box(b"mdat", CANARY * 40_000)

    def files(self) -> list[Path]:
        if connection.vendor != "sqlite":
            return []
        name = Path(str(connection.settings_dict["NAME"]))
        return [path for path in name.parent.glob(f"{name.name}*") if path.is_file()]

    def test_no_byte_of_a_film_is_found_anywhere(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        video = announced(stocked()[0])
        kept(video, content=self.film())
        kept(video, content=POSTER, media=VideoFile.POSTER)
        assert CANARY * 40_000 in whole(video)
        for table, columns in tables():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {columns} FROM {table}")  # noqa: S608 - names of our own models
                for line in cursor.fetchall():
                    for value in line:
                        assert not found_in(value), table
        for path in [*self.files(), *Path(settings.VAR_DIR).rglob("*")]:
            if path.is_file():
                assert not found_in(path.read_bytes()), path.name
        assert CANARY.decode() not in caplog.text


def tables() -> list[tuple[str, str]]:
    return [
        (model._meta.db_table, ", ".join(str(field.column) for field in model._meta.concrete_fields))
        for model in (Video, VideoFile, VideoPart)
    ]


def found_in(value: Any) -> bool:
    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    return b"canary-in-a" in raw or b"moov" in raw


def test_times_of_a_file_are_when_it_arrived() -> None:
    before = datetime.now(UTC)
    kept(announced(stocked()[0]))
    file = VideoFile.objects.get()
    assert before <= file.begun_at <= (file.whole_at or before) <= datetime.now(UTC)
