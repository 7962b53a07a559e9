"""A platform that this installation does without has no address; one that is configured by half says so."""

from typing import Any

import pytest
from django.test import Client

from connectors.models import Delivery, Store
from tests.pages.acme import SETTINGS, Acme

pytestmark = pytest.mark.django_db
PATHS = ("/acme", "/acme/", "/acme/?proof=good", "/acme/gone?signed=good&id=1", "/acme/?ticket=x")


@pytest.mark.parametrize("known", [None, {}, {"client_id": "", "client_secrets": ()}])
@pytest.mark.parametrize("path", PATHS)
def test_what_is_off_is_not_found(
    client: Client, settings: Any, acme: Acme, known: dict[str, Any] | None, path: str
) -> None:
    settings.PLATFORMS = {} if known is None else {"acme": known}
    assert client.get(path).status_code == 404
    assert acme.arrivals == []
    assert not Store.objects.exists()


def test_no_delivery_is_taken_for_what_is_off(client: Client, settings: Any) -> None:
    settings.PLATFORMS = {"acme": {"client_id": "", "client_secrets": ()}}
    answer = client.post("/webhooks/acme/", b"{}", content_type="application/json")
    assert answer.status_code == 404
    assert not Delivery.objects.exists()


def test_what_is_configured_by_half_is_not_ready_and_says_no_value(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PLATFORMS = {"acme": SETTINGS | {"client_secrets": ()}}
    answer = client.get("/acme/?proof=good")
    assert answer.status_code == 503
    assert b"Something went wrong at Minta" in answer.content
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert b"acme-client-id" not in answer.content
    (logged,) = caplog.records
    assert "NotSet at connectors/configured.py" in logged.getMessage()
    assert logged.exc_info is None


@pytest.mark.parametrize("path", ["/webhooks/acme/", "/acme/gone?signed=good&id=1"])
def test_deliveries_of_what_is_configured_by_half_are_to_come_again(
    client: Client, settings: Any, path: str
) -> None:
    settings.PLATFORMS = {"acme": SETTINGS | {"client_secrets": ()}}
    ask = client.post if path.startswith("/webhooks") else client.get
    assert ask(path).status_code == 503
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("path", ["/favicon.ico", "/robots.txt", "/apple-touch-icon.png", "/favicon"])
def test_what_browsers_ask_for_by_themselves_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
