"""Every leaf has Shopify's field beside it, and the platform is what the rest of the house expects."""

from connectors.platforms import PLATFORMS
from connectors.platforms.base import Platform
from connectors.platforms.shopify import Shopify
from connectors.platforms.shopify.sources import ABSENT, SOURCES
from connectors.platforms.shopify.topics import _Shop
from connectors.policy.register import faults, leaf_names

WEBHOOK = "webhook shop/update: "


def test_every_leaf_has_a_source_or_a_reason_and_never_both() -> None:
    assert SOURCES.keys() | ABSENT.keys() == leaf_names()
    assert not SOURCES.keys() & ABSENT.keys()
    assert list(faults(PLATFORMS.values())) == []


def test_a_source_in_a_webhook_is_one_that_the_webhook_is_read_for() -> None:
    named = {
        source.removeprefix(WEBHOOK)
        for sources in SOURCES.values()
        for source in sources
        if source.startswith(WEBHOOK)
    }
    assert named - {"X-Shopify-Triggered-At"} == set(_Shop.__struct_fields__) - {"id"}


def test_only_what_is_reported_comes_by_webhook() -> None:
    by_webhook = {leaf for leaf, sources in SOURCES.items() if sources[0].startswith("webhook")}
    assert by_webhook == {each for each in leaf_names() if each.startswith("StoreInfo.reported.")} - set(
        ABSENT
    )


def test_shopify_is_a_platform_that_shows_sixty_days_of_orders() -> None:
    shopify: Platform = Shopify()
    assert PLATFORMS["shopify"].name == shopify.name == "shopify"
    assert shopify.history_days == {"sale": 60}
    assert "read_all_orders" not in shopify.scopes | shopify.optional_scopes
