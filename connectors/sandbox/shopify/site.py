"""Where Shopify's paths lead."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from werkzeug import Response
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from connectors.sandbox.call import Call
from connectors.sandbox.shopify import admin
from connectors.sandbox.shopify.api.endpoint import serve
from connectors.sandbox.shopify.oauth import serve_token
from connectors.sandbox.shopify.platform import Shopify
from connectors.sandbox.shopify.shop import Shop

PIECE_BYTES = 64 * 1024
RULES = (
    Rule("/_cdn/app-bridge.js", endpoint="bridge"),
    Rule("/_cdn/s/files/1/<number>/files/<name>", endpoint="picture"),
    Rule("/_files/bulk-operation-outputs/<key>", endpoint="file"),
    Rule("/store/<shop>/apps/<app>", endpoint="admin", strict_slashes=False),
    Rule("/store/<shop>/oauth/install", endpoint="optional"),
    Rule("/<shop>/admin/oauth/authorize", endpoint="authorize"),
    Rule("/<shop>/admin/oauth/access_token", endpoint="token"),
    Rule("/<shop>/admin/api/<version>/graphql.json", endpoint="graphql"),
)


def _shop(shopify: Shopify, call: Call) -> Shop:
    shop = shopify.find(call.found["shop"])
    if shop is None:
        raise NotFound
    return shop


def _graphql(shopify: Shopify, call: Call) -> Response:
    return serve(shopify, _shop(shopify, call), call.found["version"], call.request, call.entry)


def _token(shopify: Shopify, call: Call) -> Response:
    return serve_token(shopify, _shop(shopify, call), call.request)


def _authorize(shopify: Shopify, call: Call) -> Response:
    return admin.authorize(shopify, _shop(shopify, call), call.request)


def _admin(shopify: Shopify, call: Call) -> Response:
    return admin.app_page(shopify, _shop(shopify, call))


def _optional(shopify: Shopify, call: Call) -> Response:
    return admin.grant_optional(shopify, _shop(shopify, call), call.request)


def _bridge(shopify: Shopify, call: Call) -> Response:
    return admin.bridge_script()


def _picture(shopify: Shopify, call: Call) -> Response:
    shops = list(shopify.shops.values())
    shop = next((one for one in shops if str(one.number) == call.found["number"]), None)
    read = shop.pictures.read(call.found["name"]) if shop else None
    if read is None:
        raise NotFound
    return Response(read[0], content_type=read[1], headers={"Cache-Control": "public, max-age=31557600"})


def _file(shopify: Shopify, call: Call) -> Response:
    query, key = call.request.args, call.found["key"]
    path = shopify.bulk.file(key, query.get("Expires", ""), query.get("Signature", ""))
    if path is None:
        body = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code></Error>"
        return Response(body, 400, content_type="application/xml")
    headers = {"Content-Disposition": f'attachment; filename="{key}.jsonl"', "Vary": "Accept-Encoding"}
    if "gzip" in call.request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(_compressed(path), headers=headers, content_type="application/jsonl")
    headers["Content-Length"] = str(path.stat().st_size)
    return Response(_pieces(path), headers=headers, content_type="application/jsonl")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            yield piece


def _compressed(path: Path) -> Iterator[bytes]:
    press = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for piece in _pieces(path):
        if out := press.compress(piece):
            yield out
    yield press.flush()


UNSEEN = frozenset({"bridge"})
ANSWERERS: dict[str, Callable[[Shopify, Call], Response]] = {
    "admin": _admin,
    "authorize": _authorize,
    "bridge": _bridge,
    "file": _file,
    "graphql": _graphql,
    "optional": _optional,
    "picture": _picture,
    "token": _token,
}
