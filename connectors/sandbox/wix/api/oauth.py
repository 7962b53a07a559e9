"""Access tokens for one instance, and what a token or a signed instance is.

https://dev.wix.com/docs/api-reference/app-management/oauth-2/create-access-token
"""

import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from connectors.sandbox.call import Call
from connectors.sandbox.wix.app import TOKEN_SECONDS, Token
from connectors.sandbox.wix.refusals import answered
from connectors.sandbox.wix.signing import opened_instance
from connectors.sandbox.wix.site import Site

if TYPE_CHECKING:
    from connectors.sandbox.wix.platform import Wix

Body = dict[str, Any]


def serve_token(wix: "Wix", call: Call) -> Response:
    """Mint a token for an instance on which the app is installed: 4 hours, no refresh token."""
    asked = asked_of(call.request)
    if asked.get("grant_type") != "client_credentials":
        return _refused(400, "unsupported_grant_type", "only client_credentials is supported")
    secret = str(asked.get("client_secret", "")).encode()
    good = any(hmac.compare_digest(secret, one.encode()) for one in wix.app.secrets)
    if asked.get("client_id") != wix.app.app_id or not good:
        return _refused(401, "invalid_client", "client authentication failed")
    site = wix.sites.get(str(asked.get("instance_id")))
    if site is None:
        return _refused(400, "invalid_request", "the app instance was not found")
    with site.lock:
        if not site.installation.active:
            return _refused(400, "invalid_request", "the app instance was not found")
        now = wix.clock.now()
        token = site.installation.mint(now, now + timedelta(seconds=TOKEN_SECONDS))
    return answered({"access_token": token.value, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})


def serve_token_info(wix: "Wix", call: Call) -> Response:
    """Tell what an access token or a signed instance is; neither needs an authorization."""
    value = str(asked_of(call.request).get("token", ""))
    site = wix.site_of_token(value)
    if site is not None:
        return answered(_of_token(wix, site, site.installation.tokens[value]))
    fields = opened_instance(value, wix.app.secret) if "." in value else None
    held = wix.sites.get(str((fields or {}).get("instanceId")))
    if fields is None or held is None:
        return answered({"active": False})
    who = "USER" if fields.get("uid") else "VISITOR"
    subject = str(fields.get("uid") or fields.get("aid") or "")
    return answered(_known(wix, held) | {"subjectType": who, "subjectId": subject})


def asked_of(request: Request) -> Body:
    """Read a request's JSON; anything else is as if nothing were asked."""
    try:
        body = json.loads(request.get_data())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _of_token(wix: "Wix", site: Site, token: Token) -> Body:
    times = {
        "exp": str(int(token.expires_at.timestamp())),
        "iat": str(int(token.issued_at.timestamp())),
    }
    return _known(wix, site) | times | {"subjectType": "APP", "subjectId": wix.app.app_id}


def _known(wix: "Wix", site: Site) -> Body:
    return {
        "active": True,
        "clientId": wix.app.app_id,
        "accountId": site.account_id,
        "siteId": site.site_id,
        "instanceId": site.key,
        "vendorProductId": None,
    }


def _refused(status: int, error: str, description: str) -> Response:
    """Refuse as RFC 6749 does; the words are not known for certain."""
    return answered({"error": error, "error_description": description}, status)
