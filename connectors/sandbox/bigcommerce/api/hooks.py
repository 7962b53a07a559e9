"""`/v3/hooks`: webhooks, seen only by the app that made them."""

import re
from typing import Any
from urllib.parse import urlsplit

from werkzeug import Response

from connectors.sandbox.bigcommerce.api.ask import Ask, Body, RefusedError, one
from connectors.sandbox.bigcommerce.api.listing import Column, kept, page, truth
from connectors.sandbox.bigcommerce.app import Hook
from connectors.sandbox.bigcommerce.webhooks import retire

SCOPE = re.compile(r"^store/[A-Za-z0-9_/*]+$")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MOST_PER_SCOPE = 10
MOST_HEADERS = 64
HOOKS = {
    "is_active": Column(lambda one: one.is_active, truth),
    "scope": Column(lambda one: one.scope),
    "destination": Column(lambda one: one.destination),
}


def listed(ask: Ask) -> Response:
    """Answer `GET /hooks`."""
    rows = kept(ask, _hooks(ask), HOOKS)
    return page(ask, rows, lambda row: hook_body(ask, row))


def create(ask: Ask) -> Response:
    """Register a webhook: ten for a scope at most, one for a scope and a destination."""
    wanted = _wanted(ask)
    for name in ("scope", "destination"):
        if not isinstance(wanted.get(name), str):
            raise _missing(name)
    scope, destination = str(wanted["scope"]), str(wanted["destination"])
    _check(scope, destination, wanted.get("headers"))
    same = [one for one in ask.store.installation.hooks.values() if one.scope == scope]
    if any(one.destination == destination for one in same):
        raise RefusedError(
            422, "A webhook with this scope and destination exists", {"destination": "error.exists"}
        )
    if len(same) >= MOST_PER_SCOPE:
        raise RefusedError(422, "Too many webhooks for this scope", {"scope": "error.too.many"})
    now = ask.platform.clock.now()
    hook = Hook(
        ask.platform.next_hook(), scope, destination, dict(wanted.get("headers") or {}), now, now, now
    )
    hook.is_active = wanted.get("is_active", True) is True
    ask.store.installation.hooks[hook.number] = hook
    return one(hook_body(ask, hook))


def shown(ask: Ask) -> Response:
    """Answer `GET /hooks/{id}`."""
    return one(hook_body(ask, _hook(ask)))


def update(ask: Ask) -> Response:
    """Change what is named of a webhook; `is_active` brings a deactivated one back."""
    hook, wanted = _hook(ask), _wanted(ask)
    scope = str(wanted.get("scope", hook.scope))
    destination = str(wanted.get("destination", hook.destination))
    _check(scope, destination, wanted.get("headers"))
    hook.scope, hook.destination = scope, destination
    if isinstance(wanted.get("headers"), dict):
        hook.headers = dict(wanted["headers"])
    now = ask.platform.clock.now()
    if "is_active" in wanted:
        hook.is_active, hook.is_deactivated = wanted["is_active"] is True, False
        hook.last_event_at = now
    hook.updated_at = now
    return one(hook_body(ask, hook))


def delete(ask: Ask) -> Response:
    """Delete a webhook; the answer is what it was."""
    hook = _hook(ask)
    del ask.store.installation.hooks[hook.number]
    return one(hook_body(ask, hook))


def admin(ask: Ask) -> Response:
    """Tell each webhook's status, deactivated ones included."""
    rows = _hooks(ask)
    body: Body = {
        "emails": [],
        "hooks_list": [hook_body(ask, row) | {"status": _status(row)} for row in rows],
        "blocked_domains": [],
    }
    return one(body)


def set_admin(ask: Ask) -> Response:
    """Take the addresses to notify; nobody is."""
    _wanted(ask)
    return Response(status=204)


def hook_body(ask: Ask, row: Hook) -> Body:
    """Write a webhook."""
    return {
        "id": row.number, "client_id": ask.platform.app.client_id, "store_hash": ask.store.hash,
        "scope": row.scope, "destination": row.destination, "headers": row.headers,
        "is_active": row.is_active, "created_at": int(row.created_at.timestamp()),
        "updated_at": int(row.updated_at.timestamp()),
    }  # fmt: skip


def _status(row: Hook) -> str:
    if row.is_deactivated:
        return "deactivated"
    return "active" if row.is_active else "inactive"


def _hooks(ask: Ask) -> list[Hook]:
    rows = list(ask.store.installation.hooks.values())
    for row in rows:
        retire(ask.platform, row)
    return rows


def _hook(ask: Ask) -> Hook:
    number = ask.numbers["hook"]
    hook = ask.store.installation.hooks.get(number)
    if hook is None:
        raise RefusedError(404, f"Webhook with id [{number}] not found")
    return hook


def _wanted(ask: Ask) -> dict[str, Any]:
    if not isinstance(ask.body, dict):
        raise RefusedError(400, "Input is invalid.")
    return ask.body


def _check(scope: str, destination: str, headers: object) -> None:
    if not SCOPE.match(scope):
        raise RefusedError(422, "The scope is not valid", {"scope": "error.invalid"})
    parts = urlsplit(destination)
    near = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not near and (parts.scheme != "https" or parts.port not in (None, 443) or not parts.hostname):
        raise RefusedError(422, "The destination must be https on port 443", {"destination": "error.invalid"})
    if headers is None:
        return
    if not isinstance(headers, dict) or len(headers) > MOST_HEADERS:
        raise RefusedError(422, "The headers are not valid", {"headers": "error.invalid"})


def _missing(name: str) -> RefusedError:
    return RefusedError(422, "JSON data is missing or invalid", {name: "error.path.missing."})
