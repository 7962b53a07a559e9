"""Each platform's pages name that platform and no other."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from connectors import configured, errors
from connectors.models import Store, StoreState
from connectors.pages import answers, held, notices
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Platform
from connectors.platforms.opening import Bounced, Stale
from connectors.policy.records import Address, Reported
from connectors.vault import StoreKey
from tests import cast
from tests.pages.acme import Acme
from tests.pages.reading import read

pytestmark = pytest.mark.django_db
TITLES = ("Shopify", "BigCommerce", "Wix")
EVERY: dict[str, Platform] = {"acme": Acme(), **PLATFORMS}


@pytest.fixture(params=sorted(EVERY))
def platform(request: pytest.FixtureRequest) -> Platform:
    return EVERY[request.param]


def of_platform(platform: Platform, **fields: Any) -> tuple[Store, StoreKey]:
    store, key = cast.store("cedar", **fields)
    store.platform, store.fingerprint = platform.name, configured.finder().fingerprint(platform.name, "x")
    store.save()
    return store, key


def bare(**changed: Any) -> Any:
    """A store's own record of which the platform says as little as it may."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("email", "domain", "primary_domain", "phone", "created_at", "updated_at", "owner_name")
    )
    return cast.store_info(**(nothing | {"address": Address()} | changed))


def others_named(platform: Platform, answer: HttpResponse) -> list[str]:
    page = read(answer.content)
    # What it is kept as, and what its own addresses are, is said by the platform itself.
    text = " ".join([*page.texts("body"), *page.texts("title")])
    spoken = [
        # A proof is random: it says anything.
        re.sub(r"proof=[^&]*", "", str(value))
        for each in page.elements
        if each.attributes.get("name") != "proof"
        for value in each.attributes.values()
    ]
    seen = f"{text} {' '.join(spoken)}"
    return [name for name in TITLES if name != platform.title and re.search(name, seen, re.IGNORECASE)]


def pages_of(platform: Platform) -> Iterator[HttpResponse]:
    store, key = of_platform(platform)
    yield held.page_of(platform, store)  # nothing was read yet
    reported = Reported("settings", cast.NOON, changed_at=cast.NOON)
    cast.keep(store, key, bare(reported=reported, domain="cedar.example"))
    cast.keep(store, key, cast.product(), cast.sale(), cast.offer())
    for state in (StoreState.ACTIVE, StoreState.REAUTH, StoreState.CLOSED):
        store.state = state
        store.save()
        yield held.page_of(platform, store)


def test_the_page_names_no_other_platform(platform: Platform) -> None:
    for answer in pages_of(platform):
        assert others_named(platform, answer) == []


def test_no_small_page_names_another_platform(platform: Platform) -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    every = [kind() for kind in kinds if issubclass(kind, errors.MintaError)]
    for error in [*every, Stale(Bounced("cedar", "/"))]:
        assert others_named(platform, notices.page_for(platform, error)) == []
    assert others_named(platform, answers.page("bounce.html", {"platform": platform})) == []


class TestWhatAPlatformDoesNotSay:
    """Each item that is empty has its reason, the platform's own where it wrote one."""

    def shown(self, platform: Platform, record: Any) -> str:
        store, key = of_platform(platform)
        cast.keep(store, key, record)
        return re.sub(r"\s+", " ", read(held.page_of(platform, store).content).texts("body")[0])

    @pytest.mark.parametrize("leaf", ["created_at", "updated_at", "email", "domain", "owner_name"])
    def test_an_item_that_it_does_not_offer_has_the_written_reason(self, acme: Acme, leaf: str) -> None:
        acme.absent = {f"StoreInfo.{leaf}": "Acme keeps that to itself."}
        assert "Acme keeps that to itself." in self.shown(acme, bare())

    def test_an_item_that_it_left_empty_says_so(self, acme: Acme) -> None:
        acme.absent = {}
        assert self.shown(acme, bare()).count("Acme gave no value for this store.") >= 7

    def test_a_time_at_which_it_last_changed_is_shown(self, acme: Acme) -> None:
        changed = datetime(2025, 11, 3, 8, 30, tzinfo=timezone.get_current_timezone())
        reported = Reported("settings", cast.NOON, changed_at=changed)
        assert "3 Nov 2025, 08:30 UTC" in self.shown(acme, bare(reported=reported))

    def test_a_store_without_a_shop_is_told_what_to_do(self, acme: Acme) -> None:
        words = self.shown(acme, bare(has_storefront=False))
        assert "There is no shop in this store yet." in words
        assert "Acme has no products, sales or offers to show." in words

    def test_a_store_with_something_to_sell_is_not_told_so(self, acme: Acme) -> None:
        store, key = of_platform(acme)
        cast.keep(store, key, bare(has_storefront=False))
        cast.keep(store, key, cast.product())
        assert b"There is no shop" not in held.page_of(acme, store).content

    def test_where_the_platform_does_not_say_nothing_is_said(self, acme: Acme) -> None:
        assert "There is no shop" not in self.shown(acme, bare())


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://*.wix.com", True),
        ("https://manage.wix.com", True),
        ("https://store-abc123.mybigcommerce.com", True),
        ("https://*", False),
        ("https://a.*.wix.com", False),
        ("https://*.wix.com; script-src *", False),
        ("https://*.wix.com https://evil.example", False),
        ("https://*wix.com", False),
    ],
)
def test_who_may_frame_a_page_is_an_origin_or_all_below_one(origin: str, allowed: bool) -> None:
    framing = answers.policy((origin,)).rpartition("frame-ancestors ")[2]
    assert framing == (origin if allowed else "'none'")
