"""A store's webhooks: made at its install, mended daily, and only ours."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connectors.errors import BadAnswer, GrantRevoked, Throttled
from connectors.platforms.bigcommerce.topics import HOOKS
from connectors.platforms.bigcommerce.webhooks import HOOK_HEADER, hook_secret
from tests.platforms.bigcommerce.api import BASE, ROOM, Api, listed, serving
from tests.platforms.bigcommerce.door import PREVIOUS, SECRET, SHOP
from tests.platforms.playing import Asked, Says

OURS = "https://app.example.com/webhooks/bigcommerce/"
HEADERS = {HOOK_HEADER: hook_secret(SECRET, SHOP)}


class Hooks:
    """Hooks as BigCommerce keeps them: one for a scope and a destination."""

    def __init__(self, *held: dict[str, Any]) -> None:
        self.held = [{"id": number, **hook} for number, hook in enumerate(held, start=1)]
        self.refuses: frozenset[str] = frozenset()
        self.per_page = 250

    def answer(self, asked: Asked) -> Says:
        if asked.method == "GET":
            start = (int(asked.query["page"]) - 1) * self.per_page
            return Says(listed(self.held[start : start + self.per_page], len(self.held)), headers=ROOM)
        hook = asked.said()
        if hook["scope"] in self.refuses:
            return Says({"status": 422, "errors": {"destination": "error.path.missing."}}, 422, ROOM)
        if asked.method == "POST":
            if any(_same(hook, each) for each in self.held):
                return Says({"status": 422}, 422, ROOM)
            self.held.append({"id": len(self.held) + 1, **hook})
        else:
            number = int(asked.path.rsplit("/", 1)[1])
            self.held = [each | hook if each["id"] == number else each for each in self.held]
        return Says({"data": hook, "meta": None}, headers=ROOM)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return (one["scope"], one["destination"]) == (other["scope"], other["destination"])


def hook(scope: str, **fields: Any) -> dict[str, Any]:
    return {"scope": scope, "destination": OURS, "is_active": True, "headers": HEADERS, **fields}


@contextmanager
def store_with(hooks: Hooks) -> Iterator[Api]:
    with serving() as api:

        def answer(asked: Asked) -> Says:
            if asked.path.startswith(f"{BASE}/v3/hooks"):
                return hooks.answer(asked)
            return api.answer(asked)

        api.playing.answer = answer
        yield api


def sent(api: Api, method: str) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in api.playing.asked if each.method == method]


def test_a_fresh_store_gets_every_hook_with_its_own_header() -> None:
    hooks = Hooks()
    with store_with(hooks) as api:
        assert api.reader().subscribe() == len(HOOKS)
        assert api.reader().subscribe() == 0
    assert [each["scope"] for each in hooks.held] == list(HOOKS)
    assert all(each["destination"] == OURS and each["headers"] == HEADERS for each in hooks.held)
    assert all(each["is_active"] is True for each in hooks.held)


def test_a_hook_that_was_switched_off_is_switched_on_again() -> None:
    hooks = Hooks(*[hook(scope) for scope in HOOKS])
    hooks.held[3]["is_active"] = False
    with store_with(hooks) as api:
        assert api.reader().subscribe() == 1
        assert sent(api, "POST") == []
        (mended,) = sent(api, "PUT")
    assert mended["scope"] == HOOKS[3]
    assert hooks.held[3]["is_active"] is True


@pytest.mark.parametrize(
    "headers", [None, {}, [], {"x-other": "1"}, {HOOK_HEADER: hook_secret(PREVIOUS, SHOP)}]
)
def test_a_hook_with_another_header_gets_ours(headers: Any) -> None:
    hooks = Hooks(*[hook(scope) for scope in HOOKS])
    hooks.held[0]["headers"] = headers
    with store_with(hooks) as api:
        assert api.reader().subscribe() == 1
    assert hooks.held[0]["headers"] == HEADERS


def test_the_name_of_a_header_may_come_back_in_any_case() -> None:
    lower = {HOOK_HEADER.lower(): HEADERS[HOOK_HEADER]}
    with store_with(Hooks(*[hook(scope, headers=lower) for scope in HOOKS])) as api:
        assert api.reader().subscribe() == 0


def test_hooks_that_go_elsewhere_are_left_alone() -> None:
    others = [hook(scope, destination="https://before.example/hooks", headers=None) for scope in HOOKS]
    hooks = Hooks(*others, hook("store/cart/created", is_active=False))
    with store_with(hooks) as api:
        assert api.reader().subscribe() == len(HOOKS)
        assert sent(api, "PUT") == []
    assert hooks.held[0]["destination"] == "https://before.example/hooks"


def test_another_hook_that_cannot_be_read_is_nobodys() -> None:
    odd = hook("store/cart/created", destination=None, headers={"x": 1})
    hooks = Hooks(odd, *[hook(scope) for scope in HOOKS])
    with store_with(hooks) as api:
        assert api.reader().subscribe() == 0


def test_all_pages_are_looked_at_before_anything_is_made() -> None:
    hooks = Hooks(*[hook(scope) for scope in HOOKS])
    hooks.per_page = 7
    with store_with(hooks) as api:
        assert api.reader().subscribe() == 0
        assert len(api.playing.asked) == 3


def test_one_scope_that_is_refused_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    hooks = Hooks()
    hooks.refuses = frozenset({HOOKS[2]})
    with store_with(hooks) as api, caplog.at_level(logging.WARNING):
        assert api.reader().subscribe() == len(HOOKS) - 1
    assert HOOKS[2] in caplog.text
    assert HEADERS[HOOK_HEADER] not in caplog.text


def test_an_address_that_is_refused_as_a_whole_is_an_error() -> None:
    hooks = Hooks()
    hooks.refuses = frozenset(HOOKS)
    with store_with(hooks) as api, pytest.raises(BadAnswer):
        api.reader().subscribe()


def test_a_developers_address_that_is_refused_is_none(caplog: pytest.LogCaptureFixture) -> None:
    hooks = Hooks()
    hooks.refuses = frozenset(HOOKS)
    with store_with(hooks) as api, caplog.at_level(logging.WARNING):
        assert api.reader(public_url="http://127.0.0.1:8000").subscribe() == 0
    assert HOOKS[0] in caplog.text


@pytest.mark.parametrize(("status", "error"), [(401, GrantRevoked), (429, Throttled)])
def test_a_store_that_refuses_us_ends_it(status: int, error: type[Exception]) -> None:
    with serving({"/v3/hooks": Says({}, status)}) as api, pytest.raises(error):
        api.reader().subscribe()
    assert len(api.playing.asked) == 1
