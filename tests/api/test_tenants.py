"""A key of one store, at every address that the document has: nothing of another store, whatever is asked."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from connectors import erase, feed, feedkeys, scopes
from connectors.api import document
from connectors.models import Store, Video
from connectors.videos import register
from tests import cast
from tests.cast import offer, store_info
from tests.feed.cast import product

pytestmark = pytest.mark.django_db

OPERATIONS = [
    (path, method, said)
    for path, of in document.document()["paths"].items()
    for method, said in of.items()
    if "security" in said
]


class Tenant:
    """A store with records, a video of them, and who may read it."""

    def __init__(self, name: str) -> None:
        self.store, key = cast.store(f"{name}.myshopify.com")
        cast.keep(
            self.store, key, store_info(name=f"Brand {name}"), product(1, title=f"Goods {name}"), offer(1)
        )
        made = feedkeys.make(name, "videos", [self.store.ref])
        self.headers, self.scope = {"Authorization": f"Bearer {made.token}"}, scopes.scope_of(made.key)
        lineage = feed.brief(self.scope, self.store.ref, 12, timezone.now())["lineage"]
        self.lineage = lineage
        sources = [register.Source(**each) for each in lineage]
        self.video = register.register(self.scope, self.store.ref, 1, sources, ["9x16"], timezone.now())

    def leave(self) -> str:
        """Leave, and return the erasure."""
        with transaction.atomic():
            locked = Store.objects.select_for_update().get(pk=self.store.pk)
            return erase.uninstall(locked, "uninstalled", timezone.now(), at_once=True).ref


@pytest.fixture
def one() -> Tenant:
    return Tenant("one")


@pytest.fixture
def two() -> Tenant:
    return Tenant("two")


def ask(client: Client, who: Tenant, method: str, path: str, **options: Any) -> HttpResponse:
    response: Any = client.generic(method.upper(), path, headers=who.headers, **options)
    assert isinstance(response, HttpResponse)
    return response


def body_of(said: dict[str, Any], about: Tenant) -> dict[str, Any]:
    """A body as the operation takes it, that speaks of a tenant."""
    if "requestBody" not in said:
        return {}
    media = next(iter(said["requestBody"]["content"]))
    announced = {"store": about.store.ref, "epoch": 1, "formats": ["9x16"], "lineage": about.lineage}
    by_path: dict[str, Any] = announced if said["operationId"] == "videos_post" else {"percent": 50}
    return {"content_type": media, "data": json.dumps(by_path) if media == "application/json" else b"film"}


@pytest.mark.parametrize(("path", "method", "said"), OPERATIONS, ids=[f"{m} {p}" for p, m, _ in OPERATIONS])
def test_what_is_anothers_is_as_unknown_as_what_never_was(
    client: Client, one: Tenant, two: Tenant, path: str, method: str, said: dict[str, Any]
) -> None:
    erasure = two.leave() if "{erasure}" in path else ""
    before = list(Video.objects.order_by("pk").values())
    real = {"store": two.store.ref, "video": two.video.ref, "erasure": erasure, "format": "9x16"}
    never = {
        "store": "st_" + "a" * 16,
        "video": "vd_" + "a" * 16,
        "erasure": "er_" + "a" * 16,
        "format": "9x16",
    }
    response = ask(client, one, method, path.format(**real), **body_of(said, two))
    for secret in (two.store.ref, two.video.ref, "Brand two", "Goods two", erasure or "Brand two"):
        assert secret.encode() not in response.content
    assert list(Video.objects.order_by("pk").values()) == before
    if "{" in path or method == "post":
        unknown = ask(client, one, method, path.format(**never), **body_of(said, two))
        if "{" in path:
            assert (response.status_code, response.content) == (404, unknown.content)
    else:
        assert response.status_code == 200


def test_the_one_whose_it_is_has_it(client: Client, one: Tenant, two: Tenant) -> None:
    for path in (
        f"stores/{two.store.ref}",
        f"stores/{two.store.ref}/brief",
        f"videos/{two.video.ref}",
        "changes",
    ):
        response = ask(client, two, "get", f"/feed/v1/{path}")
        assert response.status_code == 200, path
        assert two.store.ref.encode() in response.content, path
        assert one.store.ref.encode() not in response.content, path
