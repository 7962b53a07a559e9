"""The door for deliveries: what is answered, what is read, what is not said."""

import io
import json
import logging
import time
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from connectors.models import Delivery, Store
from connectors.pages import bodies, webhooks
from connectors.platforms.base import EventKind
from connectors.vault import StoreKey
from tests.pages.acme import SETTINGS

Installed = tuple[Store, StoreKey]
BODY = json.dumps({"id": "d-1", "kind": EventKind.PRODUCT_CHANGED, "name": "a-merchants-value"})


def post(client: Client, body: str | bytes = BODY, path: str = "/webhooks/acme/", **headers: str) -> Any:
    headers = {"X-Acme-Signature": "good"} | {key.replace("_", "-"): value for key, value in headers.items()}
    return client.post(path, body, content_type="application/json", headers=headers)


def test_a_verified_delivery_is_taken(client: Client, installed: Installed) -> None:
    answer = post(client)
    assert (answer.status_code, answer.content) == (200, b"taken\n")
    assert Delivery.objects.get().store == installed[0]


def test_the_same_delivery_again_is_acknowledged(client: Client, installed: Installed) -> None:
    post(client)
    answer = post(client)
    assert (answer.status_code, answer.content) == (200, b"duplicate\n")
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (json.dumps({"id": "d-2", "kind": "product.changed", "shop": "unknown.acme.example"}), b"unknown\n"),
        (json.dumps({"id": "d-3", "kind": "nothing"}), b"ignored\n"),
    ],
)
def test_what_means_nothing_to_us_is_acknowledged(
    client: Client, installed: Installed, body: str, word: bytes
) -> None:
    answer = post(client, body)
    assert (answer.status_code, answer.content) == (200, word)
    assert not Delivery.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/webhooks/acme", "/webhooks/acme/"])
def test_the_slash_at_the_end_makes_no_difference(client: Client, path: str) -> None:
    assert post(client, path=path).status_code == 200


@pytest.mark.django_db
def test_a_wrong_signature_is_unverified(client: Client, installed: Installed) -> None:
    answer = post(client, X_Acme_Signature="bad")
    assert (answer.status_code, answer.content) == (401, b"unverified\n")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b"[]", b'"\\ud800"'])
def test_a_body_that_cannot_be_read_is_malformed(client: Client, body: bytes) -> None:
    answer = post(client, body)
    assert (answer.status_code, answer.content) == (400, b"malformed\n")


def test_an_unknown_platform_is_not_found(client: Client) -> None:
    assert post(client, path="/webhooks/nowhere/").status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_only_post_is_allowed(client: Client, method: str) -> None:
    answer = getattr(client, method)("/webhooks/acme/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


def request_of(stream: Any, **environ: str | bool) -> WSGIRequest:
    wsgi = {"REQUEST_METHOD": "POST", "PATH_INFO": "/webhooks/acme/", "wsgi.input": stream}
    return WSGIRequest({**wsgi, "SERVER_NAME": "testserver", "SERVER_PORT": "80", **environ})


class Endless(io.RawIOBase):
    """A body without an end, which counts what was taken of it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "all of it was asked for"
        self.taken += size
        return b" " * size


@pytest.mark.parametrize("announced", [True, False])
def test_of_a_body_that_is_too_large_a_bounded_part_is_thrown_away(settings: Any, *, announced: bool) -> None:
    stream, length = Endless(), "1000000000" if announced else ""
    request = request_of(stream, CONTENT_LENGTH=length, **{"wsgi.input_terminated": True})
    answer = webhooks.receive(request, name="acme")
    assert (answer.status_code, answer.content) == (413, b"toolarge\n")
    assert stream.taken < settings.WEBHOOK_MAX_BYTES + bodies.DISCARDED_BYTES + 100_000


def test_who_is_slow_to_send_too_much_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "DISCARDED_SECONDS", 0.2)

    class Slow(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            time.sleep(0.02)
            return b" "

    began = time.monotonic()
    answer = webhooks.receive(request_of(Slow(), CONTENT_LENGTH="1000000000"), name="acme")
    assert answer.status_code == 413
    assert time.monotonic() - began < 2


@pytest.mark.django_db
def test_a_body_in_chunks_is_read() -> None:
    request = request_of(
        io.BytesIO(BODY.encode()), HTTP_X_ACME_SIGNATURE="good", **{"wsgi.input_terminated": True}
    )
    assert webhooks.receive(request, name="acme").status_code == 200


@pytest.mark.parametrize(
    "error", [ConnectionResetError, TimeoutError, ValueError, type("Own", (Exception,), {})]
)
def test_a_body_that_breaks_off_is_malformed(error: type[Exception]) -> None:
    class Cut(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise error

    assert webhooks.receive(request_of(Cut(), CONTENT_LENGTH="10"), name="acme").status_code == 400


def test_a_body_of_ten_megabytes_is_too_large(client: Client) -> None:
    assert post(client, b" " * 10_000_000).status_code == 413


def test_a_failure_of_ours_says_nothing_and_asks_for_another_try(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PLATFORMS = {"acme": SETTINGS | {"client_secrets": ()}}
    with caplog.at_level(logging.DEBUG):
        answer = post(client)
    assert (answer.status_code, answer.content) == (503, b"Something went wrong\n")
    assert "NotSet" in caplog.text


@pytest.mark.django_db
def test_nothing_of_a_delivery_is_logged(
    client: Client, installed: Installed, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        post(client)
        post(client, X_Acme_Signature="bad-signature-4711")
        post(client, '{"name": "a-merchants-value"')
    assert "a-merchants-value" not in caplog.text
    assert "4711" not in caplog.text


@pytest.mark.django_db
def test_a_delivery_is_never_answered_with_a_cookie_or_a_page(client: Client) -> None:
    answer = post(client)
    assert not answer.cookies
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
