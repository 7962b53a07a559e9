"""Bulk operations: started by the API, run beside it in the sandbox's time, read as a file."""

import hmac
import secrets
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode

from connectors.sandbox.clock import days
from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.plan import Compiler, Connection
from connectors.sandbox.shopify.bulkfile import Written, write_rows
from connectors.sandbox.shopify.shop import Shop
from connectors.sandbox.shopify.things import Thing

if TYPE_CHECKING:
    from connectors.sandbox.shopify.platform import Shopify

AT_ONCE = 5
RUNNING = ("CREATED", "RUNNING", "CANCELING")
URL_LIFE = days(7)


@dataclass(slots=True)
class Plan:
    """How the next operations go. `outcome` is a final status; `error_code` belongs to FAILED."""

    delay_seconds: float = 0.0
    order: str = "grouped"
    parent: str = "node"
    outcome: str = "COMPLETED"
    error_code: str | None = None
    partial: bool = False
    counts_off_by: int = 0
    webhook: bool = True


@dataclass(eq=False)
class BulkOperation(Thing):
    """One operation."""

    KIND = "BulkOperation"
    number: int
    shop: Shop
    query: str
    plan: Plan
    path: Path
    key: str
    created_at: datetime
    started_at: datetime
    status: str = "CREATED"
    type: str = "QUERY"
    error_code: str | None = None
    completed_at: datetime | None = None
    kept_until: datetime | None = None
    written: Written = field(default_factory=Written)
    is_written: bool = False


class BulkDesk:
    """Take bulk operations in and run them."""

    def __init__(self, shopify: "Shopify") -> None:
        self._shopify = shopify
        self._operations: list[BulkOperation] = []
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-bulk-")
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self.plan = Plan()

    def of(self, shop: Shop) -> list[BulkOperation]:
        """List a store's operations, oldest first."""
        with self._lock:
            return [one for one in self._operations if one.shop is shop]

    def find(self, shop: Shop, number: int) -> BulkOperation | None:
        """Find an operation of a store."""
        return next((one for one in self.of(shop) if one.number == number), None)

    def running(self, shop: Shop) -> list[BulkOperation]:
        """List a store's unfinished operations."""
        return [one for one in self.of(shop) if one.status in RUNNING]

    def start(self, ask: Ask, query: str, document: DocumentNode) -> BulkOperation:
        """Start an operation; its file is written while the caller goes on."""
        key = secrets.token_hex(14)
        operation = BulkOperation(
            number=ask.shop.numbers.take(),
            shop=ask.shop,
            query=query,
            plan=self.plan,
            path=Path(self._folder.name) / f"{key}.jsonl",
            key=key,
            created_at=self._shopify.clock.stamp(),
            started_at=ask.now,
        )
        with self._lock:
            self._operations.append(operation)
        threading.Thread(target=self._run, args=(operation, ask, document), daemon=True).start()
        return operation

    def cancel(self, operation: BulkOperation) -> None:
        """Ask an operation to stop."""
        if operation.status in ("CREATED", "RUNNING"):
            operation.status = "CANCELING"
            self._shopify.clock.wake()

    def url(self, operation: BulkOperation, origin: str) -> str | None:
        """Write where the whole result lies; None without rows or before the end."""
        whole = operation.status == "COMPLETED" and operation.written.rows > 0
        return self._signed(operation, origin) if whole else None

    def partial_url(self, operation: BulkOperation, origin: str) -> str | None:
        """Write where the part lies that a failed operation had."""
        return (
            self._signed(operation, origin)
            if operation.status == "FAILED" and operation.plan.partial
            else None
        )

    def file(self, key: str, expires: str, signature: str) -> Path | None:
        """Find the file that a signed address opens, while it may be opened."""
        right = hmac.compare_digest(
            self._signature(key, expires).encode(), signature.encode("utf-8", "replace")
        )
        if not right or not expires.isdigit() or int(expires) <= self._shopify.clock.timestamp():
            return None
        found = next((one for one in self._operations if one.key == key), None)
        return found.path if found is not None and found.path.exists() else None

    def close(self) -> None:
        """Remove all files."""
        self._folder.cleanup()

    def _signed(self, operation: BulkOperation, origin: str) -> str:
        expires = str(int((operation.kept_until or operation.started_at).timestamp()))
        signature = self._signature(operation.key, expires)
        return (
            f"{origin}/_files/bulk-operation-outputs/{operation.key}?Expires={expires}&Signature={signature}"
        )

    def _signature(self, key: str, expires: str) -> str:
        return hmac.new(self._secret, f"{key}:{expires}".encode(), sha256).hexdigest()

    def _run(self, operation: BulkOperation, ask: Ask, document: DocumentNode) -> None:
        due = operation.started_at + timedelta(seconds=operation.plan.delay_seconds)
        self._wait(operation, operation.started_at + (due - operation.started_at) / 2)
        if operation.status == "CREATED":
            operation.status = "RUNNING"
        outcome, code = self._written(operation, ask, document)
        operation.is_written = True
        self._wait(operation, due)
        self._finish(operation, outcome, code)

    def _wait(self, operation: BulkOperation, due: datetime) -> None:
        clock = self._shopify.clock
        turn = clock.turn
        while operation.status != "CANCELING" and clock.now() < due:
            clock.wait_until(due, turn)
            turn = clock.turn

    def _written(self, operation: BulkOperation, ask: Ask, document: DocumentNode) -> tuple[str, str | None]:
        fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        compiler = Compiler(ask, fragments)
        try:
            roots = compiler.roots(_selection(document))
            return ("FAILED", "ACCESS_DENIED") if compiler.denials else self._rows(operation, ask, roots)
        except Exception as error:
            self._shopify.report_failure("a bulk operation broke", error)
            return "FAILED", "INTERNAL_SERVER_ERROR"

    def _rows(self, operation: BulkOperation, ask: Ask, roots: list[Connection]) -> tuple[str, str | None]:
        plan = operation.plan
        for _ in write_rows(roots, ask, operation.path, plan.order, plan.parent, operation.written):
            if operation.status == "CANCELING":
                return "CANCELED", None
        if plan.outcome == "FAILED" and plan.partial:
            _halve(operation.path)
        return plan.outcome, plan.error_code or (
            "INTERNAL_SERVER_ERROR" if plan.outcome == "FAILED" else None
        )

    def _finish(self, operation: BulkOperation, outcome: str, code: str | None) -> None:
        operation.completed_at = self._shopify.clock.stamp()
        operation.kept_until = self._shopify.clock.now() + URL_LIFE
        operation.error_code = code
        operation.written.rows += operation.plan.counts_off_by
        operation.status = "CANCELED" if operation.status == "CANCELING" else outcome
        if operation.plan.webhook:
            self._shopify.notify(operation.shop, "bulk_operations/finish", operation)


def _selection(document: DocumentNode) -> SelectionSetNode:
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return operation.selection_set


def _halve(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rfind(b"\n", 0, len(whole) // 2) + 1])
