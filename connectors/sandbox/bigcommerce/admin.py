"""The merchant's side in a browser: the control panel with the app in its iframe, installing from outside."""

import html
from typing import TYPE_CHECKING

from werkzeug import Request, Response

from connectors.sandbox.bigcommerce.app import User
from connectors.sandbox.bigcommerce.oauth import auth_address
from connectors.sandbox.bigcommerce.signing import signed_payload
from connectors.sandbox.bigcommerce.store import Store

if TYPE_CHECKING:
    from connectors.sandbox.bigcommerce.platform import BigCommerce

STYLE = """<style>
body{margin:0;font:15px/1.5 system-ui,sans-serif;color:#313440;background:#f6f7f9}
header{background:#0d52ff;color:#fff;padding:12px 20px;display:flex;gap:16px;align-items:baseline}
main{max-width:760px;margin:32px auto;background:#fff;border-radius:6px;padding:24px 32px}
iframe{border:0;width:100%;height:calc(100vh - 50px);background:#fff;display:block}
button{font:inherit;padding:8px 20px;border:0;border-radius:4px;background:#3c64f4;color:#fff}
code{background:#f0f2fc;padding:1px 5px;border-radius:4px}header a{color:#dbe3fe}
</style>"""


def payload(platform: "BigCommerce", store: Store, user: User, **twist: object) -> str:
    """Make a signed payload about a user of a store, good now."""
    now = platform.clock.stamp().timestamp()
    return signed_payload(
        platform.app.client_id, platform.app.secret, store.hash, user, store.owner, now, **twist
    )


def load_address(platform: "BigCommerce", store: Store, user: User) -> str:
    """Write the address that a click on the app opens: `/load`, or `/auth` where it is to be accepted."""
    if not store.installation.open:
        return auth_address(platform, store, user)
    return f"{platform.app.address('load')}?signed_payload_jwt={payload(platform, store, user)}"


def app_page(platform: "BigCommerce", store: Store, request: Request) -> Response:
    """Show the control panel with the app in it; before that, what the app asks for."""
    user = store.user(int(request.args.get("user", store.owner.number)))
    title, name = html.escape(platform.app.title), html.escape(store.fields["name"])
    if not store.installation.open and request.method != "POST" and request.args.get("auto") != "1":
        items = "".join(f"<li><code>{scope}</code></li>" for scope in platform.app.scopes)
        return _page(
            f"Install {title}",
            f"<main><h1>Install {title} on {name}</h1><p>The app asks for:</p><ul>{items}</ul>"
            "<form method='post'><button>Confirm</button></form></main>",
        )
    address = html.escape(load_address(platform, store, user))
    others = "".join(f" <a href='?user={one.number}'>{html.escape(one.email)}</a>" for one in store.users())
    return _page(
        f"{name} · {title}",
        f"<header><b>{name}</b> <span>{html.escape(user.email)}</span>{others}"
        " <a href='/'>all stores</a></header>"
        f"<iframe id='app' src='{address}'></iframe>",
    )


def install_page(platform: "BigCommerce", client_id: str, request: Request) -> Response:
    """Begin an install from outside: the browser goes to `/auth` with `external_install`."""
    if client_id != platform.app.client_id:
        return _page("Not found", "<main><h1>There is no such app</h1></main>", 404)
    named = platform.find(request.args["store"]) if "store" in request.args else None
    store = named or next(iter(platform.stores()), None)
    if store is None:
        return _page("Not found", "<main><h1>There is no store</h1></main>", 404)
    with store.lock:
        address = auth_address(platform, store, store.owner, external=True)
    return Response("", 302, headers={"Location": address})


def installed_page(outcome: str) -> Response:
    """Say how an install from outside has ended."""
    return _page(f"Install {outcome}", f"<main><h1>The install has {outcome}</h1></main>")


def front_page(platform: "BigCommerce") -> Response:
    """List the stores."""
    rows = "".join(
        f"<li><a href='{platform.page_of(store)}'>{html.escape(store.fields['name'])}</a>"
        f" <code>{store.context}</code> {len(store.products)} products,"
        f" {'installed' if store.installation.active else 'not installed'}</li>"
        for store in platform.stores()
    )
    return _page(
        "Sandbox",
        f"<main><h1>Stores</h1><ul>{rows}</ul><p>The app is expected at"
        f" <code>{html.escape(platform.app.url)}</code>. <a href='/_sandbox/requests'>Requests</a>,"
        " <a href='/_sandbox/deliveries'>deliveries</a>.</p></main>",
    )


def _page(title: str, body: str, status: int = 200) -> Response:
    head = f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title>{STYLE}"
    return Response(
        f"{head}{body}", status, content_type="text/html; charset=utf-8", headers={"X-Frame-Options": "DENY"}
    )
