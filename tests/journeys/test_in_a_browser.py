"""The page as a merchant has it: in the platform's admin, in a real browser that keeps no foreign cookie."""

from pathlib import Path

import av
import numpy
import pytest
import requests
from django.utils import timezone

from connectors.models import VideoFile
from connectors.videos import register
from tests.journeys.merchant import Merchant
from tests.videos.browser import browsing, needs_chromium
from tests.videos.cast import announced, kept, scope

pytestmark = [pytest.mark.django_db(transaction=True), needs_chromium]


def drawn(path: Path) -> bytes:
    """Return a film of two seconds that every browser plays."""
    with av.open(path, "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 90, 160, "yuv420p"
        for shade in range(60):
            picture = numpy.full((160, 90, 3), shade * 4, numpy.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())
    return path.read_bytes()


def test_a_film_appears_plays_and_is_taken_back_under_the_merchants_eyes(
    merchant: Merchant, app_url: str, tmp_path: Path
) -> None:
    merchant.come()
    video = announced(merchant.store, "9x16", "1x1")
    (page,) = [each["page"] for each in merchant.sandbox.stores() if each["domain"] == merchant.shop]
    with browsing(app_url, tmp_path / "browser") as browser:
        browser.open(f"{merchant.sandbox.base_url}{page}")
        assert browser.wait_for("document.querySelector('#videos progress') !== null")
        content = drawn(tmp_path / "film.mp4")
        for name in ("9x16", "1x1"):
            kept(video, name, content, VideoFile.FILM)
        # It came by itself; the second format is chosen, played, and sought in.
        browser.wait_for("document.querySelectorAll('#videos .choice button').length === 2")
        browser.in_frame("document.querySelectorAll('#videos .choice button')[1].click()")
        browser.in_frame("document.querySelector('#videos video').play()")
        browser.wait_for("document.querySelector('#videos video').currentTime > 0.2")
        browser.in_frame("document.querySelector('#videos video').currentTime = 1.5")
        browser.wait_for("document.querySelector('#videos video').ended")
        assert browser.in_frame("document.querySelector('#videos video').error") is None
        assert (
            browser.in_frame("document.querySelector('#videos .choice [aria-pressed=true]').textContent")
            == "1:1"
        )
        assert browser.in_frame("document.querySelector('#videos progress')") is None
        assert browser.in_frame("document.documentElement.scrollWidth <= innerWidth")
        register.withdraw(scope(), video.ref, timezone.now())
        browser.wait_for("document.querySelector('#videos .empty') !== null")
        assert browser.faults == []


def test_a_merchant_pauses_resumes_and_deletes_in_the_frame(
    merchant: Merchant, app_url: str, tmp_path: Path
) -> None:
    merchant.come()
    (page,) = [each["page"] for each in merchant.sandbox.stores() if each["domain"] == merchant.shop]
    with browsing(app_url, tmp_path / "browser") as browser:
        browser.open(f"{merchant.sandbox.base_url}{page}")
        browser.wait_for(f"{_form('pause')} !== null")
        for verb, then in (("pause", "resume"), ("resume", "pause")):
            browser.in_frame(f"{_form(verb)}.querySelector('button').click()")
            browser.wait_for(f"{_form(then)} !== null")
            # Who cannot see it is told.
            assert browser.in_frame("document.activeElement.id") == "said"
        assert merchant.store.paused_at is None
        browser.in_frame(f"{_form('delete')}.closest('details').open = true")
        browser.in_frame(f"{_form('delete')}.querySelector('.typed').value = '{merchant.store.ref}'")
        browser.in_frame(f"{_form('delete')}.querySelector('button').click()")
        link = browser.wait_for("document.querySelector('#rights a[href*=leaving]')?.href")
        assert not merchant.store.readable
        assert "How an erasure stands" in requests.get(link, timeout=60).text


def _form(verb: str) -> str:
    return f"document.querySelector('form[action=\"/rights/{verb}\"]')"
