"""Bulk operations: started, looked at, stopped, and fetched from nowhere but where results lie."""

from dataclasses import replace

import pytest

from connectors.errors import BadAnswer, Throttled, Unavailable
from connectors.platforms.base import Export, ExportState
from connectors.platforms.http import Transport
from connectors.platforms.shopify.bulk import download
from connectors.platforms.shopify.documents import EXPORTS
from connectors.platforms.shopify.results import result_url
from tests.platforms.shopify.admin import Admin, Says, gives
from tests.platforms.shopify.bulkfiles import MemorySpool, announced
from tests.platforms.shopify.door import CREDENTIALS, OTHER, SHOP
from tests.platforms.sockets import raw_server, whole

RESULT = "https://storage.googleapis.com/shopify-tiers-assets/bulk?signature=abc"


def started(number: int | None = 720918, *codes: str) -> Says:
    operation = None if number is None else {"id": f"gid://shopify/BulkOperation/{number}"}
    errors = [{"code": code, "field": None, "message": "in progress: gid://…"} for code in codes]
    return gives(bulkOperationRunQuery={"bulkOperation": operation, "userErrors": errors})


def stands(status: str, **changed: object) -> Says:
    operation = {
        "status": status,
        "errorCode": None,
        "objectCount": "0",
        "rootObjectCount": "0",
        "fileSize": None,
        "url": None,
        **changed,
    }
    return gives(bulkOperation=operation)


def export_of(answer: Says) -> Export:
    with Admin(answer) as admin:
        found = admin.reader().export("720918")
    assert admin.asked[0].variables == {"id": "gid://shopify/BulkOperation/720918"}
    return found


@pytest.mark.parametrize("kind", ["product", "sale"])
def test_an_export_is_started_with_the_query_of_its_kind_ungrouped(kind: str) -> None:
    with Admin(started()) as admin:
        assert admin.reader().start_export(kind) == "720918"
    (asked,) = admin.asked
    assert asked.variables == {"query": EXPORTS[kind]}
    assert "groupObjects: false" in asked.document


def test_exports_are_of_the_kinds_that_have_a_query() -> None:
    with Admin() as admin:
        assert admin.reader().exports == EXPORTS.keys()


def test_while_others_run_the_caller_waits() -> None:
    with Admin(started(None, "OPERATION_IN_PROGRESS")) as admin, pytest.raises(Throttled) as failed:
        admin.reader().start_export("product")
    assert failed.value.wait_seconds >= 30
    assert "gid" not in str(failed.value)


@pytest.mark.parametrize(
    "answer", [started(None, "INVALID"), started(None), gives(bulkOperationRunQuery=None)]
)
def test_an_export_that_does_not_start_is_a_bad_answer(answer: Says) -> None:
    with Admin(answer) as admin, pytest.raises(BadAnswer):
        admin.reader().start_export("product")


def test_an_export_is_not_started_twice_when_the_answer_is_lost() -> None:
    with Admin(Says({}, 502)) as admin, pytest.raises(Unavailable):
        admin.reader().start_export("product")
    assert len(admin.asked) == 1


@pytest.mark.parametrize("status", ["CREATED", "RUNNING", "CANCELING", "SOMETHING_NEW"])
def test_an_export_runs_until_it_has_ended(status: str) -> None:
    assert export_of(stands(status, objectCount="12")) == Export(ExportState.RUNNING)


def test_a_ready_export_tells_its_counts_and_its_place() -> None:
    ready = stands("COMPLETED", objectCount="1456", rootObjectCount="56", fileSize="115969", url=RESULT)
    assert export_of(ready) == Export(ExportState.READY, 1456, 56, 115969, RESULT)


def test_counts_past_what_a_float_holds_stay_whole() -> None:
    ready = stands("COMPLETED", objectCount="9007199254740993", rootObjectCount="1", url=RESULT)
    assert export_of(ready).lines == 9007199254740993


def test_an_export_without_rows_is_empty() -> None:
    assert export_of(stands("COMPLETED")) == Export(ExportState.EMPTY)


def test_an_export_with_rows_and_no_file_has_failed() -> None:
    assert export_of(stands("COMPLETED", objectCount="3")) == Export(ExportState.FAILED, reason="NO_FILE")


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        ("FAILED", "TIMEOUT", "TIMEOUT"),
        ("FAILED", "ACCESS_DENIED", "ACCESS_DENIED"),
        ("FAILED", None, "FAILED"),
        ("CANCELED", None, "CANCELED"),
        ("EXPIRED", None, "EXPIRED"),
    ],
)
def test_an_export_that_failed_says_why_and_offers_no_part_of_its_file(
    status: str, code: str | None, reason: str
) -> None:
    failed = stands(status, errorCode=code, objectCount="7", url=RESULT, partialDataUrl=RESULT)
    assert export_of(failed) == Export(ExportState.FAILED, reason=reason)


