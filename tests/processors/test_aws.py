"""AWS: one sealed object for each copy, and nothing of it left in any version; against a real S3 server."""

import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from connectors import configured, erase
from connectors.errors import AccessDenied, BadAnswer, MintaError, Misconfigured, Throttled, Unavailable
from connectors.models import Duty, Store
from connectors.processors import PROCESSORS, aws
from connectors.processors.aws import Aws
from connectors.processors.base import Copy, Standing
from connectors.sharing import consents, shares
from connectors.work import engine
from minta.env import Environment
from tests import cast

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "minta-test"
SECRET = "wJalrXUtnFEMI-secret-of-the-tests"
COPY = Copy("st_mzxw6ytboi4dqnrs", 1)
SEALED = {"sealed": b"sealed bytes that nobody here can open"}
KEY = "minta/st_mzxw6ytboi4dqnrs/1/store.sealed"
AWS = Aws()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """S3, as moto plays it, in a process of its own."""
    command = [sys.executable, "-m", "tests.processors.s3"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=quiet, text=True) as ran:
        assert ran.stdout is not None
        yield f"http://127.0.0.1:{int(ran.stdout.readline())}"
        ran.kill()


def setup_at(endpoint: str, **changed: str) -> dict[str, str]:
    """Return what the settings say of S3 there."""
    plain = {
        "bucket": BUCKET,
        "prefix": "minta/",
        "endpoint": endpoint,
        "region": "us-east-1",
        "access_key": "AKIATEST",
        "secret_key": SECRET,
    }
    return plain | changed


@pytest.fixture
def s3(endpoint: str) -> Iterator[Any]:
    """A client of the tests' own, and an empty bucket that keeps every version."""
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="AKIATEST",
        aws_secret_access_key=SECRET,
    )
    client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    yield client
    requests.post(f"{endpoint}/moto-api/reset", timeout=5).raise_for_status()


@pytest.fixture
def setup(endpoint: str, s3: Any) -> Mapping[str, Any]:
    return setup_at(endpoint)


def versions(s3: Any) -> list[str]:
    """Return the key of every version and delete marker in the bucket."""
    told = s3.list_object_versions(Bucket=BUCKET)
    return sorted(each["Key"] for each in [*told.get("Versions", ()), *told.get("DeleteMarkers", ())])


def uploads(s3: Any) -> list[str]:
    return [each["Key"] for each in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ())]


# Sharing --------------------------------------------------------------------------------------------------


def test_a_copy_is_one_object_of_the_sealed_bytes_alone(s3: Any, setup: Mapping[str, Any]) -> None:
    assert AWS.share(COPY, SEALED | {"StoreInfo.email": "canary@cedar.example"}, setup) == ""
    assert versions(s3) == [KEY]
    held = s3.get_object(Bucket=BUCKET, Key=KEY)
    assert held["Body"].read() == SEALED["sealed"]
    assert held["Metadata"] == {}


def test_a_copy_that_is_shared_twice_is_the_newer_one(s3: Any, setup: Mapping[str, Any]) -> None:
    AWS.share(COPY, {"sealed": b"old"}, setup)
    AWS.share(COPY, {"sealed": b"new"}, setup)
    assert s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"new"
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == [KEY]


# Erasing --------------------------------------------------------------------------------------------------


def test_every_version_delete_marker_and_unfinished_upload_goes(
    s3: Any, setup: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "_PAGE", 2)
    for number in range(5):
        AWS.share(COPY, {"sealed": b"%d" % number}, setup)
    s3.delete_object(Bucket=BUCKET, Key=KEY)
    s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)
    s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)
    assert len(versions(s3)) == 6
    AWS.erase(COPY, setup)
    assert versions(s3) == []
    assert uploads(s3) == []
    assert AWS.confirm(COPY, setup) is Standing.ABSENT


def test_nobody_elses_goes_with_it(s3: Any, setup: Mapping[str, Any]) -> None:
    others = [Copy(COPY.store, 10), Copy(COPY.store, 2), Copy(f"{COPY.store}x", 1), Copy("st_other", 1)]
    for copy in [COPY, *others]:
        AWS.share(copy, SEALED, setup)
    s3.put_object(Bucket=BUCKET, Key=f"elsewhere/{KEY}", Body=b"another's")
    AWS.erase(COPY, setup)
    assert len(versions(s3)) == len(others) + 1
    assert all(AWS.confirm(copy, setup) is Standing.PRESENT for copy in others)
    assert AWS.confirm(COPY, setup) is Standing.ABSENT


