"""AWS, or whatever speaks S3: one object for each store and epoch, sealed before it comes here.

    minta/st_mzxw6ytboi4dqnrs/1/store.sealed

A versioned bucket keeps what is deleted: so an erasure deletes every version and every delete marker below
the copy's name, and what was begun in parts. What an object lock holds cannot be deleted, and is still there.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    Misconfigured,
    PlatformFailure,
    Throttled,
    Unavailable,
)
from connectors.platforms.opening import Variables
from connectors.policy.clauses import Processor as Named
from connectors.processors.base import Copy, Standing

_PLACE: Final = "S3"
_CONNECT_SECONDS: Final = 3.05
_READ_SECONDS: Final = 15
_ATTEMPTS: Final = 2
_DENIED: Final = frozenset({401, 403})
_BUSY: Final = frozenset({"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded"})
_GONE: Final = "NoSuchUpload"
#: What one call lists at most, and one call deletes.
_PAGE: Final = 1000
# A session of boto3 may be used by one thread at a time; what it makes, by many.
_making = threading.Lock()


class Aws:
    """AWS; see `processors.base.Processor`."""

    name = "aws"
    title = Named.AWS
    required: Mapping[str, str] = {"bucket": "MINTA_S3_BUCKET"}

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return bucket, prefix, endpoint, region and keys; a key that is empty is boto3's to find."""
        endpoint = variables.text("MINTA_S3_ENDPOINT", "")
        if endpoint:
            endpoint = variables.origin("MINTA_S3_ENDPOINT", None, insecure=insecure)
        # Half a key stops the start.
        secret = variables.secret("MINTA_AWS_SECRET_ACCESS_KEY", "")
        access = variables.text("MINTA_AWS_ACCESS_KEY_ID", None if secret else "")
        return {
            "bucket": variables.text("MINTA_S3_BUCKET", ""),
            "prefix": variables.matching("MINTA_S3_PREFIX", r"([A-Za-z0-9._-]+/)*", "minta/"),
            "endpoint": endpoint,
            "region": variables.text("MINTA_AWS_REGION", ""),
            "access_key": access,
            "secret_key": variables.secret("MINTA_AWS_SECRET_ACCESS_KEY", None if access else ""),
        }

    def place(self, setup: Mapping[str, Any]) -> str:
        """Return endpoint, bucket and prefix."""
        return " ".join((setup["endpoint"], setup["bucket"], setup["prefix"]))

    def share(self, copy: Copy, leaves: Mapping[str, Any], setup: Mapping[str, Any]) -> str:
        """Put the sealed bytes in place of what is there; they are found by the copy's name alone."""
        with _translated():
            _client(setup).put_object(
                Bucket=setup["bucket"],
                Key=f"{_folder(copy, setup)}store.sealed",
                Body=leaves["sealed"],
                ContentType="application/octet-stream",
            )
        return ""

    def erase(self, copy: Copy, setup: Mapping[str, Any]) -> None:
        """Delete every version, delete marker and unfinished upload of a copy.

        Raises AccessDenied naming how many are held back, as by an object lock.
        """
        with _translated():
            # Read to the end first: a page after the last version of one that is gone may begin anywhere.
            found = list(_versions(copy, setup))
            kept = sum(_delete(found[at : at + _PAGE], setup) for at in range(0, len(found), _PAGE))
            _abort_uploads(copy, setup)
        if kept:
            raise AccessDenied(f"{_PLACE} keeps {kept} versions: a lock or a missing permission holds them")

    def confirm(self, copy: Copy, setup: Mapping[str, Any]) -> Standing:
        """Look whether a version, a delete marker or an unfinished upload of a copy is left."""
        with _translated():
            left = any(_versions(copy, setup)) or any(_uploads(copy, setup))
        return Standing.PRESENT if left else Standing.ABSENT


def _folder(copy: Copy, setup: Mapping[str, Any]) -> str:
    """Return what all keys of a copy begin with; the slash at its end keeps epoch 1 apart from 10."""
    return f"{setup['prefix']}{copy.store}/{copy.epoch}/"


def _pages(call: str, copy: Copy, setup: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    pages: Iterator[Mapping[str, Any]] = (
        _client(setup)
        .get_paginator(call)
        .paginate(Bucket=setup["bucket"], Prefix=_folder(copy, setup), PaginationConfig={"PageSize": _PAGE})
    )
    return pages


def _versions(copy: Copy, setup: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield every version and delete marker of a copy, as `delete_objects` takes them."""
    for page in _pages("list_object_versions", copy, setup):
        for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            yield {"Key": each["Key"], "VersionId": each["VersionId"]}


def _delete(found: list[dict[str, str]], setup: Mapping[str, Any]) -> int:
    """Delete some versions, _PAGE at most; returns how many were not."""
    wanted = {"Objects": found, "Quiet": True}
    answer = _client(setup).delete_objects(Bucket=setup["bucket"], Delete=wanted)
    return len(answer.get("Errors", ()))


def _uploads(copy: Copy, setup: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the unfinished uploads of a copy."""
    for page in _pages("list_multipart_uploads", copy, setup):
        for each in page.get("Uploads", ()):
            yield {"Key": each["Key"], "UploadId": each["UploadId"]}


def _abort_uploads(copy: Copy, setup: Mapping[str, Any]) -> None:
    from botocore.exceptions import ClientError

    for each in list(_uploads(copy, setup)):
        try:
            _client(setup).abort_multipart_upload(Bucket=setup["bucket"], **each)
        except ClientError as error:  # another may have ended it meanwhile
            if error.response.get("Error", {}).get("Code") != _GONE:
                raise


def _client(setup: Mapping[str, Any]) -> Any:
    return _made(tuple(sorted((name, str(value)) for name, value in setup.items())))


@lru_cache(maxsize=4)
def _made(settings: tuple[tuple[str, str], ...]) -> Any:
    """Make a client that is bounded in time and takes no proxy from the environment."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise Misconfigured("MINTA_S3_BUCKET is set and boto3 is not installed") from None
    setup = dict(settings)
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        signature_version="s3v4",
        s3={"addressing_style": "path" if setup["endpoint"] else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        proxies={},
    )
    keys = {"aws_access_key_id": setup["access_key"], "aws_secret_access_key": setup["secret_key"]}
    with _making:
        return boto3.session.Session().client(
            "s3",
            region_name=setup["region"] or None,
            endpoint_url=setup["endpoint"] or None,
            config=config,
            **{name: value for name, value in keys.items() if value},
        )


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what boto3 raises into ours, without the address and the words of the answer."""
    try:
        import botocore.exceptions as theirs
    except ImportError:
        raise Misconfigured("MINTA_S3_BUCKET is set and boto3 is not installed") from None
    try:
        yield
    except theirs.ClientError as error:
        raise _meaning(error.response) from None
    except theirs.BotoCoreError as error:
        raise Unavailable(f"{_PLACE} did not answer ({type(error).__name__})") from None


def _meaning(answer: Mapping[str, Any]) -> PlatformFailure:
    code = str(answer.get("Error", {}).get("Code", ""))
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    named = code if code.isascii() and code.isalnum() and len(code) <= 60 else "no code"
    words = f"{_PLACE} answered {status} ({named})"
    if status == 429 or code in _BUSY:
        return Throttled(words, wait_seconds=5.0)
    if status >= 500:
        return Unavailable(words)
    return AccessDenied(words) if status in _DENIED else BadAnswer(words)
