"""How Wix refuses: a message, and details of the application or of the fields that are wrong.

https://dev.wix.com/docs/api-reference/articles/work-with-wix-apis/troubleshooting/about-errors
"""

import json
import uuid
from typing import Any

from werkzeug import Response

JSON = "application/json; charset=utf-8"


class Refusal(Exception):
    """A request that is not answered as it wished."""

    def __init__(self, status: int, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details or {}


def answered(body: Any, status: int = 200) -> Response:
    """Write an answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, content_type=JSON, headers={"x-wix-request-id": _request_id()})


def refused(refusal: Refusal) -> Response:
    """Write a refusal."""
    return answered({"message": refusal.message, "details": refusal.details}, refusal.status)


def invalid(field: str, description: str, rule: str = "OTHER", **known: Any) -> Refusal:
    """Say which field is wrong: 400."""
    violation = {"field": field, "description": description, "violatedRule": rule, "data": known}
    return Refusal(400, f"{field} {description}", {"validationError": {"fieldViolations": [violation]}})


def too_many(field: str, most: int) -> Refusal:
    """Say that a limit is too high: 400."""
    return invalid(field, f"must be at most {most}", "MAX", threshold=most)


def not_sortable(field: str) -> Refusal:
    """Say what real sites say to a sort of catalog V3's products, whatever the reference page lists: 400."""
    return _application(400, "INVALID_ARGUMENT", f"Field '{field}' is not declared as sortable")


def not_filterable(field: str) -> Refusal:
    """Say that a field cannot be filtered by: 400."""
    return _application(400, "INVALID_ARGUMENT", f"Field '{field}' is not declared as filterable")


def unauthenticated() -> Refusal:
    """Refuse a token that is missing, unknown, dead or over: 401."""
    return Refusal(401, "")


def forbidden() -> Refusal:
    """Refuse what no granted scope holds: 403."""
    return _application(403, "PERMISSION_DENIED", "Permission denied")


def nothing_there() -> Refusal:
    """Say that there is no such thing: 404."""
    return _application(404, "NOT_FOUND", "Not found")


def wrong_catalog(catalog: str, asked: str) -> Refusal:
    """Refuse a call of the catalog that the site does not have: 428; the codes are not known for certain."""
    if catalog == "STORES_NOT_INSTALLED":
        return _application(428, "STORES_NOT_INSTALLED", "Wix Stores is not installed")
    code = f"CATALOG_{catalog[:2]}_SITE_CALLING_CATALOG_{asked[:2]}_API"
    return _application(428, code, "The site has another catalog version")


def exhausted() -> Refusal:
    """Refuse what is more than the instance's quota: 429, without a Retry-After."""
    return _application(429, "RESOURCE_EXHAUSTED", "Too many requests")


def _application(status: int, code: str, description: str) -> Refusal:
    return Refusal(
        status,
        description,
        {"applicationError": {"code": code, "description": description, "data": {}}},
    )


def _request_id() -> str:
    return f"{uuid.uuid4().int % 10**16}.{uuid.uuid4().int % 10**13}"
