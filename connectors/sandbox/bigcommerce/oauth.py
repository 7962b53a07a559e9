"""The login origin: codes for `/auth`, and the token endpoint that takes them."""

import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug import Request, Response

from connectors.sandbox.bigcommerce.app import DEFAULT_SCOPE, Code, User
from connectors.sandbox.bigcommerce.store import Store

if TYPE_CHECKING:
    from connectors.sandbox.bigcommerce.platform import BigCommerce

CODE_SECONDS = 300.0
NEEDED = ("client_id", "client_secret", "code", "context", "scope", "grant_type", "redirect_uri")


class _RefusedError(Exception):
    """The token endpoint says no."""


def auth_address(platform: "BigCommerce", store: Store, user: User, *, external: bool = False) -> str:
    """Write the address that a merchant's click on Install opens, with a fresh code."""
    code, scopes = secrets.token_hex(16), (*platform.app.scopes, DEFAULT_SCOPE)
    until = platform.clock.timestamp() + CODE_SECONDS
    store.installation.codes[code] = Code(scopes, user, until)
    query = {
        "account_uuid": platform.app.account_uuid,
        "code": code,
        "context": store.context,
        "scope": " ".join(scopes),
    }
    if external:
        query["external_install"] = "true"
    return f"{platform.app.address('auth')}?{urlencode(query)}"


def serve_token(platform: "BigCommerce", request: Request) -> Response:
    """Answer `POST /oauth2/token`; JSON and form bodies are taken, a code once."""
    wanted = _body(request)
    try:
        answer = _granted(platform, wanted)
    except _RefusedError as refused:
        return _json({"error": str(refused)}, 400)
    return _json(answer, 200)


def _granted(platform: "BigCommerce", wanted: dict[str, str]) -> dict[str, Any]:
    if any(not wanted.get(name) for name in NEEDED):
        raise _RefusedError("invalid_request")
    _check_client(platform, wanted)
    if wanted["grant_type"] != "authorization_code":
        raise _RefusedError("unsupported_grant_type")
    store = platform.find(wanted["context"].removeprefix("stores/"))
    if store is None or wanted["context"] != store.context:
        raise _RefusedError("invalid_context")
    with store.lock:
        code = store.installation.codes.pop(wanted["code"], None)
        if code is None or code.until <= platform.clock.timestamp():
            raise _RefusedError("invalid_grant")
        if wanted["redirect_uri"] != platform.app.address("auth"):
            raise _RefusedError("redirect_uri_mismatch")
        if set(wanted["scope"].split()) != set(code.scopes):
            raise _RefusedError("invalid_scope")
        token = platform.grant(store, code.user, code.scopes)
    return {
        "access_token": token,
        "scope": " ".join(code.scopes),
        "user": _user(code.user),
        "owner": _user(store.owner),
        "context": store.context,
        "account_uuid": platform.app.account_uuid,
    }


def _check_client(platform: "BigCommerce", wanted: dict[str, str]) -> None:
    given = wanted["client_secret"].encode()
    known = any(hmac.compare_digest(given, secret.encode()) for secret in platform.app.secrets)
    if wanted["client_id"] != platform.app.client_id or not known:
        raise _RefusedError("invalid_client")


def _user(user: User) -> dict[str, Any]:
    return {"id": user.number, "username": user.email, "email": user.email}


def _body(request: Request) -> dict[str, str]:
    if request.mimetype == "application/json":
        try:
            body = json.loads(request.get_data())
        except (ValueError, RecursionError):
            return {}
        return {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}
    return request.form.to_dict()


def _json(answer: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(answer), status, content_type="application/json")
