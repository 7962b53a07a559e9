"""The command that makes, lists and revokes keys."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from connectors import feedkeys
from connectors.models import FeedKey, Store
from tests import cast
from tests.cast import NOON

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("feedkey", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_create_prints_the_key_alone_and_it_opens_the_feed(client: Client) -> None:
    token = run("create", "renderer", "--purpose", "videos").removesuffix("\n")
    assert client.get("/feed/v1/stores", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_list_shows_names_and_states_and_no_key() -> None:
    token = run("create", "renderer", "--purpose", "videos").strip()
    run("create", "crm", "--purpose", "account")
    run("revoke", "crm")
    feedkeys.check(f"Bearer {token}", NOON)
    listed = run("list").splitlines()
    assert listed[0] == "renderer\tvideos\tall stores\tliving\tlast used 2026-11-23 12:00"
    assert listed[1].startswith("crm\taccount\tall stores\trevoked ")
    assert listed[1].endswith("\tnever used")
    assert token not in "".join(listed)
    assert FeedKey.objects.get(name="renderer").digest not in "".join(listed)


def test_a_key_of_some_stores_is_listed_with_them() -> None:
    stores = sorted(cast.store(f"{name}.myshopify.com")[0].ref for name in ("one", "two"))
    run("create", "renderer", "--purpose", "videos", "--store", stores[1], "--store", stores[0])
    run("create", "crm", "--purpose", "account", "--store", stores[0])
    Store.objects.get(ref=stores[0]).delete()
    assert run("list").splitlines() == [
        f"renderer\tvideos\t{stores[1]}\tliving\tnever used",
        "crm\taccount\tno store\tliving\tnever used",
    ]


def test_revoke_ends_a_key(client: Client) -> None:
    token = run("create", "renderer", "--purpose", "videos").strip()
    assert run("revoke", "renderer") == "renderer is revoked\n"
    assert client.get("/feed/v1/stores", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["create"],
        ["create", "renderer"],
        ["create", "renderer", "--purpose", "marketing"],
        ["create", "two\nlines", "--purpose", "videos"],
        ["create", "renderer", "--purpose", "videos", "--store", "st_aaaaaaaaaaaaaaaa"],
        ["revoke", "nobody"],
    ],
)
def test_what_cannot_be_done_is_said(words: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*words)
    assert not FeedKey.objects.exists()
