"""The merchant's page: the videos stand at its top, to watch, to download, with what is wrong with them."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from connectors.models import Person, Store, StoreState, Video, VideoFile
from connectors.pages import held
from connectors.pages.held import Onward
from connectors.platforms import PLATFORMS
from connectors.vault import StoreKey
from connectors.videos import links, register, stale
from connectors.videos.bounds import QUIET
from tests import cast
from tests.feed.cast import product
from tests.pages.reading import Page, read
from tests.videos.cast import POSTER, announced, film, kept, later, scope, stocked

Installed = tuple[Store, StoreKey]
pytestmark = pytest.mark.django_db


@pytest.fixture
def installed(db: None) -> Installed:
    return stocked()


def page_of(store: Store, **onward: Any) -> Page:
    store.refresh_from_db()
    return read(held.page_of(PLATFORMS["shopify"], store, onward=Onward(**onward)).content)


def words(page: Page) -> str:
    (section,) = [each for each in page.all("section") if each.attributes.get("id") == "videos"]
    return re.sub(r"\s+", " ", section.text)


def address_of(page: Page, ending: str) -> str:
    """Return the address in the page whose path ends so."""
    found = [
        value
        for each in page.elements
        for name in ("src", "poster", "href", "data-state")
        if (value := each.attributes.get(name) or "") and urlsplit(value).path.endswith(ending)
    ]
    return found[0]


class TestWhatItShows:
    def test_a_store_without_a_video_is_told_so(self, installed: Installed) -> None:
        page = page_of(installed[0])
        assert "There is no video yet." in words(page)
        assert not page.all("video")

    def test_a_video_is_named_by_its_products_and_can_be_played(self, installed: Installed) -> None:
        store, _ = installed
        video = announced(store)
        kept(video)
        kept(video, content=POSTER, media=VideoFile.POSTER)
        page = page_of(store)
        (player,) = page.all("video")
        assert player.attributes["preload"] == "none"
        assert player.attributes["poster"]
        assert "controls" in player.attributes
        assert "Canoe paddle 1, Canoe paddle 2" in words(page)
        assert "15 seconds" in words(page)
        assert "Out of date" not in words(page)

    def test_many_products_are_counted_and_gone_ones_are_not_named(self, installed: Installed) -> None:
        store, key = installed
        cast.keep(store, key, *[product(number) for number in range(3, 9)])
        announced(store)
        assert "Canoe paddle 4 and 4 more" in words(page_of(store))

    def test_every_format_can_be_chosen_and_downloaded(self, installed: Installed) -> None:
        store, _ = installed
        video = announced(store, "9x16", "1x1")
        for name in ("9x16", "1x1"):
            kept(video, name)
        page = page_of(store)
        buttons = [each for each in page.all("button") if "data-film" in each.attributes]
        assert [each.text for each in buttons] == ["9:16", "1:1"]
        assert [each.attributes["aria-pressed"] for each in buttons] == ["true", "false"]
        downloads = [each for each in page.all("a") if "download" in each.attributes]
        assert [each.text for each in downloads] == ["Download 9:16", "Download 1:1"]

    def test_a_bar_shows_how_far_a_rendering_is(self, installed: Installed) -> None:
        store, _ = installed
        video = announced(store)
        register.progress(scope(), video.ref, 40, timezone.now())
        page = page_of(store)
        (bar,) = page.all("progress")
        assert bar.attributes["value"] == "40"
        assert "Being made since" in words(page)
        for name in ("9x16", "1x1"):
            kept(video, name)
        assert not page_of(store).all("progress")

    def test_one_that_failed_says_so_and_one_that_was_withdrawn_is_not_there(
        self, installed: Installed
    ) -> None:
        store, _ = installed
        register.fail(scope(), announced(store).ref, timezone.now())
        gone = announced(store)
        kept(gone)
        register.withdraw(scope(), gone.ref, timezone.now())
        page = page_of(store)
        assert len(page.all("article")) == 1
        assert "Could not be made." in words(page)
        assert not page.all("progress")

    @pytest.mark.parametrize(("whole", "said"), [((), "Held up."), (("9x16",), "1 more format is missing.")])
    def test_a_rendering_that_nobody_hears_of_is_waited_for_no_longer(
        self, installed: Installed, whole: tuple[str, ...], said: str
    ) -> None:
        store, _ = installed
        video = announced(store)
        for name in whole:
            kept(video, name)
        register.progress(scope(), video.ref, 40, timezone.now())
        assert f"{len(whole)} of 2 formats are ready." in words(page_of(store))
        with travel(timezone.now() + QUIET, tick=False):
            page = page_of(store)
            assert not page.all("progress")
            assert said in words(page)
            # Heard of again, it goes on where it was.
            register.progress(scope(), video.ref, 41, timezone.now())
            assert page_of(store).all("progress")[0].attributes["value"] == "41"

    def test_failures_do_not_hide_what_was_made(self, installed: Installed) -> None:
        store, _ = installed
        kept(announced(store))
        for _ in range(13):
            register.fail(scope(), announced(store).ref, timezone.now())
        page = page_of(store)
        assert len(page.all("video")) == 1
        assert words(page).count("Could not be made.") == 1
        announced(store)
        assert "Could not be made." not in words(page_of(store))

    def test_why_a_video_is_out_of_date_is_said_in_plain_words(self, installed: Installed) -> None:
        store, key = installed
        kept(announced(store))
        cast.keep(store, key, product(1, updated_at=later(), status="draft"))
        stale.check(store.pk, timezone.now())
        assert "Out of date: a product in it cannot be bought now." in words(page_of(store))

    def test_only_the_newest_are_shown(self, installed: Installed) -> None:
        store, _ = installed
        for _ in range(13):
            announced(store)
        page = page_of(store)
        assert len(page.all("article")) == 12
        assert "The newest 12 of 13." in words(page)


class TestLinks:
    @pytest.fixture
    def page(self, installed: Installed) -> Page:
        video = announced(installed[0])
        kept(video)
        kept(video, content=POSTER, media=VideoFile.POSTER)
        return page_of(installed[0])

    def test_they_play_without_a_cookie_or_a_header(self, client: Client, page: Page) -> None:
        answer = client.get(address_of(page, "9x16.mp4"))
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "video/mp4")
        assert b"".join(answer.streaming_content) == film()  # type: ignore[attr-defined]
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Disposition" not in answer.headers
        poster = client.get(address_of(page, "9x16.jpg"))
        assert (poster.status_code, poster.headers["Content-Type"]) == (200, "image/jpeg")
        assert b"".join(poster.streaming_content) == POSTER  # type: ignore[attr-defined]

    def test_a_download_has_a_name(self, client: Client, page: Page) -> None:
        answer = client.get(address_of(page, "9x16.mp4") + "&download=1")
        said = answer.headers["Content-Disposition"]
        assert re.fullmatch(r'attachment; filename="minta-[a-z2-7]{8}-9x16\.mp4"', said)

    def test_the_proof_stands_in_the_query_alone(self, page: Page) -> None:
        for ending in ("9x16.mp4", "9x16.jpg"):
            address = urlsplit(address_of(page, ending))
            assert len(parse_qs(address.query)["proof"][0]) > 60
            assert re.fullmatch(r"/videos/vd_[a-z2-7]{16}/9x16\.(mp4|jpg)", address.path)

    def test_a_link_opens_one_file_and_no_other(self, client: Client, page: Page) -> None:
        film_address, poster_address = address_of(page, "9x16.mp4"), address_of(page, "9x16.jpg")
        crossed = f"{urlsplit(poster_address).path}?{urlsplit(film_address).query}"
        assert client.get(crossed).status_code == 404
        assert client.get(urlsplit(film_address).path).status_code == 404
        assert client.get(film_address[:-1] + ("A" if film_address[-1] != "A" else "B")).status_code == 404

    def test_one_merchants_link_never_opens_anothers_video(self, client: Client, page: Page) -> None:
        other, _ = stocked("oak.myshopify.com")
        theirs = announced(other)
        kept(theirs, content=film(seed=2))
        mine = links.viewer(Store.objects.exclude(pk=other.pk).get(), timezone.now())
        what = f"{theirs.ref}/9x16.mp4"
        assert client.get(f"/videos/{what}?proof={mine.proof(what)}").status_code == 404

    def test_they_end_after_an_hour(self, client: Client, page: Page) -> None:
        address = address_of(page, "9x16.mp4")
        with travel(timezone.now() + timedelta(minutes=59), tick=False):
            assert client.get(address).status_code == 200
        with travel(timezone.now() + timedelta(minutes=61), tick=False):
            assert client.get(address).status_code == 404

    def test_they_end_with_the_session_of_the_page(
        self, client: Client, installed: Installed, page: Page
    ) -> None:
        soon = page_of(installed[0], ends_at=timezone.now() + timedelta(minutes=5))
        with travel(timezone.now() + timedelta(minutes=6), tick=False):
            assert client.get(address_of(soon, "9x16.mp4")).status_code == 404

    @pytest.mark.parametrize(
        "left", [{"state": StoreState.QUARANTINED}, {"state": StoreState.ERASED}, {"epoch": 2}]
    )
    def test_they_end_with_the_install(
        self, client: Client, installed: Installed, page: Page, left: dict[str, Any]
    ) -> None:
        Store.objects.filter(pk=installed[0].pk).update(**left)
        for ending in ("9x16.mp4", "9x16.jpg", installed[0].ref):
            assert client.get(address_of(page, ending)).status_code == 404

    def test_they_end_with_the_person(self, client: Client, installed: Installed, page: Page) -> None:
        store, _ = installed
        person = Person.objects.create(store=store, epoch=1, fingerprint=b"p" * 16, seen_at=timezone.now())
        theirs = page_of(store, person_id=person.pk)
        assert client.get(address_of(theirs, "9x16.mp4")).status_code == 200
        person.delete()
        for ending in ("9x16.mp4", store.ref):
            assert client.get(address_of(theirs, ending)).status_code == 404
        assert client.get(address_of(page, "9x16.mp4")).status_code == 200

    def test_a_withdrawn_video_plays_no_more(self, client: Client, page: Page) -> None:
        register.withdraw(scope(), Video.objects.get().ref, timezone.now())
        assert client.get(address_of(page, "9x16.mp4")).status_code == 404

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    def test_they_are_only_read(self, client: Client, page: Page, method: str) -> None:
        assert getattr(client, method)(address_of(page, "9x16.mp4")).status_code == 405


class TestNews:
    """An open page asks how its videos are, with a link that is as good as the page."""

    def test_it_is_the_section_of_the_page_as_it_is_now(self, client: Client, installed: Installed) -> None:
        store, _ = installed
        address = address_of(page_of(store), store.ref)
        assert "There is no video yet." in words(read(client.get(address).content))
        kept(announced(store))
        news = read(client.get(address).content)
        assert len(news.all("video")) == 1
        assert client.get(address_of(news, "9x16.mp4")).status_code == 200

    def test_asking_again_and_again_makes_no_link_live_longer(
        self, client: Client, installed: Installed
    ) -> None:
        store, _ = installed
        kept(announced(store))
        began = timezone.now()
        address = address_of(page_of(store), store.ref)
        with travel(began + timedelta(minutes=50), tick=False):
            news = read(client.get(address).content)
        with travel(began + timedelta(minutes=61), tick=False):
            assert client.get(address_of(news, "9x16.mp4")).status_code == 404
            assert client.get(address_of(news, store.ref)).status_code == 404

    def test_no_title_runs_as_markup(self, client: Client, installed: Installed) -> None:
        store, key = installed
        cast.keep(store, key, product(1, title="<script>alert(1)</script>", updated_at=later()))
        announced(store)
        news = read(client.get(address_of(page_of(store), store.ref)).content)
        assert "<script>alert(1)</script>" in words(news)
        assert not news.all("script")
