"""The owner's side in a browser: the dashboard with the app in an iframe.

https://dev.wix.com/docs/build-apps/develop-your-app/frameworks/self-hosting/supported-extensions/dashboard-extensions/iframe-query-parameters-for-dashboard-extensions
"""

import html
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug import Response
from werkzeug.exceptions import NotFound

from connectors.sandbox.call import Call
from connectors.sandbox.wix.ids import guid, written
from connectors.sandbox.wix.signing import signed_instance
from connectors.sandbox.wix.site import Site

if TYPE_CHECKING:
    from connectors.sandbox.wix.platform import Wix

STYLE = """<style>
body{margin:0;font:15px/1.5 system-ui,sans-serif;color:#162d3d;background:#eff1f4}
header{background:#162d3d;color:#fff;padding:12px 20px;display:flex;gap:16px;align-items:baseline}
main{max-width:760px;margin:32px auto;background:#fff;border-radius:8px;padding:24px 32px}
iframe{border:0;width:100%;height:calc(100vh - 50px);background:#fff;display:block}
a{color:#116dff}header a{color:#9cf}code{background:#eff1f4;padding:1px 5px;border-radius:4px}
</style>"""
WHO = ("owner", "visitor", "demo")


def instance(wix: "Wix", site: Site, who: str = "owner", age_seconds: float = 0.0) -> dict[str, Any]:
    """Say who opens the app, in the fields that Wix signs: `owner`, `visitor` or `demo`.

    Raises ValueError for anybody else.
    """
    if who not in WHO:
        raise ValueError(f"one of {', '.join(WHO)} opens the app")
    visitor = who == "visitor"
    return {
        "instanceId": site.key,
        "signDate": written(wix.clock.stamp() - timedelta(seconds=age_seconds)),
        "uid": None if visitor else site.owner_id,
        "permissions": None if visitor else "OWNER",
        "ipAndPort": "203.0.113.7/51442",
        "vendorProductId": None,
        "demoMode": who == "demo",
        "siteOwnerId": site.owner_id,
        "originInstanceId": site.installation.origin_instance_id,
        "biToken": guid(site.key, "bi"),
        "aid": guid(site.key, "visitor") if visitor else None,
    }


def parameters(wix: "Wix", site: Site, who: str = "owner", age_seconds: float = 0.0) -> dict[str, str]:
    """Make the parameters of the page that the dashboard opens."""
    query = {
        "instance": signed_instance(instance(wix, site, who, age_seconds), wix.app.secret),
        "locale": site.properties.language,
        "cacheKiller": str(int(wix.clock.stamp().timestamp() * 1000)),
        "viewMode": "dashboard",
        "isPublish": str(site.published).lower(),
        "containerProtocol": "https",
    }
    return query | ({"siteUrl": site.url} if site.url else {})


def load_address(wix: "Wix", site: Site, who: str = "owner", age_seconds: float = 0.0) -> str:
    """Write the address that the dashboard opens; an owner who has not got the app gets it by this."""
    if who == "owner" and not site.installation.active:
        wix.install(site)
    return f"{wix.app.home_address}?{urlencode(parameters(wix, site, who, age_seconds))}"


def app_page(wix: "Wix", call: Call) -> Response:
    """Show the dashboard with the app in it; `as` says who looks."""
    site = wix.find(call.found["site"])
    if site is None:
        raise NotFound
    who = call.request.args.get("as", "owner")
    with site.lock:
        address = load_address(wix, site, who if who in WHO else "owner")
    return _page(
        f"{site.name} · {wix.app.name}",
        f"<header><b>{html.escape(site.name)}</b> <span>{html.escape(site.address)}</span>"
        f" <a href='/'>all sites</a></header><iframe id='app' src='{html.escape(address)}'></iframe>",
    )


def page_path(wix: "Wix", site: Site) -> str:
    """Give the path of a site's dashboard."""
    return f"/store/{site.handle}/apps/{wix.app.handle}"


def front_page(wix: "Wix") -> Response:
    """List the sites."""
    rows = "".join(
        f"<li><a href='{page_path(wix, site)}'>{html.escape(site.name)}</a> <code>{site.catalog}</code>"
        f" {len(site.products)} products, {'' if site.installation.active else 'not '}installed</li>"
        for site in wix.stores()
    )
    return _page(
        "Sandbox",
        f"<main><h1>Sites</h1><ul>{rows}</ul><p>The app is expected at"
        f" <code>{html.escape(wix.app.url)}</code>. <a href='/_sandbox/requests'>Requests</a>,"
        " <a href='/_sandbox/deliveries'>deliveries</a>.</p></main>",
    )


def _page(title: str, body: str) -> Response:
    head = f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{html.escape(title)}</title>{STYLE}"
    return Response(
        f"{head}{body}", content_type="text/html; charset=utf-8", headers={"X-Frame-Options": "DENY"}
    )
