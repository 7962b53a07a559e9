"""Links to pictures: they lead there for a day, die with the store, and tell nobody whose they are."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors import configured, pictures
from connectors.errors import KeyStoreBusy, Missing
from connectors.models import Store, StoreState
from connectors.policy.records import Picture
from connectors.vault import KeyStore
from tests import cast
from tests.cast import NOON

pytestmark = pytest.mark.django_db

URL = "https://cdn.shopify.com/s/files/1/0262/canary-paddle.jpg?v=15"


def token_of(store: Store, url: str = URL, width: int | None = None, height: int | None = None) -> str:
    key = configured.keystore().get(store.ref, store.epoch)
    address = pictures.link(store, key, Picture(url, width, height), NOON)
    start = "http://127.0.0.1:8000/feed/v1/pictures?link="
    assert address.startswith(start)
    return address.removeprefix(start)


def test_a_link_leads_to_the_picture() -> None:
    store, _ = cast.store()
    assert pictures.follow(token_of(store), NOON) == URL


def test_a_link_leads_there_for_a_day_and_no_longer() -> None:
    store, _ = cast.store()
    token = token_of(store)
    assert pictures.follow(token, NOON + timedelta(hours=23, minutes=59)) == URL
    with pytest.raises(Missing):
        pictures.follow(token, NOON + timedelta(hours=24))


def leave(store: Store) -> None:
    Store.objects.filter(pk=store.pk).update(state=StoreState.QUARANTINED)


def leave_by_key(store: Store) -> None:
    configured.keystore().quarantine(store.ref, store.epoch)


def be_erased(store: Store) -> None:
    configured.keystore().destroy(store.ref, store.epoch)


def come_back(store: Store) -> None:
    Store.objects.filter(pk=store.pk).update(epoch=2)
    configured.keystore().create(store.ref, 2)


def vanish(store: Store) -> None:
    store.delete()


@pytest.mark.parametrize("ends", [leave, leave_by_key, be_erased, come_back, vanish])
def test_a_link_dies_with_the_store(ends: Callable[[Store], None]) -> None:
    store, _ = cast.store()
    token = token_of(store)
    ends(store)
    with pytest.raises(Missing):
        pictures.follow(token, NOON)


@pytest.mark.parametrize("state", [StoreState.REAUTH, StoreState.CLOSED])
def test_a_store_that_is_read_still_has_its_pictures(state: StoreState) -> None:
    store, _ = cast.store()
    token = token_of(store)
    Store.objects.filter(pk=store.pk).update(state=state)
    assert pictures.follow(token, NOON) == URL


def test_no_byte_of_a_link_may_change() -> None:
    store, _ = cast.store()
    raw = bytearray(urlsafe_b64decode(token_of(store) + "=="))
    for place in range(len(raw)):
        raw[place] ^= 1
        with pytest.raises(Missing):
            pictures.follow(urlsafe_b64encode(raw).rstrip(b"=").decode(), NOON)
        raw[place] ^= 1


@pytest.mark.parametrize(
    "token",
    ["", "x", "a" * 4001, "a" * 5, "../../etc/passwd", "é" * 60, "\x00" * 60, "a" * 400, "A===", "\n"],
)
def test_what_is_no_link_leads_nowhere(token: str) -> None:
    with pytest.raises(Missing):
        pictures.follow(token, NOON)


def test_what_a_link_holds_opens_for_its_own_store_only() -> None:
    """Who could write the outer part still could not show one store's picture as another's."""
    mine, _ = cast.store()
    other, _ = cast.store("other.myshopify.com")
    keeper = configured.keeper()
    raw = urlsafe_b64decode(token_of(mine) + "==")
    inside = keeper.open("picture", "link", raw)
    moved = keeper.seal("picture", "link", inside.replace(mine.ref.encode(), other.ref.encode()))
    assert other.ref.encode() in keeper.open("picture", "link", moved)
    with pytest.raises(Missing):
        pictures.follow(urlsafe_b64encode(moved).rstrip(b"=").decode(), NOON)


def test_a_link_tells_nothing_of_the_store_and_is_never_the_same() -> None:
    store, key = cast.store()
    tokens = {token_of(store) for _ in range(20)}
    assert len(tokens) == 20
    for token in tokens:
        raw = urlsafe_b64decode(token + "==")
        for telling in (store.ref.encode(), bytes.fromhex(key.id), b"shopify", b"canary"):
            assert telling not in raw
    # Beside the head, which is the same for every store, two links have nothing in common.
    first, second = (urlsafe_b64decode(token + "==") for token in list(tokens)[:2])
    assert first[:9] == second[:9]
    assert first[9:21] != second[9:21]


@pytest.mark.parametrize(
    ("platform", "url", "size", "leads_to"),
    [
        ("shopify", URL, (4000, 3000), f"{URL}&width=2048"),
        ("shopify", URL, (3000, 4000), f"{URL}&width=1536"),
        ("shopify", f"{URL}&width=5000", (6000, 6000), f"{URL}&width=2048"),
        ("shopify", URL, (2048, 2048), URL),
        ("shopify", URL, (1200, 1600), URL),
        # What a query holds beside stays as it is: signed or not, and however long other letters would be.
        (
            "shopify",
            f"{URL}&x=a(b)~%2F&empty=&bare",
            (4000, 3000),
            f"{URL}&x=a(b)~%2F&empty=&bare&width=2048",
        ),
        ("shopify", f"{URL}&x={'!' * 1800}", (4000, 3000), f"{URL}&x={'!' * 1800}&width=2048"),
        ("shopify", URL.partition("?")[0], (4000, 3000), f"{URL.partition('?')[0]}?width=2048"),
        ("shopify", f"{URL}&height=9&width=9", (4000, 3000), f"{URL}&width=2048"),
        ("shopify", URL, (0, 9000), URL),
        (
            "wix",
            "https://static.wixstatic.com/media/ea26fd~mv2.jpg",
            (4096, 2048),
            "https://static.wixstatic.com/media/ea26fd~mv2.jpg/v1/fit/w_2048,h_1024,q_90/file.jpg",
        ),
        (
            "wix",
            "https://static.wixstatic.com/media/ea26fd~mv2.jpg/v1/fit/w_4096,h_2048,q_90/file.jpg",
            (4096, 2048),
            "https://static.wixstatic.com/media/ea26fd~mv2.jpg/v1/fit/w_2048,h_1024,q_90/file.jpg",
        ),
        (
            "wix",
            "https://static.wixstatic.com/media/ea26fd~mv2.jpg/v1/crop/x_1,y_1/file.jpg",
            (4096, 2048),
            "https://static.wixstatic.com/media/ea26fd~mv2.jpg/v1/crop/x_1,y_1/file.jpg",
        ),
        (
            "bigcommerce",
            "https://cdn8.bigcommerce.com/s-a/p/1/images/2/a.1280.1280.jpg?c=2",
            (4096, 4096),
            "https://cdn8.bigcommerce.com/s-a/p/1/images/2/a.1280.1280.jpg?c=2",
        ),
    ],
)
def test_a_large_picture_is_asked_for_in_a_size_that_a_video_can_use(
    platform: str, url: str, size: tuple[int, int], leads_to: str
) -> None:
    store, _ = cast.store()
    store.platform = platform
    assert pictures.follow(token_of(store, url, width=size[0], height=size[1]), NOON) == leads_to


def test_over_http_it_is_a_redirect_without_a_key_that_leaves_no_trace(client: Client, caplog: Any) -> None:
    store, key = cast.store()
    address = pictures.link(store, key, Picture(URL), timezone.now())
    answer = client.get(address.removeprefix("http://127.0.0.1:8000"))
    assert (answer.status_code, answer["Location"]) == (302, URL)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert answer.content == b""
    gone = client.get("/feed/v1/pictures?link=" + "a" * 200)
    assert client.get("/feed/v1/pictures").status_code == 400
    assert (gone.status_code, gone.json()["error"]) == (404, "Missing")
    assert client.get(f"{address}&x=1".removeprefix("http://127.0.0.1:8000")).status_code == 400
    assert client.post(address.removeprefix("http://127.0.0.1:8000")).status_code == 405
    assert "canary" not in caplog.text
    assert store.ref not in caplog.text


def test_no_log_of_ours_holds_a_link_whatever_goes_wrong(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths are written by servers, proxies and Django itself; a query is not, as our settings have it."""
    token = token_of(cast.store()[0])

    def busy(*_: object) -> None:
        raise KeyStoreBusy("of a canary")

    monkeypatch.setattr(KeyStore, "get", busy)
    answer = client.get(f"/feed/v1/pictures?link={token}")
    assert answer.status_code == 503
    assert "KeyStoreBusy in Picture" in caplog.text
    assert token not in caplog.text
    assert answer.wsgi_request.path == "/feed/v1/pictures"
