"""The merchant's side in a browser: the admin page with the app in its iframe, and the consent page."""

import html
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from werkzeug import Request, Response
from werkzeug.datastructures import MultiDict

from connectors.sandbox.shopify.oauth import issue_code
from connectors.sandbox.shopify.shop import Shop
from connectors.sandbox.shopify.signing import host_parameter, query_signature, session_token

if TYPE_CHECKING:
    from connectors.sandbox.shopify.platform import Shopify

STYLE = """<style>
body{margin:0;font:15px/1.5 system-ui,sans-serif;color:#202223;background:#f1f2f4}
header{background:#1a1a1a;color:#fff;padding:12px 20px;display:flex;gap:16px;align-items:baseline}
main{max-width:760px;margin:32px auto;background:#fff;border-radius:12px;padding:24px 32px}
iframe{border:0;width:100%;height:calc(100vh - 50px);background:#fff;display:block}
a{color:#005bd3}button{font:inherit;padding:8px 20px;border:0;border-radius:8px;background:#1a1a1a;color:#fff}
code{background:#f1f2f4;padding:1px 5px;border-radius:4px}header a{color:#9cf}
</style>"""


def id_token(shopify: "Shopify", shop: Shop, user: int = 91_000_001) -> str:
    """Make a session token for a user of a store, good now."""
    return session_token(
        shopify.app.client_id, shopify.app.secret, shop.domain, shopify.clock.stamp().timestamp(), user
    )


def load_parameters(shopify: "Shopify", shop: Shop, *, embedded: bool = True) -> dict[str, str]:
    """Make the signed parameters with which Shopify opens the app."""
    query = {
        "host": host_parameter(shop.handle),
        "shop": shop.domain,
        "timestamp": str(int(shopify.clock.stamp().timestamp())),
    }
    if embedded:
        token = id_token(shopify, shop)
        query |= {
            "embedded": "1",
            "id_token": token,
            "locale": "en",
            "session": query_signature(query, "session"),
        }
    query["hmac"] = query_signature(query, shopify.app.secret)
    return dict(sorted(query.items()))


def load_address(shopify: "Shopify", shop: Shop, *, embedded: bool = True) -> str:
    """Write the address with which Shopify opens the app; this installs it when it is not installed."""
    if embedded and not shop.installation.active:
        shopify.install(shop)
    return f"{shopify.app.home_address}?{urlencode(load_parameters(shopify, shop, embedded=embedded))}"


def app_page(shopify: "Shopify", shop: Shop) -> Response:
    """Show the admin page with the app in it."""
    address = load_address(shopify, shop)
    bridge = json.dumps({"shop": shop.domain, "app": shopify.app.url}).replace("<", "\\u003c")
    return _page(
        f"{shop.name} · {shopify.app.title}",
        f"<header><b>{html.escape(shop.name)}</b> <span>{html.escape(shop.domain)}</span>"
        f" <a href='/'>all stores</a></header><iframe id='app' src='{html.escape(address)}'></iframe>"
        f"<script>{HOST_SCRIPT.replace('__BRIDGE__', bridge)}</script>",
    )


def front_page(shopify: "Shopify") -> Response:
    """List the stores."""
    rows = "".join(
        f"<li><a href='/store/{shop.handle}/apps/{shopify.app.handle}'>{html.escape(shop.name)}</a>"
        f" <code>{shop.domain}</code> {len(shop.products)} products,"
        f" {'installed' if shop.installation.active else 'not installed'}</li>"
        for shop in list(shopify.shops.values())
    )
    return _page(
        "Sandbox",
        f"<main><h1>Stores</h1><ul>{rows}</ul><p>The app is expected at"
        f" <code>{html.escape(shopify.app.url)}</code>. <a href='/_sandbox/requests'>Requests</a>,"
        " <a href='/_sandbox/deliveries'>deliveries</a>.</p></main>",
    )


def authorize(shopify: "Shopify", shop: Shop, request: Request) -> Response:
    """Ask the merchant for consent, or with `auto=1` (or a POST) take it as given."""
    asked = request.args
    redirect = asked.get("redirect_uri", "")
    if asked.get("client_id") != shopify.app.client_id:
        return _page("Oauth error", "<main><h1>Oauth error invalid_client</h1></main>", 400)
    if not redirect.startswith(shopify.app.url):
        return _page(
            "Oauth error",
            "<main><h1>Oauth error invalid_request: redirect_uri is not whitelisted</h1></main>",
            400,
        )
    scopes = tuple(scope for scope in asked.get("scope", "").split(",") if scope) or shopify.app.scopes
    known = shop.installation.active and set(scopes) <= set(shop.installation.scopes)
    if request.method != "POST" and asked.get("auto") != "1" and not known:
        items = "".join(f"<li><code>{html.escape(scope)}</code></li>" for scope in scopes)
        return _page(
            f"Install {shopify.app.title}",
            f"<main><h1>Install {shopify.app.title} on {html.escape(shop.name)}</h1><p>The app asks for:</p>"
            f"<ul>{items}</ul><form method='post'><button>Install</button></form></main>",
        )
    return _consented(shopify, shop, asked, redirect, scopes)


