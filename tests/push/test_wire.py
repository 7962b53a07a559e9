"""One request: where it goes, for whom it takes the other side, how long it lasts, what follows from it."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.platforms.deadline import BoundedResponse
from connectors.push import wire
from connectors.push.wire import Answer, post
from tests.platforms.sockets import Script, dripping, raw_server, whole
from tests.push.conftest import Receiver
from tests.push.test_addresses import flip

NAME = "hooks.cedar.example"
HEADERS = {"webhook-id": "msg_1", "Content-Type": "application/json"}
BODY = b'{"type":"feed.changed"}'


def certificate_for(name: str, folder: Path) -> Path:
    """Make a certificate that its own server signed, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@dataclass
class Secure:
    """A server that speaks TLS: which name it was asked for, and what it was sent."""

    port: int
    asked_for: list[str | None] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)


@contextmanager
def secure_server(certificate: Path) -> Iterator[Secure]:
    """Take one message for each connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    server = Secure(listener.getsockname()[1])
    context.sni_callback = lambda _, name, __: server.asked_for.append(name)
    ended = threading.Event()

    def serve() -> None:
        while True:
            raw, _ = listener.accept()
            if ended.is_set():
                raw.close()
                return
            with raw, suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
                request = b""
                while not request.endswith(BODY):
                    request += connection.recv(65536)
                server.received.append(request)
                connection.sendall(whole(b""))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        socket.create_connection(("127.0.0.1", server.port)).close()
        thread.join(60)
        listener.close()


@pytest.fixture
def trusting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return what makes a certificate that is trusted from then on."""

    def trust(name: str) -> Path:
        path = certificate_for(name, tmp_path)
        context = ssl.create_default_context(cafile=str(path))
        monkeypatch.setattr(wire, "trusted", lambda: context)
        return path

    return trust


def told(url: str) -> Answer:
    return post(url, HEADERS, BODY, insecure=True)