def test_what_is_not_there_is_erased_all_the_same_and_twice(s3: Any, setup: Mapping[str, Any]) -> None:
    AWS.erase(COPY, setup)
    AWS.share(COPY, SEALED, setup)
    AWS.erase(COPY, setup)
    AWS.erase(COPY, setup)
    assert AWS.confirm(COPY, setup) is Standing.ABSENT


def test_four_that_erase_at_once_do_not_trip_each_other(s3: Any, setup: Mapping[str, Any]) -> None:
    for _ in range(4):
        AWS.share(COPY, SEALED, setup)
    s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: AWS.erase(COPY, setup), range(4)))
    assert (versions(s3), uploads(s3)) == ([], [])


@pytest.mark.parametrize("left", ["version", "marker", "upload"])
def test_whatever_is_left_is_seen(left: str, s3: Any, setup: Mapping[str, Any]) -> None:
    if left == "upload":
        s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)
    else:
        AWS.share(COPY, SEALED, setup)
        s3.delete_object(Bucket=BUCKET, Key=KEY)
        told = s3.list_object_versions(Bucket=BUCKET)
        (other,) = told["DeleteMarkers" if left == "version" else "Versions"]
        s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=other["VersionId"])
        assert versions(s3) == [KEY]
    assert AWS.confirm(COPY, setup) is Standing.PRESENT


def test_what_a_lock_holds_is_said_and_is_still_there(s3: Any, setup: Mapping[str, Any]) -> None:
    AWS.share(COPY, SEALED, setup)
    AWS.share(COPY, SEALED, setup)
    s3.put_object_legal_hold(Bucket=BUCKET, Key=KEY, LegalHold={"Status": "ON"})
    with pytest.raises(AccessDenied, match=r"^S3 keeps 1 versions: a lock or a missing permission"):
        AWS.erase(COPY, setup)
    assert versions(s3) == [KEY], "all but the one that is held has gone"
    assert AWS.confirm(COPY, setup) is Standing.PRESENT
    s3.put_object_legal_hold(Bucket=BUCKET, Key=KEY, LegalHold={"Status": "OFF"})
    AWS.erase(COPY, setup)
    assert AWS.confirm(COPY, setup) is Standing.ABSENT


# Trouble ----------------------------------------------------------------------------------------------------


class Faulty(BaseHTTPRequestHandler):
    """Answers every call with the one fault."""

    fault = (500, "InternalError")

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, code = self.fault
        words = f"<Error><Code>{code}</Code><Message>{SECRET} owner@cedar.example</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    do_GET = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - the server's names

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def faulty() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Faulty) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("fault", "error", "retry"),
    [
        ((500, "InternalError"), Unavailable, True),
        ((503, "SlowDown"), Throttled, True),
        ((403, "AccessDenied"), AccessDenied, False),
        ((403, "InvalidAccessKeyId"), AccessDenied, False),
        ((404, "NoSuchBucket"), BadAnswer, False),
        ((400, "owner@cedar.example"), BadAnswer, False),
    ],
)
def test_a_fault_says_whether_to_come_again_and_nothing_of_the_answer(
    fault: tuple[int, str], error: type[MintaError], retry: bool, faulty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Faulty, "fault", fault)
    monkeypatch.setattr(aws, "_ATTEMPTS", 1)
    setup = setup_at(faulty)
    calls: list[Callable[[], object]] = [
        lambda: AWS.share(COPY, SEALED, setup),
        lambda: AWS.erase(COPY, setup),
        lambda: AWS.confirm(COPY, setup),
    ]
    for call in calls:
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error
        assert caught.value.retry is retry
        assert str(fault[0]) in str(caught.value)
        for value in (SECRET, "owner@cedar.example", "127.0.0.1", "AKIATEST"):
            assert value not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_bucket_that_is_not_there_holds_nothing_back_and_proves_nothing(endpoint: str) -> None:
    with pytest.raises(BadAnswer, match="NoSuchBucket"):
        AWS.confirm(COPY, setup_at(endpoint, bucket="minta-no-such"))