def grant_optional(shopify: "Shopify", shop: Shop, request: Request) -> Response:
    """Grant the optional scopes that the address names and the app declares, then go back to the app."""
    wanted = request.args.get("optional_scopes", "").split(",")
    extra = tuple(scope for scope in wanted if scope in shopify.app.optional_scopes)
    if shop.installation.active and extra:
        kept = tuple(scope for scope in shop.installation.scopes if scope not in extra)
        shopify.set_scopes(shop, kept + extra)
    return Response("", 302, headers={"Location": f"/store/{shop.handle}/apps/{shopify.app.handle}"})


def _consented(
    shopify: "Shopify", shop: Shop, asked: MultiDict[str, str], redirect: str, scopes: tuple[str, ...]
) -> Response:
    shopify.install(shop, scopes)
    query = {
        "code": issue_code(shopify, shop, per_user="per-user" in asked.getlist("grant_options[]")),
        "host": host_parameter(shop.handle),
        "shop": shop.domain,
        "timestamp": str(int(shopify.clock.stamp().timestamp())),
    }
    if "state" in asked:
        query["state"] = asked["state"]
    query["hmac"] = query_signature(query, shopify.app.secret)
    address, _, old = redirect.partition("?")
    return Response(
        "", 302, headers={"Location": f"{address}?{urlencode([*parse_qsl(old), *sorted(query.items())])}"}
    )


def bridge_script() -> Response:
    """Give the stand-in for App Bridge: session tokens on fetches, and the bounce page's reload."""
    return Response(
        BRIDGE, content_type="text/javascript; charset=utf-8", headers={"Access-Control-Allow-Origin": "*"}
    )


def _page(title: str, body: str, status: int = 200) -> Response:
    head = f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{html.escape(title)}</title>{STYLE}"
    return Response(
        f"{head}{body}", status, content_type="text/html; charset=utf-8", headers={"X-Frame-Options": "DENY"}
    )


HOST_SCRIPT = """
const bridge = __BRIDGE__;
window.addEventListener('message', async event => {
  if (event.data?.sandbox !== 'id-token?') return;
  const answer = await fetch(`/_sandbox/stores/${bridge.shop}/id-token`);
  const {id_token} = await answer.json();
  event.source.postMessage({sandbox: 'id-token', number: event.data.number, id_token}, event.origin);
});
"""

BRIDGE = """
(() => {
  const waiting = new Map();
  let number = 0;
  window.addEventListener('message', event => {
    if (event.data?.sandbox !== 'id-token') return;
    waiting.get(event.data.number)?.(event.data.id_token);
    waiting.delete(event.data.number);
  });
  const idToken = () => new Promise((resolve, reject) => {
    if (window.parent === window) return reject(new Error('not embedded'));
    waiting.set(++number, resolve);
    window.parent.postMessage({sandbox: 'id-token?', number}, '*');
    setTimeout(() => reject(new Error('no admin around')), 5000);
  });
  const plain = window.fetch.bind(window);
  const own = target => new URL(target, location.href).origin === location.origin;
  window.fetch = async (input, options = {}) => {
    const address = input instanceof Request ? input.url : input;
    if (!own(address)) return plain(input, options);
    const send = async () => {
      const headers = new Headers(options.headers ?? (input instanceof Request ? input.headers : undefined));
      if (!headers.has('Authorization')) headers.set('Authorization', `Bearer ${await idToken()}`);
      return plain(input, {...options, headers});
    };
    const answer = await send();
    return answer.headers.get('X-Shopify-Retry-Invalid-Session-Request') ? send() : answer;
  };
  window.shopify = {
    idToken,
    config: {shop: new URLSearchParams(location.search).get('shop')},
    toast: {show: text => console.log(text)},
  };
  const again = new URLSearchParams(location.search).get('shopify-reload');
  if (again) idToken().then(token => {
    const address = new URL(again, location.href);
    if (address.origin !== location.origin) return;
    address.searchParams.set('id_token', token);
    location.replace(address);
  });
})();
"""