@pytest.mark.parametrize(
    "code", ["shpat_leak", "a merchant's value", "A" * 65, "timeout!", "", 5, ["X"], {"a": 1}]
)
def test_a_reason_that_is_no_code_is_not_repeated(code: object) -> None:
    reason = "FAILED" if code == "" else "a code that is none"
    assert export_of(stands("FAILED", errorCode=code)) == Export(ExportState.FAILED, reason=reason)


@pytest.mark.parametrize("status", ["completed", "Completed"])
def test_a_status_is_the_same_in_small_letters(status: str) -> None:
    assert export_of(stands(status, objectCount=3, url=RESULT)).state == ExportState.READY
    assert export_of(stands("failed")) == Export(ExportState.FAILED, reason="FAILED")


def test_what_an_export_does_not_count_is_not_compared() -> None:
    told = {"status": "COMPLETED", "objectCount": 12, "url": RESULT}
    assert export_of(gives(bulkOperation=told)) == Export(ExportState.READY, 12, 0, None, RESULT)
    silent = {
        **told,
        "rootObjectCount": None,
        "fileSize": None,
        "errorCode": None,
        "id": "x",
        "type": "QUERY",
    }
    assert export_of(gives(bulkOperation=silent)) == Export(ExportState.READY, 12, 0, None, RESULT)
    with pytest.raises(BadAnswer):
        export_of(gives(bulkOperation={"status": "COMPLETED", "url": RESULT}))


def test_an_export_starts_without_a_list_of_errors() -> None:
    for errors in ({}, {"userErrors": None}):
        operation = {"id": "gid://shopify/BulkOperation/5", "status": "CREATED"}
        with Admin(gives(bulkOperationRunQuery={"bulkOperation": operation, **errors})) as admin:
            assert admin.reader().start_export("product") == "5"


def test_the_part_of_a_failed_file_is_not_even_asked_for() -> None:
    with Admin(stands("RUNNING")) as admin:
        admin.reader().export("1")
    assert "partialDataUrl" not in admin.asked[0].document


def test_an_export_that_shopify_does_not_know_has_failed() -> None:
    assert export_of(gives(bulkOperation=None)) == Export(ExportState.FAILED, reason="GONE")


@pytest.mark.parametrize("count", ["x", "-1", "", "1.5", "\u00b2"])
def test_a_count_that_is_no_number_is_a_bad_answer(count: str) -> None:
    with pytest.raises(BadAnswer):
        export_of(stands("COMPLETED", objectCount=count, url=RESULT))


def test_an_export_is_stopped() -> None:
    with Admin(gives(bulkOperationCancel={"bulkOperation": None})) as admin:
        admin.reader().cancel_export("720918")
    assert admin.operations() == ["MintaExportCancel"]


# Where a result may lie -----------------------------------------------------------------------------------

