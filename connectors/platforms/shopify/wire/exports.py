"""Bulk operations, and what tells the place of a line of their files."""

from typing import Any

from msgspec import field

from connectors.platforms.shopify.wire.answers import Counted, Node, Wire


class UserError(Wire):
    code: str | None = None


class Started(Wire):
    bulk_operation: Node | None
    user_errors: list[UserError] | None = None


class ExportStart(Wire):
    bulk_operation_run_query: Started | None


class BulkOperation(Wire):
    """How it stands; what it does not count need not agree with the file, but its lines must."""

    status: str
    object_count: Counted | None = None
    error_code: Any = None
    root_object_count: Counted | None = None
    file_size: Counted | None = None
    url: str | None = None


class ExportPoll(Wire):
    bulk_operation: BulkOperation | None


class Cancelled(Wire):
    bulk_operation: Node | None


class ExportCancel(Wire):
    bulk_operation_cancel: Cancelled | None


class Head(Wire):
    """What tells the place of a line of a bulk file: its own id, its parent's, and its stock's."""

    id: str
    parent_id: str | None = field(name="__parentId", default=None)
    inventory_item: Node | None = None
