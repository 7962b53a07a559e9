"""The trail of a store: whoever did something to it stands in the log, and nothing that was held does."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from time_machine import travel

from connectors import audit, configured, copies, customers, feedkeys, grants, install
from connectors.demo.search import Search
from connectors.models import AuditEntry, Store, StoreState
from connectors.platforms.base import Event, EventKind
from connectors.platforms.opening import Grant
from connectors.push import endpoints
from connectors.scopes import scope_of
from connectors.videos import register
from tests import cast
from tests.verbs.holders import leave, read, rest
from tests.videos.cast import announced, scope

ROOT = Path(__file__).parents[2]
#: What may stand in an entry, by name: references, numbers, names of ours and of operators, states.
TOLD = {
    *("epoch", "place", "number", "attempts", "records", "leaves", "counts", "removed", "told", "named"),
    *("erasure", "duty", "export", "video", "endpoint", "key", "before", "processor", "request", "consent"),
    *("kind", "cause", "law", "state", "mode", "purpose", "reason", "by", "subject", "confirmed"),
    *("keys", "master"),
}
#: Values that are none of ours would not look like this.
PLAIN = re.compile(r"[\w .:,()-]{0,120}", re.ASCII)


def notes() -> Iterator[tuple[str, ast.Call]]:
    """Yield every place where something is noted."""
    for path in sorted((ROOT / "connectors").rglob("*.py")):
        written = path.read_text()
        for node in ast.walk(ast.parse(written)) if "audit.note" in written else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("audit.note", "audit.note_daily"):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_what_an_entry_may_say_is_a_closed_list() -> None:
    places = list(notes())
    assert len(places) > 20
    wrong = [
        f"{place} {word.arg}"
        for place, node in places
        for word in node.keywords
        if word.arg and word.arg not in TOLD
    ]
    assert not wrong


def grant() -> Grant:
    """A grant of which every part can be found."""
    return Grant(
        shop="cedar.myshopify.com",
        access_token="access-canary-4711",
        scopes=frozenset({"read_products"}),
        expires_at=timezone.now() + timedelta(hours=1),
        refresh_token="refresh-canary-4711",
        refresh_expires_at=timezone.now() + timedelta(days=90),
    )


#: All of it is put in; none of it may come out in the log.
VALUES = [
    *("Cedar & Sons", "owner@cedar.example", "cedar.myshopify.com", "cedar.example", "548380009", "Ottawa"),
    *("+16135550100", "Ada Cedar", "Canoe paddle", "canoe-paddle", "Spring 1", "49.90", "hooks.example"),
    *("access-canary-4711", "refresh-canary-4711", "read_products", "40000000000071", "request-4711"),
]


def in_transaction(verb: Callable[..., Any], store: Store, *words: Any) -> Any:
    """Do something to a store under its lock."""
    with transaction.atomic():
        return verb(Store.objects.select_for_update(no_key=True).get(pk=store.pk), *words)


@pytest.fixture
def lived(settings: Any) -> Store:
    """A store that everything has befallen, from the install to the receipt."""
    settings.INSECURE_ORIGINS = True
    now, store = timezone.now(), install.known("shopify", "cedar.myshopify.com")
    key = configured.keystore().create(store.ref, 1)
    in_transaction(install._settle, store, key, grant(), now)
    store.refresh_from_db()
    in_transaction(install._settle, store, key, grant(), now)  # opened again
    cast.keep(store, key, cast.store_info(), cast.product(), cast.offer(), cast.sale(40000000000071))
    video = announced(store)
    register.withdraw(scope(), video.ref, now)
    hook = endpoints.make("http://127.0.0.1:9/hooks.example", "renderer", [], now).endpoint.ref
    endpoints.rotate(hook, now)
    endpoints.disable(hook, now)
    endpoints.enable(hook)
    endpoints.remove(hook)
    ids = ("40000000000071",)
    in_transaction(customers.report_sales, store, ids, "request-4711", now, now)
    in_transaction(customers.redact_sales, store, ids, now, now)
    redaction = Event(EventKind.REDACT_PRODUCTS, "cedar.myshopify.com", "d", "t", ids=("1",))
    in_transaction(customers.redact_things, store, redaction, now, now)
    read(scope_of(feedkeys.make("mirror", "integration", [store.ref]).key), store)
    grants._stop(store, StoreState.REAUTH, 99)
    in_transaction(grants.drop, store, timezone.now())
    duty = leave(store, "operator")
    rest()
    feedkeys.revoke("mirror", now)
    copies.confirm_for("mirror", store.ref, timezone.now())
    copies.confirm(scope(), duty.ref, timezone.now())
    rest()
    audit.chain()
    return store


@pytest.mark.django_db(transaction=True)
def test_everybody_who_did_something_stands_in_the_log_of_the_store(lived: Store) -> None:
    operator = audit.operator()
    entries = AuditEntry.objects.filter(store_ref=lived.ref).order_by("number")
    assert [(each.actor, each.action) for each in entries] == [
        ("platform", "store.installed"),
        ("platform", "grant.replaced"),
        ("key renderer", "copies.begun"),
        ("key renderer", "video.announced"),
        ("key renderer", "video.withdrawn"),
        ("platform", "customer.asked"),
        ("platform", "customer.redacted"),
        ("clock", "receipt.written"),
        ("platform", "customer.redacted"),
        ("clock", "receipt.written"),
        (operator, "feedkey.made"),
        ("key mirror", "copies.begun"),
        ("platform", "grant.refused"),
        ("platform", "grant.dropped"),
        (operator, "store.left"),
        ("clock", "erasure.begun"),
        ("clock", "erasure.unreadable"),
        ("clock", "erasure.emptied"),
        (operator, "feedkey.revoked"),
        (operator, "copies.confirmed"),
        ("key renderer", "copies.confirmed"),
        ("clock", "receipt.written"),
    ]
    assert audit.verify().heads == 3
    lived.refresh_from_db()
    assert lived.state == StoreState.ERASED  # which the log outlives


@pytest.mark.django_db(transaction=True)
def test_what_is_of_no_store_stands_in_the_log_of_the_installation(lived: Store) -> None:
    entries = AuditEntry.objects.filter(store_ref="").order_by("number").values_list("actor", "action")
    does = ("made", "rotated", "disabled", "enabled", "removed")
    assert list(entries) == [
        (audit.operator(), action) for action in ("feedkey.made", *(f"endpoint.{each}" for each in does))
    ]


@pytest.mark.django_db(transaction=True)
def test_no_entry_holds_anything_of_a_merchant(lived: Store) -> None:
    columns = ("store_ref", "actor", "action", "detail")
    entries = list(AuditEntry.objects.values_list(*columns))
    search = Search(VALUES)
    assert search.hits(b"as a merchant writes it: Cedar & Sons") == ["Cedar & Sons"]
    assert not [each for each in entries if search.hits("\n".join(each).encode())]
    for *_, action, detail in entries:
        for name, value in json.loads(detail).items():
            assert name in TOLD, action
            assert isinstance(value, int | dict) or PLAIN.fullmatch(value), action
            assert not isinstance(value, dict) or all(isinstance(each, int) for each in value.values()), (
                action
            )


@pytest.mark.django_db
def test_what_is_opened_again_and_again_is_noted_once_a_day_for_each_store() -> None:
    stores = [cast.store(shop)[0] for shop in ("cedar.myshopify.com", "birch.myshopify.com")]
    for day in (0, 1):
        with travel(cast.NOON + timedelta(days=day), tick=False):
            for store in stores * 3:
                audit.note_daily(store, audit.MERCHANT, "page.opened")
    assert AuditEntry.objects.count() == 4
    assert set(AuditEntry.objects.values_list("detail", flat=True)) == {'{"epoch":1}'}