def test_an_address_where_nobody_is_may_be_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        where = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unavailable, match=r"^S3 did not answer \(EndpointConnectionError\)$"):
            AWS.confirm(COPY, setup_at(where))


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "_READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unavailable, match="ReadTimeoutError"):
            AWS.erase(COPY, setup_at(where))


def test_no_proxy_of_the_environment_is_asked(
    setup: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    aws._made.cache_clear()
    with monkeypatch.context() as patched:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            patched.setenv(name, "http://127.0.0.1:9")
        assert AWS.confirm(COPY, setup) is Standing.ABSENT


def test_neither_the_secret_nor_what_is_signed_is_in_the_log(
    setup: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    aws._made.cache_clear()
    caplog.set_level(logging.DEBUG)
    AWS.share(COPY, SEALED, setup)
    AWS.erase(COPY, setup)
    for value in (SECRET, "AKIATEST", COPY.store):
        assert value not in caplog.text


# Settings ---------------------------------------------------------------------------------------------------


def test_without_a_bucket_it_is_off() -> None:
    told = AWS.configure(Environment({"MINTA_AWS_REGION": "eu-west-1"}), insecure=False)
    assert not any(told[field] for field in AWS.required)
    assert (told["prefix"], told["region"]) == ("minta/", "eu-west-1")


def test_what_is_set_is_read() -> None:
    values = {
        "MINTA_S3_BUCKET": "b",
        "MINTA_S3_PREFIX": "a/b/",
        "MINTA_S3_ENDPOINT": "https://s3.example/",
        "MINTA_AWS_ACCESS_KEY_ID": "AKIA",
        "MINTA_AWS_SECRET_ACCESS_KEY": "s",
    }
    told = AWS.configure(Environment(values), insecure=False)
    assert told == {
        "bucket": "b",
        "prefix": "a/b/",
        "endpoint": "https://s3.example",
        "region": "",
        "access_key": "AKIA",
        "secret_key": "s",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [("MINTA_S3_ENDPOINT", "http://s3.example"), ("MINTA_S3_PREFIX", "no-slash"), ("MINTA_S3_PREFIX", "/a/")],
)
def test_what_is_wrong_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        AWS.configure(Environment({name: value}), insecure=False)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("MINTA_AWS_ACCESS_KEY_ID", "MINTA_AWS_SECRET_ACCESS_KEY"),
        ("MINTA_AWS_SECRET_ACCESS_KEY", "MINTA_AWS_ACCESS_KEY_ID"),
    ],
)
def test_half_a_key_stops_the_start(given: str, missing: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{missing} is not set$"):
        AWS.configure(Environment({given: "x"}), insecure=False)


def test_without_boto3_it_says_so_and_all_else_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    aws._made.cache_clear()
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(Misconfigured, match="boto3 is not installed"):
        AWS.confirm(COPY, setup_at("http://127.0.0.1:9"))
    code = "import sys, connectors.processors; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


# From consent to receipt ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_stores_record_goes_sealed_and_is_gone_from_every_version_in_the_end(
    s3: Any, setup: Mapping[str, Any], settings: Any, tmp_path: Path
) -> None:
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = tmp_path / "ledger" / "erasures.sqlite3"
    settings.PROCESSORS = {**settings.PROCESSORS, "aws": setup}
    assert PROCESSORS["aws"].title == "AWS"
    store, key = cast.store()
    cast.keep(store, key, cast.store_info())
    consents.give(store, "aws", datetime.now(UTC))
    engine().drain()
    for changed in ("Bea", "Cleo"):
        cast.keep(store, key, cast.store_info(owner_name=changed))
        engine().drain()
        shares.send(store.pk, "aws")
    assert len(versions(s3)) == 3
    held = s3.get_object(Bucket=BUCKET, Key=f"minta/{store.ref}/1/store.sealed")["Body"].read()
    assert b"cedar" not in held.lower()
    assert b"Cleo" in key.open("share", "aws", held)
    with transaction.atomic():
        erase.uninstall(Store.objects.select_for_update().get(), "redact", datetime.now(UTC), at_once=True)
    engine().drain(datetime.now(UTC) + timedelta(minutes=5))
    assert versions(s3) == []
    assert Duty.objects.get(kind=Duty.ERASE_STORE).state == "done"
    assert configured.keystore().state(store.ref, 1) == "destroyed"
