"""The edge: every answer numbered and closed, strange hosts turned away, failures without a word."""

import logging
import re
from typing import Any

import pytest
from django.test import Client

from connectors.middleware import CLOSED


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "a b", "x\ty", "[::1", "{{7*7}}"]
)
def test_a_strange_host_is_turned_away_quietly(
    client: Client, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/healthz", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.content == b"No such host\n"
    assert not caplog.records


def test_every_answer_has_a_number_of_its_own(client: Client) -> None:
    numbers = {client.get("/healthz").headers["X-Request-Id"] for _ in range(3)}
    assert len(numbers) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", number) for number in numbers)


def test_a_number_that_came_along_is_kept(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": "proxy-7.a_B"})
    assert answer.headers["X-Request-Id"] == "proxy-7.a_B"


@pytest.mark.parametrize("number", ["", "a b", "a\nb", "x" * 65, "<script>"])
def test_a_strange_number_is_replaced(client: Client, number: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": number})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/webhooks/acme/", "/metrics"])
def test_what_is_no_page_is_closed(client: Client, path: str) -> None:
    answer = client.get(path)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_answer_without_content_may_do_nothing(client: Client) -> None:
    assert client.get("/healthz").headers["Content-Security-Policy"] == CLOSED


def test_debug_shows_no_more_of_a_failure(client: Client, settings: Any) -> None:
    settings.DEBUG = True
    answer = client.get("/acme/?error=broken")
    assert (answer.status_code, answer.content) == (500, b"Something went wrong\n")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/feed/v1/stores", "/shopify/"])
def test_no_address_that_knows_cookies_takes_a_post(client: Client, path: str) -> None:
    client.cookies["minta_store_shopify"] = "any"
    assert client.post(path).status_code in {401, 405}
