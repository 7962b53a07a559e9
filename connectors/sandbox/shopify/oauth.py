"""The token endpoint: session token or code in, access and refresh token out."""

import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
from werkzeug import Request, Response

from connectors.sandbox.clock import days
from connectors.sandbox.shopify.app import RefreshToken, Token
from connectors.sandbox.shopify.shop import Shop

if TYPE_CHECKING:
    from connectors.sandbox.shopify.platform import Shopify

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a name, not a token
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"
ACCESS_SECONDS = 3600
ONLINE_SECONDS = 86_399
REFRESH_SECONDS = 7_776_000
RETRY_WINDOW_SECONDS = 60
LEEWAY_SECONDS = 10

Answer = dict[str, Any]


class _RefusedError(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.answer = {"error": error, "error_description": description}


def serve_token(shopify: "Shopify", shop: Shop, request: Request) -> Response:
    """Answer a call of `/admin/oauth/access_token`."""
    if request.method != "POST":
        return _json({"error": "not_found"}, 404)
    wanted = _body(request)
    try:
        _check_client(shopify, wanted)
        with shop.installation.lock:
            answer = _granted(shopify, shop, wanted)
    except _RefusedError as refused:
        return _json(refused.answer, 400)
    return _json(answer, 200)


def _granted(shopify: "Shopify", shop: Shop, wanted: dict[str, str]) -> Answer:
    grant = wanted.get("grant_type")
    if grant == EXCHANGE:
        return _exchanged(shopify, shop, wanted)
    if grant == "refresh_token":
        return _refreshed(shopify, shop, wanted.get("refresh_token", ""))
    if grant in (None, "authorization_code") and "code" in wanted:
        return _for_code(shopify, shop, wanted)
    raise _RefusedError("unsupported_grant_type", "The grant type is not supported.")


def _exchanged(shopify: "Shopify", shop: Shop, wanted: dict[str, str]) -> Answer:
    kind = wanted.get("subject_token_type")
    requested = wanted.get("requested_token_type", OFFLINE)
    if requested not in (OFFLINE, ONLINE):
        raise _RefusedError("invalid_request", "The requested token type is not supported.")
    if kind == OFFLINE:
        return _migrated(shopify, shop, wanted)
    if kind != ID_TOKEN:
        raise _RefusedError("invalid_request", "The subject token type is not supported.")
    claims = _verified(shopify, shop, wanted.get("subject_token", ""))
    _install_if_needed(shopify, shop, datetime.fromtimestamp(claims["iat"], shopify.clock.stamp().tzinfo))
    if requested == ONLINE:
        return _online(shopify, shop, claims)
    return _offline(shopify, shop, expiring=_is_true(wanted.get("expiring")))


def _verified(shopify: "Shopify", shop: Shop, token: str) -> Answer:
    now = shopify.clock.stamp().timestamp()
    options: Any = {
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "require": ["exp", "dest", "aud", "iss"],
    }
    for secret in shopify.app.secrets:
        try:
            claims: Answer = jwt.decode(
                token, secret, algorithms=["HS256"], audience=shopify.app.client_id, options=options
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            continue
        timely = claims.get("nbf", 0) - LEEWAY_SECONDS <= now <= claims["exp"] + LEEWAY_SECONDS
        if (
            timely
            and claims["dest"] == f"https://{shop.domain}"
            and claims["iss"] == f"https://{shop.domain}/admin"
        ):
            return {"iat": int(now)} | claims
    raise _RefusedError("invalid_subject_token", "The subject token is invalid or has expired.")


def _install_if_needed(shopify: "Shopify", shop: Shop, issued_at: datetime) -> None:
    held = shop.installation
    if held.active:
        return
    if held.uninstalled_at is not None and issued_at < held.uninstalled_at:
        raise _RefusedError("invalid_subject_token", "The app is not installed.")
    shopify.install(shop)


def _offline(shopify: "Shopify", shop: Shop, *, expiring: bool) -> Answer:
    held, now = shop.installation, shopify.clock.now()
    if not expiring:
        token = Token(f"shpat_{secrets.token_hex(16)}", held.scopes, None)
        held.tokens[token.value] = token
        return {"access_token": token.value, "scope": ",".join(held.scopes)}
    held.refresh.clear()
    token = Token(f"shpat_{secrets.token_hex(16)}", held.scopes, now + timedelta(seconds=ACCESS_SECONDS))
    fresh = RefreshToken(f"shprt_{secrets.token_hex(16)}", now + timedelta(seconds=REFRESH_SECONDS))
    held.tokens[token.value] = token
    held.refresh[fresh.value] = fresh
    return {
        "access_token": token.value,
        "scope": ",".join(held.scopes),
        "expires_in": ACCESS_SECONDS,
        "refresh_token": fresh.value,
        "refresh_token_expires_in": REFRESH_SECONDS,
    }


def _refreshed(shopify: "Shopify", shop: Shop, value: str) -> Answer:
    held, now = shop.installation, shopify.clock.now()
    if not held.active:
        raise _RefusedError("invalid_client", "The app is not installed on this store.")
    found = held.refresh.get(value)
    if found is None or found.expires_at <= now:
        raise _RefusedError("invalid_grant", "The refresh token is invalid or has expired.")
    if found.used_at is not None:
        if now > found.used_at + timedelta(seconds=RETRY_WINDOW_SECONDS) or found.answer is None:
            raise _RefusedError("invalid_grant", "The refresh token has been used.")
        return found.answer
    answer = _offline(shopify, shop, expiring=True)
    found.used_at, found.answer = now, answer
    held.refresh[value] = found
    return answer


def _migrated(shopify: "Shopify", shop: Shop, wanted: dict[str, str]) -> Answer:
    held = shop.installation
    old = held.tokens.get(wanted.get("subject_token", ""))
    if old is None or old.expires_at is not None or not _is_true(wanted.get("expiring")):
        raise _RefusedError("invalid_subject_token", "The subject token is no non-expiring offline token.")
    answer = _offline(shopify, shop, expiring=True)
    del held.tokens[old.value]
    return answer


def _online(shopify: "Shopify", shop: Shop, claims: Answer) -> Answer:
    now, scopes = shopify.clock.now(), shop.installation.scopes
    token = Token(
        f"shpua_{secrets.token_hex(16)}", scopes, now + timedelta(seconds=ONLINE_SECONDS), online=True
    )
    shop.installation.tokens[token.value] = token
    first, _, last = shop.shop_owner.partition(" ")
    return {
        "access_token": token.value,
        "scope": ",".join(scopes),
        "expires_in": ONLINE_SECONDS,
        "associated_user_scope": ",".join(scopes),
        "associated_user": {
            "id": int(claims.get("sub", 0)),
            "first_name": first,
            "last_name": last,
            "email": shop.email,
            "email_verified": True,
            "account_owner": True,
            "locale": "en",
            "collaborator": False,
        },
    }


def _for_code(shopify: "Shopify", shop: Shop, wanted: dict[str, str]) -> Answer:
    found = shop.installation.codes.pop(wanted["code"], None)
    if found is None or float(found["until"]) <= shopify.clock.timestamp():
        raise _RefusedError("invalid_request", "The authorization code was not found or was already used.")
    if found["per_user"]:
        return _online(shopify, shop, {"sub": "91000001"})
    return _offline(shopify, shop, expiring=_is_true(wanted.get("expiring")))


def issue_code(shopify: "Shopify", shop: Shop, *, per_user: bool) -> str:
    """Make an authorization code; it can be used once, within an hour."""
    code = secrets.token_hex(16)
    until = str(shopify.clock.timestamp() + days(1 / 24).total_seconds())
    shop.installation.codes[code] = {"until": until, "per_user": "1" if per_user else ""}
    return code


def _check_client(shopify: "Shopify", wanted: dict[str, str]) -> None:
    given = wanted.get("client_secret", "").encode()
    known = any(hmac.compare_digest(given, secret.encode()) for secret in shopify.app.secrets)
    if wanted.get("client_id") != shopify.app.client_id or not known:
        raise _RefusedError("invalid_client", "The client id or secret is wrong.")


def _body(request: Request) -> dict[str, str]:
    if request.mimetype == "application/json":
        try:
            body = json.loads(request.get_data())
        except (ValueError, RecursionError):
            return {}
        return {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}
    return request.form.to_dict()


def _is_true(text: str | None) -> bool:
    return text in ("1", "true", "True")


def _json(answer: Answer, status: int) -> Response:
    return Response(json.dumps(answer), status, content_type="application/json; charset=utf-8")
