"""The page's actions in a frame, in a real browser that keeps no foreign cookie and runs no script."""

from pathlib import Path

import pytest

from tests.journeys.across.bigcommerce import BigCommerceSide
from tests.journeys.across.conftest import Open
from tests.journeys.merchant import wait_for
from tests.videos.browser import Browser, browsing, needs_chromium

pytestmark = [pytest.mark.django_db(transaction=True), needs_chromium]
_LINK = "document.querySelector('main.notice a')"


def _form(verb: str) -> str:
    return f"document.querySelector('form[action=\"/rights/{verb}\"]')"


def _leaving(browser: Browser) -> list[str]:
    found = browser.ask("Target.getTargets")["targetInfos"]
    return [each["url"] for each in found if "/leaving/" in each["url"]]


def test_a_merchant_pauses_and_clicks_twice_on_a_deletion(
    open_store: Open, app_url: str, tmp_path: Path
) -> None:
    merchant = open_store(BigCommerceSide()).come()
    (page,) = [each["page"] for each in merchant.sandbox.stores() if each["key"] == merchant.shop]
    with browsing(app_url, tmp_path / "browser") as browser:
        browser.open("about:blank")
        browser.ask("Emulation.setScriptExecutionDisabled", value=True)
        browser.ask("Page.navigate", url=f"{merchant.sandbox.base_url}{page}")
        browser.wait_for(f"{_form('pause')} !== null")
        browser.in_frame(f"{_form('pause')}.querySelector('button').click()")
        browser.wait_for(f"{_LINK} !== null")
        browser.in_frame(f"{_LINK}.click()")
        browser.wait_for(f"{_form('resume')} !== null")
        assert merchant.store.paused_at is not None
        browser.in_frame(f"{_form('delete')}.querySelector('.typed').value = '{merchant.store.ref}'")
        browser.in_frame(f"{_form('delete')}.querySelector('button').click()")
        browser.in_frame(f"{_form('delete')}?.querySelector('button').click()")
        browser.wait_for(f"{_LINK}?.href.includes('/leaving/')")
        assert not merchant.store.readable
        # It is shown in nobody's frame, so in a window of its own.
        browser.in_frame(f"{_LINK}.click()")
        wait_for(lambda: _leaving(browser))
        assert browser.faults == []
