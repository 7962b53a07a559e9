"""Faults: the sandbox fails as it is told, as often as it is told, and no longer."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from connectors.sandbox.control import Sandbox
from tests.sandbox.client import AppOnStore

QUERY = "{ shop { id } }"


def test_a_status_with_its_headers_and_then_health(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.fault(
        "status", kind="graphql", status=429, headers={"Retry-After": "4.0"}, times=2, store=app.shop
    )
    for _ in range(2):
        answer = app.post(QUERY)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "4.0")
    assert app.post(QUERY).status_code == 200
    assert [row["status"] for row in sandbox.requests(store=app.shop, kind="graphql")] == [429, 429, 200]


def test_a_fault_meets_only_its_store_and_its_operation(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.fault("status", kind="graphql", store="elsewhere.myshopify.com")
    sandbox.fault("status", kind="graphql", operation="OnlyThis", status=503)
    assert app.post(QUERY).status_code == 200
    assert app.post("query OnlyThis { shop { id } }").status_code == 503


def test_throttled_on_request(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.fault("throttled", kind="graphql", times=1)
    body = app.post(QUERY).json()
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert body["extensions"]["cost"]["throttleStatus"]["restoreRate"] == 100.0


@pytest.mark.parametrize(
    ("effect", "text"),
    [("data_null", '{"data":null}'), ("broken_json", '{"data":{"shop"'), ("not_json", "<!doctype")],
)
def test_answers_at_200_that_are_none(sandbox: Sandbox, app: AppOnStore, effect: str, text: str) -> None:
    sandbox.fault(effect, kind="graphql")
    answer = app.post(QUERY)
    assert answer.status_code == 200
    assert answer.text.startswith(text)


def test_a_redirect_leads_elsewhere(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.fault("redirect", kind="graphql", location="https://evil.example/")
    headers = {"X-Shopify-Access-Token": app.token}
    answer = app.http.post(
        f"{app.base}/admin/api/2026-10/graphql.json",
        json={"query": QUERY},
        headers=headers,
        allow_redirects=False,
        timeout=60,
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://evil.example/")


def test_a_cut_body_ends_the_connection(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.fault("cut", kind="graphql", share=0.5)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        app.post(QUERY)
    assert app.post(QUERY).status_code == 200


def test_a_slow_answer_drips(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.fault("drip", kind="graphql", bytes=40, seconds=0.05)
    before = time.monotonic()
    assert app.post(QUERY).json()["data"]["shop"]["id"]
    assert time.monotonic() - before > 0.1


def test_a_late_answer_is_late(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.fault("delay", kind="graphql", seconds=0.2)
    before = time.monotonic()
    assert app.post(QUERY).status_code == 200
    assert time.monotonic() - before > 0.2


def test_a_held_answer_waits_for_the_faults_to_be_cleared_with_its_deed_done(
    sandbox: Sandbox, app: AppOnStore
) -> None:
    sandbox.fault("hold", kind="token", store=app.shop, seconds=60)
    before = sandbox.store(app.shop)["access_tokens"]
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(app.exchange)
        while not any(fault["held"] for fault in sandbox.faults()):
            assert not asked.done()
        assert sandbox.store(app.shop)["access_tokens"] == before + 1
        assert not asked.done()
        sandbox.clear_faults()
        assert asked.result().status_code == 200
    assert sandbox.faults() == []


def test_a_file_can_end_at_a_line_or_in_one_with_nobody_saying_so(sandbox: Sandbox, app: AppOnStore) -> None:
    url = app.bulk("{ products { edges { node { id title } } } }")["url"]
    whole = app.fetch_plain(url)
    sandbox.fault("cut_line", kind="file")
    at_line = app.fetch_plain(url)
    sandbox.fault("cut_middle", kind="file", share=0.499)
    in_line = app.fetch_plain(url)
    assert whole.startswith(at_line)
    assert at_line.endswith(b"\n")
    assert whole.startswith(in_line)
    assert not in_line.endswith(b"\n")
    assert app.fetch_plain(url) == whole


def test_half_a_compressed_file_is_taken_for_a_whole_one_by_requests(
    sandbox: Sandbox, app: AppOnStore
) -> None:
    url = app.bulk("{ products { edges { node { id title descriptionHtml } } } }")["url"]
    whole = app.fetch_plain(url)
    sandbox.fault("cut_gzip", kind="file", share=0.7)
    half = requests.get(url, timeout=60).content
    assert whole.startswith(half)
    assert len(half) < len(whole)


def test_a_token_call_can_fail(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.fault("status", kind="token", status=400, body='{"error":"invalid_grant"}')
    answer = app.ask_token(grant_type="refresh_token", refresh_token=app.refresh_token)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_a_fault_that_does_not_exist_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="no such effect"):
        sandbox.fault("explode")


def test_connections_are_kept(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection(sandbox.base_url.removeprefix("http://"), timeout=60)
    for body in (b"", b'{"seconds": 0}', b""):
        connection.request("POST" if body else "GET", "/_sandbox/clock", body or None)
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
        assert connection.sock is not None
    connection.close()
