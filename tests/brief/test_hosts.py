"""Addresses of pictures: the platform's own, and nothing that looks like it or is read as it by some."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors import configured, pictures
from connectors.platforms import PLATFORMS
from tests.shared import SHARED, needs_shared

ATTACKS = Path(SHARED) / "specs" / "security" / "input" / "url_and_host_attacks.json"
HOSTS = ("cdn.shopify.com", "cdn*.bigcommerce.com", "static.wixstatic.com")
SANDBOX = "http://127.0.0.1:9401"


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.shopify.com/s/files/1/0262/products/a.jpg?v=1530129081&width=2048",
        "https://CDN.Shopify.com/a.jpg",
        "https://cdn8.bigcommerce.com/s-id30h7ohwf/products/86/images/286/a__78.1456436666.1280.1280.jpg?c=2",
        "https://cdn11.bigcommerce.com/s-abc123/a.png",
        "https://static.wixstatic.com/media/ea26fd_9a16~mv2.jpg/v1/fit/w_1920,h_1080,q_90/file.jpg",
    ],
)
def test_the_platforms_own_addresses_are_allowed(url: str) -> None:
    assert pictures.is_allowed(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://cdn.shopify.com/a.jpg",
        "//cdn.shopify.com/a.jpg",
        "ftp://cdn.shopify.com/a.jpg",
        "javascript:alert(1)//cdn.shopify.com/",
        "https://cdn.shopify.com",
        "https://cdn.shopify.com:443/a.jpg",
        "https://cdn.shopify.com:8443/a.jpg",
        "https://cdn.shopify.com./a.jpg",
        "https://xcdn.shopify.com/a.jpg",
        "https://cdn.shopify.com.attacker.example/a.jpg",
        "https://attacker.example/cdn.shopify.com/a.jpg",
        "https://cdn.shopify.com@attacker.example/a.jpg",
        "https://user:pw@cdn.shopify.com/a.jpg",
        "https://attacker.example#@cdn.shopify.com/a.jpg",
        "https://attacker.example\\@cdn.shopify.com/a.jpg",
        "https://cdn.shopify.com\\@attacker.example/a.jpg",
        "https://cdn.shopify.com/a\\..\\b.jpg",
        "https://cdn.shopify.com/a.jpg#x",
        "https://cdn.shopify.com/a b.jpg",
        "https://cdn.shopify.com/a\r\nLocation: https://attacker.example/",
        "https://cdn.shopify.com/a\x00.jpg",
        "https://cdn.shopify.com/é.jpg",
        "https://cdn\u3002shopify\u3002com/a.jpg",
        "https://cdn.\u017fhopify.com/a.jpg",
        "https://cdn%2eshopify.com/a.jpg",
        "https://cdnx.bigcommerce.com/a.jpg",
        "https://cdn.evil.bigcommerce.com/a.jpg",
        "https://cdn8.bigcommerce.com.attacker.example/a.jpg",
        "https://wixstatic.com/media/a.jpg",
        "https://video.wixstatic.com/a.mp4",
        "https://cdn.shopify.com/" + "a" * 2000,
        SANDBOX + "/_cdn/a.jpg",
        " https://cdn.shopify.com/a.jpg",
        "https://cdn.shopify.com/a.jpg\n",
    ],
)
def test_whatever_else_is_not(url: str) -> None:
    assert not pictures.is_allowed(url, HOSTS)


def attacks() -> Iterator[str]:
    """Yield every address and host of the corpus, bare and as an address with a path."""
    corpus = json.loads(ATTACKS.read_text(encoding="utf-8"))
    for part in corpus.values():
        for each in part["reject"] if isinstance(part, dict) else ():
            if isinstance(each, str):
                yield from (each, f"https://{each}/a.jpg", f"https://{each}", f"https:{each}", f"//{each}")
                # The same tricks, played on the host that is allowed.
                played = each.replace("minta-test.myshopify.com", "cdn.shopify.com")
                played = played.replace("api.example", "cdn.shopify.com")
                # But for a path that climbs: of whatever host, it stays there.
                if "/admin/../" not in played:
                    yield from (played, f"https://{played}/a.jpg")


@needs_shared
def test_no_address_of_the_corpus_is_allowed() -> None:
    tried = set(attacks())
    assert len(tried) > 400
    assert [each for each in tried if pictures.is_allowed(each, HOSTS)] == []


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (f"{SANDBOX}/_cdn/s/files/1/a.jpg", True),
        ("http://127.0.0.1:9402/a.jpg", False),
        ("http://127.0.0.1/a.jpg", False),
        ("https://127.0.0.1:9401/a.jpg", False),
        ("http://127.0.0.1:9401@attacker.example/a.jpg", False),
        ("http://localhost:9401/a.jpg", False),
        ("https://cdn.shopify.com/a.jpg", True),
    ],
)
def test_an_origin_that_settings_name_is_allowed_and_no_neighbour(url: str, *, allowed: bool) -> None:
    assert pictures.is_allowed(url, ("cdn.shopify.com", SANDBOX)) is allowed


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_who_plays_a_platform_counts_only_where_what_is_not_secure_is_allowed(
    platform: str, settings: Any
) -> None:
    own = dict(settings.PLATFORMS[platform])
    settings.PLATFORMS = settings.PLATFORMS | {platform: own | {"origin": f"{SANDBOX}/{{shop}}"}}
    settings.INSECURE_ORIGINS = True
    assert SANDBOX in configured.picture_hosts(platform)
    settings.INSECURE_ORIGINS = False
    assert configured.picture_hosts(platform)
    assert not [each for each in configured.picture_hosts(platform) if "://" in each]


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_a_platform_as_it_is_names_no_origin(platform: str, settings: Any) -> None:
    settings.INSECURE_ORIGINS = True
    assert not [each for each in configured.picture_hosts(platform) if "://" in each]


def test_a_platform_that_nobody_knows_has_no_pictures() -> None:
    assert configured.picture_hosts("etsy") == ()
