"""Master keys that lie sealed by AWS KMS: opened once, and said clearly when they do not open."""

import base64
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from connectors.errors import Misconfigured
from connectors.vault import KeyStore, Kms, MasterKeys, new_master_key
from connectors.vault.kms import CONTEXT

REGION = "eu-central-1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A KMS in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            ends = time.monotonic() + 60
            while time.monotonic() < ends:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


@pytest.fixture(autouse=True)
def _known_to_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.fixture
def client(endpoint: str) -> Any:
    return boto3.client("kms", region_name=REGION, endpoint_url=endpoint)


@pytest.fixture
def key_id(client: Any) -> str:
    return str(client.create_key()["KeyMetadata"]["KeyId"])


def test_an_entry_that_kms_made_is_a_master_key(endpoint: str, key_id: str, keys_path: Path) -> None:
    kms = Kms(REGION, endpoint)
    entry = kms.new(key_id)
    made = KeyStore(keys_path, MasterKeys.read([entry], kms)).create("st_1", 1).id
    # Another process opens the same key of the same entry.
    again = MasterKeys.read([entry], Kms(REGION, endpoint))
    assert KeyStore(keys_path, again).get("st_1", 1).id == made


def test_every_new_entry_is_another_key(endpoint: str, key_id: str) -> None:
    kms = Kms(REGION, endpoint)
    assert len({MasterKeys.read([kms.new(key_id)], kms).current for _ in range(2)}) == 2


def test_entries_of_kms_and_keys_in_clear_stand_in_one_ring(
    endpoint: str, key_id: str, keys_path: Path
) -> None:
    old, kms = new_master_key(), Kms(REGION, endpoint)
    KeyStore(keys_path, MasterKeys.parse(old)).create("st_1", 1)
    entry = kms.new(key_id)
    both = KeyStore(keys_path, MasterKeys.read([entry, old], kms))
    both.rewrap_masters()
    KeyStore(keys_path, MasterKeys.read([entry], kms)).get("st_1", 1)
    with pytest.raises(Misconfigured):
        KeyStore(keys_path, MasterKeys.parse(old)).get("st_1", 1)


@pytest.mark.parametrize("context", [{}, {"minta": "another"}])
def test_what_was_sealed_for_another_use_is_refused(
    endpoint: str, client: Any, key_id: str, context: dict[str, str]
) -> None:
    sealed = client.encrypt(KeyId=key_id, Plaintext=b"k" * 32, EncryptionContext=context)["CiphertextBlob"]
    entry = "kms:" + base64.b64encode(sealed).decode()
    with pytest.raises(Misconfigured, match="key 2 of 2, is not opened by AWS KMS: InvalidCiphertext"):
        MasterKeys.read([new_master_key(), entry], Kms(REGION, endpoint))


REFUSING = """
import http.server, sys
class Refusing(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        answer = b'{"__type": "%s", "message": "arn:aws:kms:key-4711 says no"}' % sys.argv[2].encode()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Refusing)
print("ready", flush=True)
server.serve_forever()
"""


@pytest.mark.parametrize("code", ["DisabledException", "KMSInvalidStateException", "AccessDeniedException"])
def test_a_key_that_is_disabled_or_another_s_is_said_and_no_byte_of_it(code: str) -> None:
    port = free_port()
    command = [sys.executable, "-c", REFUSING, str(port), code]
    entry = "kms:" + base64.b64encode(b"ciphertext").decode()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            with pytest.raises(Misconfigured) as caught:
                MasterKeys.read([entry], Kms(REGION, f"http://127.0.0.1:{port}"))
        finally:
            server.kill()
    assert str(caught.value) == f"MINTA_MASTER_KEYS, key 1 of 1, is not opened by AWS KMS: {code}."


def test_a_kms_that_is_down_stops_the_start_and_nothing_that_runs(
    endpoint: str, key_id: str, keys_path: Path
) -> None:
    kms = Kms(REGION, endpoint)
    entry = kms.new(key_id)
    running = KeyStore(keys_path, MasterKeys.read([entry], kms))
    away = Kms(REGION, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Misconfigured, match="key 1 of 1, is not opened by AWS KMS: EndpointConnectionError"):
        MasterKeys.read([entry], away)
    # What has its keys asks nobody any more, whatever it does with them.
    kms._endpoint = away._endpoint
    running.create("st_1", 1)
    running.turn_over()
    running.rewrap_masters()
    assert running.status().live == 1


def test_a_plain_text_of_another_length_is_no_master_key(endpoint: str, client: Any, key_id: str) -> None:
    sealed = client.encrypt(KeyId=key_id, Plaintext=b"short", EncryptionContext=CONTEXT)["CiphertextBlob"]
    with pytest.raises(Misconfigured, match="has not 32 bytes"):
        MasterKeys.read(["kms:" + base64.b64encode(sealed).decode()], Kms(REGION, endpoint))


@pytest.mark.parametrize(
    ("entry", "region", "said"),
    [
        ("kms:", REGION, "is empty"),
        ("kms:***", REGION, "not base64"),
        ("kms:AAAA", "", "MINTA_AWS_REGION is not set"),
    ],
)
def test_an_entry_that_cannot_be_asked_for_is_named(entry: str, region: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=f"key 1 of 1, .*{said}"):
        MasterKeys.read([entry], Kms(region))


def test_without_boto3_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(Misconfigured, match="needs boto3"):
        MasterKeys.read(["kms:AAAA"], Kms(REGION))


def test_boto3_is_not_loaded_where_no_entry_needs_it() -> None:
    asked = "import sys; from connectors.vault import KeyStore; print('boto3' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout == "False\n"
