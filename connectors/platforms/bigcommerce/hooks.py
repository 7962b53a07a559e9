"""A store's webhooks: made at its install, and mended daily.

BigCommerce switches a hook off after 90 days without an event, or when its last try to deliver failed; at an
uninstall it deletes them itself. Each scope has one hook of ours, with the header that proves its store.
"""

import logging
from contextlib import suppress
from typing import Any, Final

from msgspec.json import Decoder

from connectors.errors import AccessDenied, BadAnswer
from connectors.platforms.bigcommerce.client import Client
from connectors.platforms.bigcommerce.topics import HOOKS
from connectors.platforms.bigcommerce.webhooks import HOOK_HEADER, hook_secret
from connectors.platforms.bigcommerce.wire.answers import Listed
from connectors.platforms.bigcommerce.wire.hooks import Hook
from connectors.platforms.http import decode
from connectors.platforms.opening import Credentials

_LISTED: Final = Decoder(Listed)
_HOOK: Final = Decoder(Hook, strict=False)
_PATH: Final = "/v3/hooks"
_PER_PAGE: Final = 250

_log = logging.getLogger(__name__)


def subscribe(client: Client, shop: str, credentials: Credentials) -> int:
    """Make sure that every scope has a hook of ours that is on; returns how many had to be mended.

    Raises BadAnswer when BigCommerce takes none of them though our address is https. One that is not is a
    developer's: such a store is read by the hour alone.
    """
    destination = f"{credentials.public_url}/webhooks/bigcommerce/"
    wanted = {HOOK_HEADER: hook_secret(credentials.client_secrets[0], shop)}
    held = {hook.scope: hook for hook in _listed(client) if hook.destination == destination}
    broken = [scope for scope in HOOKS if not (scope in held and _is_well(held[scope], wanted))]
    refused = []
    for scope in broken:
        try:
            _mend(client, scope, destination, wanted, held.get(scope))
        except (BadAnswer, AccessDenied) as error:
            refused.append(scope)
            last = error
    if len(refused) == len(HOOKS) and destination.startswith("https:"):
        raise last
    if refused:
        _log.warning("BigCommerce refuses hooks for %s", ", ".join(refused))
    return len(broken) - len(refused)


def _listed(client: Client) -> list[Hook]:
    hooks: list[Hook] = []
    page, seen = 1, 0
    while True:
        answer = client.ask(_PATH, _LISTED, {"limit": _PER_PAGE, "page": page})
        for raw in answer.data:
            with suppress(BadAnswer):  # none that we have made
                hooks.append(decode(_HOOK, bytes(raw), "Hook"))
        seen += len(answer.data)
        if answer.ends(seen, _PER_PAGE):
            return hooks
        page += 1


def _is_well(hook: Hook, wanted: dict[str, str]) -> bool:
    said = hook.headers if isinstance(hook.headers, dict) else {}
    lower = {name.lower(): value for name, value in said.items()}
    return bool(hook.is_active) and all(lower.get(name.lower()) == value for name, value in wanted.items())


def _mend(client: Client, scope: str, destination: str, wanted: dict[str, str], held: Hook | None) -> None:
    hook: dict[str, Any] = {
        "scope": scope,
        "destination": destination,
        "is_active": True,
        "headers": wanted,
    }
    if held is None:
        client.change("POST", _PATH, hook)
    else:
        client.change("PUT", f"{_PATH}/{held.id}", hook)
