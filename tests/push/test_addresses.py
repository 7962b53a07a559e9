"""Which addresses may be told: how they are spelt, and where they lead."""

import json
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import pytest

from connectors.errors import Malformed, Refused
from connectors.push.addresses import NoAddress, NotPublic, is_public, parse, resolve
from tests.shared import SHARED, needs_shared

CORPUS = SHARED / "specs" / "security" / "input" / "url_and_host_attacks.json"

CLOSED = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254"),
    *("168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1"),
    *("192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "64:ff9b::8.8.8.8"),
    *("64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1"),
    *("2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1"),
    *("fe80::1%eth0", "fec0::1", "ff02::1", "no number", ""),
]
OPEN = ["8.8.8.8", "1.1.1.1", "100.63.0.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]


def flip(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the resolver answer one after the other, the last for ever; returns whom it was asked for."""
    asked: list[str] = []
    left = list(answers)

    def answer(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        numbers = left.pop(0) if len(left) > 1 else left[0]
        with suppress(ValueError):
            numbers = [str(ip_address(host))]  # who is a number already leads nowhere else
        if not numbers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kinds[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize("number", CLOSED)
def test_what_only_this_machine_or_its_neighbours_reach_is_not_public(number: str) -> None:
    assert not is_public(number)


@pytest.mark.parametrize("number", OPEN)
def test_what_anybody_reaches_is_public(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://hooks.cedar.example/in?of=1&b=%20", "hooks.cedar.example", 443, "/in?of=1&b=%20"),
        ("https://Hooks.Cedar.Example:8443", "hooks.cedar.example", 8443, "/"),
        ("https://8.8.8.8/a@b", "8.8.8.8", 443, "/a@b"),
        ("https://[2606:4700:0::1111]/", "2606:4700::1111", 443, "/"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/"),
    ],
)
def test_an_address_is_read(url: str, host: str, port: int, path: str) -> None:
    address = parse(url, insecure=False)
    assert (address.secure, address.host, address.port, address.path) == (True, host, port, path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.cedar.example",
        "//hooks.cedar.example/",
        "http://hooks.cedar.example/",
        "HTTPS://hooks.cedar.example/",
        "https://user@hooks.cedar.example/",
        "https://user:pw@hooks.cedar.example/",
        "https://hooks.cedar.example/#part",
        "https://hooks.cedar.example\\@127.0.0.1/",
        "https://hooks.cedar.example/a b",
        "https://hooks.cedar.example/\r\nX-More: 1",
        "https://hooks.cedar.example/\n",
        " https://hooks.cedar.example/",
        "https://hooks.cedar.example./",
        "https://hooks..example/",
        "https://-hooks.example/",
        "https://hooks_.example/",
        "https://hooks/",
        "https://hooks.cedar.example:80/",
        "https://hooks.cedar.example:22/",
        "https://hooks.cedar.example:0/",
        "https://hooks.cedar.example:99999/",
        "https://hooks.cedar.example:443x/",
        "https://hooks.cedar.example?x",
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://[::1%25eth0]/",
        "https://[hooks.example]/",
        "https://[8.8.8.8/",
        "https://b\u00fccher.example/",
        "https://cedar\u3002example/",
        "https://hooks.cedar.example/" + "x" * 500,
    ],
)
def test_an_address_that_could_mean_two_things_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse(url, insecure=False)
    assert "cedar" not in str(refused.value)


def test_only_where_origins_may_be_insecure_is_http_taken() -> None:
    address = parse("http://localhost:9000/in", insecure=True)
    assert (address.secure, address.host, address.port) == (False, "localhost", 9000)
    with pytest.raises(Malformed):
        parse("http://localhost:0/in", insecure=True)


def test_of_several_numbers_one_that_is_not_public_refuses_all(monkeypatch: pytest.MonkeyPatch) -> None:
    flip(monkeypatch, ["8.8.8.8", "2606:4700::1111", "10.0.0.1"])
    with pytest.raises(NotPublic):
        resolve(parse("https://hooks.cedar.example/", insecure=False), insecure=False, seconds=60)


def test_what_is_returned_is_what_was_checked_and_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = flip(monkeypatch, ["8.8.8.8", "8.8.4.4", "8.8.8.8"], ["127.0.0.1"])
    found = resolve(parse("https://hooks.cedar.example/", insecure=False), insecure=False, seconds=60)
    assert found == ("8.8.8.8", "8.8.4.4")
    assert asked == ["hooks.cedar.example"]


def test_a_name_that_leads_nowhere_or_a_resolver_that_does_not_answer_is_no_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = parse("https://hooks.cedar.example/", insecure=False)
    flip(monkeypatch, [])
    with pytest.raises(NoAddress):
        resolve(address, insecure=False, seconds=60)
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(60) and [])
    with pytest.raises(NoAddress):
        resolve(address, insecure=False, seconds=0.05)
    ended.set()


@needs_shared
def test_nothing_of_the_corpus_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that need the world's resolver lead to where the corpus says: inside."""
    corpus = json.loads(CORPUS.read_text(encoding="utf-8"))
    urls = [each.split(" ")[0] for each in corpus["outbound_url"]["reject"]]
    urls += [f"https://{each}/" for each in corpus["shop_domain"]["reject"] if isinstance(each, str)]
    flip(monkeypatch, ["127.0.0.1"])
    taken = []
    for url in urls:
        try:
            resolve(parse(url, insecure=False), insecure=False, seconds=60)
        except Refused:
            continue
        taken.append(url)
    assert len(urls) > 80
    assert taken == []