class TestWhereItGoes:
    def test_it_goes_to_the_number_that_was_checked_under_its_own_name(
        self, trusting: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second answer of the resolver leads nowhere: nobody asks for it."""
        asked = flip(monkeypatch, ["127.0.0.1"], [])
        with secure_server(trusting(NAME)) as server:
            answer = told(f"https://{NAME}:{server.port}/hook")
            assert asked == [NAME]
        assert answer == Answer(200, "200")
        assert server.asked_for == [NAME]
        head, _, body = server.received[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /hook HTTP/1.1\r\n")
        assert f"\r\nHost: {NAME}:{server.port}\r\n".encode() in head
        assert b"\r\nwebhook-id: msg_1\r\n" in head
        assert body == BODY

    def test_a_certificate_for_another_name_is_refused_before_anything_is_said(
        self, trusting: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flip(monkeypatch, ["127.0.0.1"])
        with secure_server(trusting("other.cedar.example")) as server:
            answer = told(f"https://{NAME}:{server.port}/hook")
        assert answer == Answer(0, "certificate refused")
        assert server.received == []

    def test_a_certificate_that_nobody_vouches_for_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flip(monkeypatch, ["127.0.0.1"])
        with secure_server(certificate_for(NAME, tmp_path)) as server:
            assert told(f"https://{NAME}:{server.port}/hook") == Answer(0, "certificate refused")
        assert server.received == []

    def test_a_name_that_flips_to_this_machine_is_not_connected_to(
        self, trusting: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connectors.push.addresses.PORTS", range(65536))
        with secure_server(trusting(NAME)) as server:
            url = f"https://{NAME}:{server.port}/hook"
            for inside in ("127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "64:ff9b::7f00:1"):
                flip(monkeypatch, [inside])
                assert post(url, HEADERS, BODY, insecure=False) == Answer(0, "address refused")
            flip(monkeypatch, ["127.0.0.1"])
            assert post(url, HEADERS, BODY, insecure=True) == Answer(200, "200")  # it could have been reached
        assert len(server.received) == 1

    def test_a_number_that_does_not_answer_is_followed_by_the_next(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port = receiver.url.split(":")[2].split("/")[0]
        flip(monkeypatch, ["127.0.0.3", "127.0.0.1"])  # the receiver listens at the second alone
        assert told(f"http://hooks:{port}/").taken
        assert len(receiver.received) == 1

    def test_a_name_without_an_address_and_a_port_without_a_server_are_told_apart(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        assert told(f"http://127.0.0.1:{port}/") == Answer(0, "no connection")
        flip(monkeypatch, [])
        assert told(f"https://{NAME}/") == Answer(0, "no address")

    def test_no_proxy_of_the_environment_is_used(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with raw_server([whole(b"")]) as proxy:
            for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
            assert told(receiver.url).taken
            assert proxy.received == []
        assert len(receiver.received) == 1


class TestWhatIsAnswered:
    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_two_hundred_and_more_is_taken(self, receiver: Receiver, status: int) -> None:
        receiver.answer(status)
        assert told(receiver.url) == Answer(status, str(status))
        assert told(receiver.url).taken

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_a_redirect_is_a_failure_and_is_not_followed(self, receiver: Receiver, status: int) -> None:
        receiver.answer(status, Location=receiver.url)
        answer = told(receiver.url)
        assert (answer.status, answer.taken) == (status, False)
        assert len(receiver.received) == 1
        assert not (receiver.folder / "followed").exists()

    @pytest.mark.parametrize("status", [400, 404, 410, 500])
    def test_another_status_is_a_failure_that_asks_for_no_patience(
        self, receiver: Receiver, status: int
    ) -> None:
        receiver.answer(status, Retry_After="60")
        assert told(receiver.url) == Answer(status, str(status))

    @pytest.mark.parametrize(("said", "waits"), [("60", 60), ("999999999", 12 * 3600), ("soon", 5)])
    @pytest.mark.parametrize("status", [429, 503])
    def test_patience_is_given_within_bounds(
        self, receiver: Receiver, status: int, said: str, waits: float
    ) -> None:
        receiver.answer(status, Retry_After=said)
        assert told(receiver.url) == Answer(status, str(status), waits)

    def test_without_a_word_of_it_none_is_given(self, receiver: Receiver) -> None:
        receiver.answer(503)
        assert told(receiver.url).wait_seconds == 0

    @pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.6\r\n", b"", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 99])
    def test_what_is_no_answer_is_a_failure(self, said: bytes) -> None:
        with raw_server([said]) as server:
            answer = told(server.url)
        assert (answer.status, answer.taken) == (0, False)
        assert answer.word in ("no HTTP", "no connection")

    def test_the_body_of_the_answer_is_not_waited_for(self) -> None:
        endless: Script = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", 3600.0]
        with raw_server(endless) as server:
            assert told(server.url) == Answer(200, "200")


class TestHowLongItLasts:
    """The limits are cut down; what is told is that an end comes, where without them none would."""

    @pytest.fixture(autouse=True)
    def _short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wire, "WHOLE_SECONDS", 1.0)
        monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.6)

    def test_an_answer_that_does_not_come_ends_by_the_deadline(self) -> None:
        with raw_server([3600.0]) as server:
            assert told(server.url) == Answer(0, "timed out")

    def test_a_head_that_drips_ends_by_the_deadline(self) -> None:
        drip: Script = [b"HTTP/1.1 200 OK\r\n", *dripping(1000)]
        with raw_server(drip) as server:
            assert told(server.url) == Answer(0, "timed out")

    def test_interim_answers_without_end_end_by_the_deadline(self) -> None:
        interim: Script = [b"HTTP/1.1 100 Continue\r\n\r\n", 0.01] * 100_000
        with raw_server(interim) as server:
            assert told(server.url) == Answer(0, "timed out")

    def test_a_handshake_that_is_not_begun_ends_by_the_time_to_connect(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wire, "WHOLE_SECONDS", 3600.0)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
            assert told(url) == Answer(0, "timed out")

    def test_a_resolver_that_does_not_answer_ends_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ended = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(600) and [])
        assert told(f"https://{NAME}/") == Answer(0, "no address")
        ended.set()


def test_an_answer_after_a_long_thought_is_taken(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence may last for the whole of the time, unlike at a platform."""
    monkeypatch.setattr(BoundedResponse, "silent_seconds", 0.1)
    monkeypatch.setattr(wire, "WHOLE_SECONDS", 600.0)
    receiver.answer(200, seconds=0.5)
    began = time.monotonic()
    assert told(receiver.url).taken
    assert time.monotonic() - began >= 0.5
