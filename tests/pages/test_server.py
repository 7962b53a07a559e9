"""The door for deliveries behind the real server: broken bodies, bodies too large, and what its log says."""

import http.client
import os
import runpy
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from connectors import feed
from connectors.api import document

ROOT = Path(__file__).parents[2]
CONFIG = runpy.run_path(str(ROOT / "gunicorn.conf.py"))


def test_not_all_threads_of_a_process_may_wait_for_changes() -> None:
    assert CONFIG["threads"] >= 2 * feed.WAITING


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "log"


@pytest.fixture(scope="module")
def port(log: Path) -> Iterator[int]:
    """The port of a gunicorn that reads the configuration we ship, with its access log on."""
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as sink:
        command = ["-m", "gunicorn", "minta.wsgi", "--bind", f"fd://{listener.fileno()}", "--workers", "1"]
        server = subprocess.Popen(
            [sys.executable, *command, "--access-logfile", "-"],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "minta.settings"},
            pass_fds=[listener.fileno()],
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            yield listener.getsockname()[1]
        finally:
            server.terminate()
            server.wait(120)


@contextmanager
def connected(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        yield connection
    finally:
        connection.close()


def read_until(log: Path, *lines: str) -> str:
    """Return the log once it holds all of these: a line is written after its answer, by a thread of many."""
    until = time.monotonic() + 120
    while not all(line in (said := log.read_text()) for line in lines):
        assert time.monotonic() < until, f"not all of {lines} in {said}"
        time.sleep(0.02)
    return said


def answer_to(port: int, raw: bytes) -> bytes:
    """Return the first line that the server answers to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").readline()


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\n{}\r\n0\r\n\r\n",
        b"5\r\nab",
        b"2\r\n{}XX0\r\n\r\n",
        b"2;=\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}\r\n0\r\n",
    ],
    ids=["no size", "cut", "no end of a chunk", "strange extension", "no end"],
)
def test_a_broken_chunked_body_is_malformed(port: int, log: Path, body: bytes) -> None:
    head = b"POST /webhooks/shopify/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert answer_to(port, head + body).startswith(b"HTTP/1.1 400 ")
    assert "Error handling request" not in log.read_text()


@pytest.mark.parametrize("chunked", [False, True])
def test_who_sends_ten_megabytes_is_told_that_it_is_too_large(port: int, *, chunked: bool) -> None:
    body = b" " * 10_000_000
    with connected(port) as connection:
        pieces = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
        connection.request("POST", "/webhooks/shopify/", pieces if chunked else body)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (413, b"toolarge\n")


def test_who_announces_too_much_and_sends_nothing_is_not_waited_for_long(port: int) -> None:
    head = f"POST /webhooks/shopify/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {10**9}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(head.encode())
        assert connection.makefile("rb").readline().startswith(b"HTTP/1.1 413 ")


def test_the_access_log_holds_no_query_and_no_referrer(port: int, log: Path) -> None:
    headers = {"Referer": "https://admin.example/?id_token=token-qzqz", "User-Agent": "agent-qzqz"}
    with connected(port) as connection:
        connection.request("GET", "/shopify/?id_token=token-qzqz&hmac=qzqz", headers=headers)
        assert connection.getresponse().status == 401
    with connected(port) as connection:
        connection.request("GET", "/nowhere%0Aforged%20line", headers={"X-Request-Id": "proxy-9"})
        assert connection.getresponse().status == 404
    said = read_until(log, "GET '/shopify/' 401", "[proxy-9]")
    assert "qzqz" not in said
    assert "\nforged" not in said


@pytest.mark.parametrize("atom", ["r", "q", "f", "a", "{cookie}i", "{authorization}i", "{location}o"])
def test_the_access_log_names_nothing_that_may_hold_a_token(atom: str) -> None:
    assert f"%({atom})" not in CONFIG["access_log_format"].lower()


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("x" * 5000, {}, 414),
        ("x", {"X-Long": "x" * 10_000}, 431),
        ("x", {f"X-{n}": "" for n in range(101)}, 431),
    ],
    ids=["address", "header", "headers"],
)
def test_what_is_too_long_is_refused_as_the_document_says(
    port: int, query: str, headers: dict[str, str], status: int
) -> None:
    with connected(port) as connection:
        connection.request("GET", f"/feed/v1/stores?after={query}", headers=headers)
        answer = connection.getresponse()
        answer.read()
    said = document.document()["paths"]["/feed/v1/stores"]["get"]["responses"]
    assert answer.status == status
    assert [*said[str(status)]["content"]] == [answer.headers["Content-Type"]]


def test_the_server_opens_no_control_socket() -> None:
    assert CONFIG["control_socket_disable"] is True


def test_the_bound_is_smaller_than_what_these_tests_send() -> None:
    assert settings.WEBHOOK_MAX_BYTES < 10_000_000
