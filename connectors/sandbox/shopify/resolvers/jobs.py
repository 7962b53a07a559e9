"""Bulk operations."""

from types import SimpleNamespace
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask, number_of, refusal
from connectors.sandbox.shopify.api.coordinates import coordinates_in
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import resolves
from connectors.sandbox.shopify.api.schema import schema
from connectors.sandbox.shopify.api.search import Filter, Search
from connectors.sandbox.shopify.bulk import AT_ONCE, RUNNING, BulkOperation
from connectors.sandbox.shopify.bulkrules import read_bulk_query
from connectors.sandbox.shopify.resolvers.answers import UserError, sorted_listing

STATUSES = frozenset({"canceled", "canceling", "completed", "created", "failed", "running"})
FIELDS = {
    "id": Filter("number", lambda one: one.number),
    "status": Filter("word", lambda one: one.status, STATUSES),
    "operation_type": Filter("word", lambda one: one.type, frozenset({"query", "mutation"})),
    "created_at": Filter("time", lambda one: one.created_at),
}


@resolves("Mutation.bulkOperationRunQuery")
def run_query(source: Any, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    running = ask.shopify.bulk.running(ask.shop)
    if len(running) >= AT_ONCE:
        names = ", ".join(one.id for one in running)
        message = f"A bulk query operation for this app and shop is already in progress: {names}."
        return _refused(UserError(message, None, "OPERATION_IN_PROGRESS"))
    document, objections = read_bulk_query(args["query"])
    if document is not None:
        ask.bulk_fields |= coordinates_in(schema(), document)
    if document is None or objections:
        return _refused(*(UserError(message, ["query"], "INVALID") for message in objections))
    started = ask.shopify.bulk.start(ask, args["query"], document)
    snapshot = SimpleNamespace(
        KIND="BulkOperation",
        id=started.id,
        number=started.number,
        status="CREATED",
        type="QUERY",
        error_code=None,
        created_at=started.created_at,
        completed_at=None,
        written=SimpleNamespace(rows=0, roots=0, size_bytes=0),
        query=args["query"],
    )
    return SimpleNamespace(bulk_operation=snapshot, user_errors=[])


def _refused(*errors: UserError) -> SimpleNamespace:
    return SimpleNamespace(bulk_operation=None, user_errors=list(errors))


@resolves("Mutation.bulkOperationCancel")
def cancel(source: Any, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    found = ask.shopify.bulk.find(ask.shop, number_of(args["id"], "BulkOperation"))
    if found is None:
        return _refused(UserError("Bulk operation does not exist", ["id"]))
    if found.status not in RUNNING:
        error = UserError(f"A bulk operation cannot be canceled when it is {found.status.lower()}", None)
        return SimpleNamespace(bulk_operation=found, user_errors=[error])
    ask.shopify.bulk.cancel(found)
    return SimpleNamespace(bulk_operation=found, user_errors=[])


@resolves("QueryRoot.bulkOperation")
def one(source: Any, ask: Ask, args: dict[str, Any]) -> BulkOperation | None:
    return ask.shopify.bulk.find(ask.shop, number_of(args["id"], "BulkOperation"))


@resolves("QueryRoot.currentBulkOperation")
def current(source: Any, ask: Ask, args: dict[str, Any]) -> BulkOperation | None:
    held = ask.shopify.bulk.of(ask.shop)
    return held[-1] if held and args.get("type", "QUERY") == "QUERY" else None


@resolves("QueryRoot.bulkOperations")
def many(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    search = Search(FIELDS, ask.shop.zone)
    kept = search.run(args.get("query"), ask.shopify.bulk.of(ask.shop))
    if search.bad_times:
        raise refusal(f"Invalid timestamp for query filter `{search.bad_times[0]}`.", "BAD_REQUEST")
    if search.warnings:
        ask.notes.append({"path": ["bulkOperations"], "query": args["query"], "warnings": search.warnings})
    return sorted_listing(kept, args, {"CREATED_AT": lambda one: one.created_at})


@resolves("BulkOperation.objectCount")
def row_count(operation: BulkOperation, ask: Ask, args: dict[str, Any]) -> int:
    return operation.written.rows


@resolves("BulkOperation.rootObjectCount")
def root_count(operation: BulkOperation, ask: Ask, args: dict[str, Any]) -> int:
    return operation.written.roots


@resolves("BulkOperation.fileSize")
def file_size(operation: BulkOperation, ask: Ask, args: dict[str, Any]) -> int | None:
    return (
        operation.written.size_bytes if operation.status == "COMPLETED" and operation.written.rows else None
    )


@resolves("BulkOperation.url")
def url(operation: BulkOperation, ask: Ask, args: dict[str, Any]) -> str | None:
    return ask.shopify.bulk.url(operation, ask.origin) if operation.status == "COMPLETED" else None


@resolves("BulkOperation.partialDataUrl")
def partial_url(operation: BulkOperation, ask: Ask, args: dict[str, Any]) -> str | None:
    return ask.shopify.bulk.partial_url(operation, ask.origin) if operation.status == "FAILED" else None