ELSEWHERE = [
    "http://storage.googleapis.com/x",
    "https://storage.googleapis.com.attacker.example/x",
    "https://evil-storage.googleapis.com.example/x",
    "https://notstorage.googleapis.com/x",
    "https://user:pw@storage.googleapis.com/x",
    "https://storage.googleapis.com@attacker.example/x",
    "https://storage.googleapis.com:22/x",
    "https://attacker.example\\@storage.googleapis.com/x",
    "https://attacker.example#@storage.googleapis.com/x",
    "https://attacker.example/?storage.googleapis.com",
    "https://storage.googleapis.com\n.attacker.example/x",
    "https://storage.g\u00f6\u00f6gleapis.com/x",
    "https://127.0.0.1/x",
    "http://127.0.0.1/x",
    "https://localhost/x",
    "https://[::1]/x",
    "https://[::ffff:10.0.0.1/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://minta-test.myshopify.com/x",
    "file:///etc/passwd",
    "gopher://storage.googleapis.com/_x",
    "//storage.googleapis.com/x",
    "storage.googleapis.com",
    "",
    None,
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_result_is_fetched_from_elsewhere(url: str | None) -> None:
    export, spool = announced(b"", url=url), MemorySpool()
    with pytest.raises(BadAnswer, match=r"^the bulk file (has no address|lies at an address that is not)"):
        download(Transport(), export, spool, CREDENTIALS, SHOP)
    assert not spool.content


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:9401/{shop}", "127.0.0.1"),
        ("http://127.0.0.1:9401/{shop}", "localhost"),
        ("http://localhost:9401/{shop}", "127.0.0.1"),
    ],
)
def test_an_emulators_result_lies_at_the_emulator_on_any_port(origin: str, host: str) -> None:
    with raw_server([whole(b"")]) as server:
        url = server.url.replace("127.0.0.1", host)
        download(
            Transport(), announced(b"", url=url), MemorySpool(), replace(CREDENTIALS, origin=origin), SHOP
        )
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("http://127.0.0.1:9401/{shop}", "ftp://127.0.0.1/x"),
        ("http://127.0.0.1:9401/{shop}", "file:///etc/passwd"),
        ("http://127.0.0.1:9401/{shop}", "http:///x"),
        ("http://127.0.0.1:9401/{shop}", "http://127.0.0.1\\@10.0.0.1/x"),
        ("http://127.0.0.1:9401/{shop}", "http://user@127.0.0.1/x"),
        ("https://emulator.example/{shop}", "http://emulator.example/x"),
        ("https://emulator.example/{shop}", "https://emulator.example.attacker.example/x"),
        ("https://emulator.example/{shop}", "https://evilemulator.example/x"),
        ("https://emulator.example/{shop}", "https://user@emulator.example/x"),
        ("https://shop.emulator.co.uk/{shop}", "https://attacker.co.uk/x"),
        ("https://10.0.0.1/{shop}", "https://10.9.0.1/x"),
        ("https://10.0.0.1/{shop}", "https://evil.0.1/x"),
        ("https://{shop}:8443", f"https://{OTHER}/x"),
        ("https://{shop}/", f"https://{OTHER}/x"),
        ("https://{shop}/", "http://10.0.0.1/x"),
    ],
)
def test_an_emulators_result_lies_nowhere_else(origin: str, url: str) -> None:
    with pytest.raises(BadAnswer):
        download(
            Transport(), announced(b"", url=url), MemorySpool(), replace(CREDENTIALS, origin=origin), SHOP
        )


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("http://127.0.0.1:9401/{shop}", "http://0.0.0.0:9402/x"),
        ("http://{shop}.localhost:9401", "http://files.localhost:9401/x"),
        ("http://{shop}.localhost:9401", f"http://{SHOP}.localhost/x"),
        ("http://emulator:9401/{shop}", "http://host.docker.internal:9401/x"),
        ("http://emulator:9401/{shop}", "https://files.example/x"),
        ("http://emulator:9401/{shop}", "http://[::1]:9401/x"),
        ("https://emulator.example/{shop}", "https://emulator.example:9402/other/path?x=1"),
        ("https://emulator.example/{shop}", "https://files.emulator.example/x"),
        ("https://{shop}.emulator.example", f"https://{OTHER}.emulator.example/x"),
        ("https://shop.emulator.co.uk/{shop}", "https://files.emulator.co.uk/x"),
        ("https://localhost:9401/{shop}", "https://127.0.0.1:9402/x"),
        ("https://10.0.0.1/{shop}", "https://10.0.0.1:9402/x"),
    ],
)
def test_an_emulators_result_may_lie_beside_it(origin: str, url: str) -> None:
    assert result_url(url, replace(CREDENTIALS, origin=origin), SHOP) == url


@pytest.mark.parametrize("status", [401, 402, 403, 404, 410, 423])
def test_a_link_that_ran_out_says_nothing_about_the_store(status: int) -> None:
    with raw_server([whole(b"<xml>Expired</xml>", status=f"{status} No")]) as server:
        credentials = replace(CREDENTIALS, origin="http://127.0.0.1/{shop}")
        with pytest.raises(BadAnswer, match=f"^Shopify's bulk file answered {status}$"):
            download(Transport(), announced(b"", url=server.url), MemorySpool(), credentials, SHOP)


def test_a_result_is_fetched_without_our_token_and_without_following() -> None:
    with raw_server([whole(b"", "Location: http://10.0.0.1/", status="302 Found")]) as server:
        credentials = replace(CREDENTIALS, origin="http://127.0.0.1/{shop}")
        with pytest.raises(BadAnswer, match="redirect"):
            download(Transport(), announced(b"", url=server.url), MemorySpool(), credentials, SHOP)
    (request,) = server.received
    assert b"X-Shopify" not in request
    assert b"Authorization" not in request
