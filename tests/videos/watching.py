"""A merchant's page in the platform's frame, and what a browser gets at the addresses that stand in it."""

import html
import re
from urllib.parse import urljoin

import requests
from django.utils import timezone

from connectors.models import Store
from connectors.videos import register
from tests.journeys.merchant import Merchant
from tests.videos.cast import film, kept, lineage, scope


def made_of(store: Store) -> bytes:
    """Bring a video of a store's products, and return its film."""
    products = [each for each in lineage(store) if each.kind == "product"]
    video = register.register(scope(), store.ref, store.epoch, products, ["9x16"], timezone.now())
    return kept(video, content=film(300_000))


def links_of(page: requests.Response) -> list[str]:
    """Return the addresses of the films, of downloads and of news that stand in a page."""
    found = re.findall(r'(?:src|href|data-state)="(/videos/[^"]+)"', page.text)
    return [urljoin(page.url, html.unescape(each)) for each in found]


def got(address: str) -> requests.Response:
    """Return what a browser gets that sends nothing but the address: no cookie, no header, no referrer."""
    with requests.Session() as browser:
        browser.trust_env = False
        return browser.get(address, timeout=60)


def watches_until_leaving(merchant: Merchant) -> None:
    """Let a merchant watch in the frame, then leave, and see that nothing plays any more."""
    content = made_of(merchant.store)
    page = merchant.open()
    news, player, download = links_of(page)
    assert got(player).content == content
    assert "attachment" in got(download).headers["Content-Disposition"]
    assert "<video" in got(news).text
    merchant.leave()
    assert {got(each).status_code for each in (news, player, download)} == {404}
    # Back again at once, the page begins without the videos of before.
    merchant.come()
    assert "There is no video yet." in merchant.open().text
    assert {got(each).status_code for each in (news, player, download)} == {404}
