"""The same promises over TLS: who cannot prove its name is not spoken to, and the deadline holds."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.errors import Unavailable
from connectors.platforms.http import Limits, Transport
from tests.platforms.sockets import whole

LIMITS = Limits(seconds=60, max_bytes=100_000)
SHORT = Limits(seconds=0.6, max_bytes=100_000)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that its own server signed, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@contextmanager
def tls_server(certificate: Path, *steps: bytes) -> Iterator[str]:
    """Answer one connection with these steps, a moment between them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            raw, _ = listener.accept()
            with raw, suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
                connection.recv(65536)
                for step in steps:
                    connection.sendall(step)
                    if ended.wait(0.05):
                        return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        ended.set()
        thread.join(10)
        listener.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    with tls_server(certificate, whole(b"hello")) as url, pytest.raises(Unavailable) as failed:
        Transport(LIMITS).call("GET", url, place="The place")
    assert str(failed.value) == "The place could not be reached safely"


def test_a_slow_drip_ends_at_the_deadline_over_tls_too(certificate: Path) -> None:
    transport = Transport(LIMITS)
    transport._session.verify = str(certificate)
    with tls_server(certificate, whole(b"hello")) as url:
        assert transport.call("GET", url, place="The place").body == b"hello"
    drip = [b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n", *([b"x"] * 10_000)]  # for eight minutes
    with tls_server(certificate, *drip) as url, pytest.raises(Unavailable):
        transport.call("GET", url, place="The place", limits=SHORT)
