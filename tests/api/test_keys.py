"""Every address wants a living key, and says the same of every other."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from connectors import feedkeys
from connectors.models import FeedKey, FeedRead
from tests import cast
from tests.feed.cast import product

pytestmark = pytest.mark.django_db

BELOW_A_STORE = ["stores/st_x", "stores/st_x/products", "stores/st_x/brief"]
ADDRESSES = ["stores", *BELOW_A_STORE, "changes", "", "nowhere", "a/b"]
REFUSED = (
    b'{"error":"Unverified","message":"A living key of the feed is needed: Authorization: Bearer mfk_..."}'
)


def headers() -> Iterator[dict[str, str]]:
    good = feedkeys.make("good", "videos").token
    revoked = feedkeys.make("revoked", "videos").token
    feedkeys.revoke("revoked", timezone.now())
    yield {}
    unknown = "Bearer mfk_" + "A" * 43
    for value in ("", "Bearer", f"Basic {good}", good, f"Bearer {revoked}", f"Bearer {good}x", unknown):
        yield {"Authorization": value}
    yield {"X-Api-Key": good}
    yield {"Cookie": f"key={good}"}


def test_missing_malformed_unknown_and_revoked_are_one_answer(client: Client) -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    answers = {
        (response.status_code, response["WWW-Authenticate"], response["Cache-Control"], response.content)
        for header in headers()
        for response in (client.get("/feed/v1/changes", headers=header),)
    }
    assert answers == {(401, 'Bearer realm="feed"', "no-store", REFUSED)}
    assert not FeedRead.objects.exists()


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "BREW"])
def test_no_address_and_no_method_opens_without_a_key(client: Client, address: str, method: str) -> None:
    assert client.generic(method, f"/feed/v1/{address}").status_code == 401


def test_a_key_in_the_address_opens_nothing(client: Client) -> None:
    token = feedkeys.make("good", "videos").token
    for name in ("key", "access_token", "Authorization"):
        assert client.get(f"/feed/v1/changes?{name}={token}").status_code == 401


def test_a_use_is_written_down(client: Client) -> None:
    token = feedkeys.make("good", "videos").token
    before = timezone.now()
    assert client.get("/feed/v1/changes", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    last_used_at = FeedKey.objects.get().last_used_at
    assert last_used_at is not None
    assert last_used_at >= before


def test_a_revoked_key_is_out_at_once(client: Client) -> None:
    token = feedkeys.make("good", "videos").token
    header = {"Authorization": f"Bearer {token}"}
    assert client.get("/feed/v1/stores", headers=header).status_code == 200
    feedkeys.revoke("good", timezone.now())
    assert client.get("/feed/v1/stores", headers=header).status_code == 401
