"""How long a webhook waits for its answer, through gunicorn, one at a time and four at a time."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench.sync import environment

DELIVERIES = int(os.environ.get("BENCH_DELIVERIES", "1000"))
#: What we promise for 99 of 100.
ALLOWED_MS = 100
_WARM = 20
_SECRET = "bench-secret-of-32-bytes-or-more"  # noqa: S105 - of the benchmark alone
_SHOPS = {
    "shopify": "bench.myshopify.com",
    "bigcommerce": "bench1",
    "wix": "2ed0a5ab-5d9e-4a27-a1ea-2c9a3d1d0001",
}
_KEY = rsa.generate_private_key(65537, 2048)

Request = tuple[bytes, dict[str, str]]


def run() -> Iterator[str]:
    """Measure each platform's deliveries on SQLite with synchronous=FULL."""
    with tempfile.TemporaryDirectory(prefix="minta-bench-") as folder:
        settings = {**os.environ, **environment(folder, "http://127.0.0.1:9"), **_platforms()}
        stores = [f"{name}={shop}" for name, shop in _SHOPS.items()]
        subprocess.run([sys.executable, "-m", "bench.stores", *stores], env=settings, check=True)
        with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
            bind = f"fd://{listener.fileno()}"
            command = [sys.executable, "-m", "gunicorn", "minta.wsgi", "--bind", bind, "--log-level", "error"]
            server = subprocess.Popen(command, env=settings, pass_fds=[listener.fileno()])
            try:
                yield f"{DELIVERIES} webhooks through gunicorn, SQLite with synchronous=FULL"
                yield from _figures(listener.getsockname()[1])
            finally:
                server.terminate()
                server.wait()


def _figures(port: int) -> Iterator[str]:
    for platform, made in (("shopify", _shopify), ("bigcommerce", _bigcommerce), ("wix", _wix)):
        for at_once in (1, 4):
            _taken(port, platform, [made() for _ in range(_WARM)], at_once)
            waits = sorted(_taken(port, platform, [made() for _ in range(DELIVERIES)], at_once))
            half, most = (waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.99))
            yield (
                f"  {platform:<11} {at_once} at a time   half {half:6.1f} ms   "
                f"99 of 100 {most:6.1f} ms   most {waits[-1] * 1000:6.1f} ms   (allowed {ALLOWED_MS})"
            )


def _taken(port: int, platform: str, requests: list[Request], at_once: int) -> list[float]:
    with ThreadPoolExecutor(at_once) as threads:
        return [
            wait
            for part in threads.map(
                lambda first: _sent(port, platform, requests[first::at_once]), range(at_once)
            )
            for wait in part
        ]


def _sent(port: int, platform: str, requests: list[Request]) -> list[float]:
    """Send each on a connection of its own, as platforms do; returns how long each took, in seconds."""
    waits = []
    for body, headers in requests:
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", f"/webhooks/{platform}/", body, headers)
        answer = connection.getresponse()
        said = answer.read()
        waits.append(time.perf_counter() - started)
        connection.close()
        if (answer.status, said) != (200, b"taken\n"):
            raise SystemExit(f"a webhook of {platform} was not taken: {answer.status}")
    return waits


def _platforms() -> dict[str, str]:
    pem = _KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "SHOPIFY_CLIENT_SECRET": _SECRET,
        "BIGCOMMERCE_CLIENT_ID": "bench",
        "BIGCOMMERCE_CLIENT_SECRET": _SECRET,
        "WIX_APP_ID": "bench",
        "WIX_APP_SECRET": _SECRET,
        "WIX_PUBLIC_KEY": base64.b64encode(pem).decode(),
    }


def _number() -> int:
    return secrets.randbelow(10**9)


def _shopify() -> Request:
    body = json.dumps({"id": _number(), "title": "x" * 1900}).encode()
    digest = hmac.digest(_SECRET.encode(), body, "sha256")
    return body, {
        "X-Shopify-Topic": "products/update",
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Shop-Domain": _SHOPS["shopify"],
        "X-Shopify-Api-Version": "2026-10",
        "X-Shopify-Webhook-Id": secrets.token_hex(16),
        "X-Shopify-Triggered-At": datetime.now(UTC).isoformat(),
    }


def _bigcommerce() -> Request:
    shop = _SHOPS["bigcommerce"]
    said = {
        "producer": f"stores/{shop}",
        "hash": secrets.token_hex(20),
        "created_at": int(time.time()),
        "store_id": "1",
        "scope": "store/product/updated",
        "data": {"type": "product", "id": _number()},
    }
    body, message, stamp = json.dumps(said).encode(), secrets.token_hex(8), str(int(time.time()))
    signed = b".".join((message.encode(), stamp.encode(), body))
    digest = hmac.digest(_SECRET.encode(), signed, "sha256")
    header = hmac.new(_SECRET.encode(), f"minta hook v1\n{shop}".encode(), hashlib.sha256).hexdigest()
    return body, {
        "X-Minta-Hook": header,
        "Webhook-Id": message,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _wix() -> Request:
    product = f"{secrets.token_hex(4)}-0000-4000-8000-{secrets.token_hex(6)}"
    event = {
        "id": secrets.token_hex(16),
        "entityFqdn": "wix.stores.catalog.v3.product",
        "slug": "updated",
        "entityId": product,
        "eventTime": datetime.now(UTC).isoformat(),
        "entityEventSequence": "1",
        "updatedEvent": {"currentEntity": {"id": product, "name": "x" * 1500}},
    }
    kind = "wix.stores.catalog.v3.product_updated"
    envelope = {"instanceId": _SHOPS["wix"], "eventType": kind, "data": json.dumps(event)}
    claims = {"data": json.dumps(envelope), "iat": int(time.time()), "exp": int(time.time()) + 3600}
    signed = ".".join(_base64(json.dumps(part).encode()) for part in ({"alg": "RS256"}, claims))
    signature = _KEY.sign(signed.encode(), PKCS1v15(), SHA256())
    return f"{signed}.{_base64(signature)}".encode(), {"Content-Type": "text/plain"}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
