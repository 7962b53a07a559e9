"""JSON out: money as text, times in UTC with a Z, never kept by a cache; errors in one shape.

{"error": "Missing", "message": "There is no such store here"}
"""

import json
import logging
import math
import traceback
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from rest_framework.exceptions import APIException
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from connectors.api.limits import TooOften
from connectors.errors import KeyStoreBusy, Malformed, Missing, Refused, Unverified

FAULT: Final = "The fault is ours; it was written down"
BUSY: Final = "The feed cannot answer now; come back after Retry-After seconds"
BUSY_SECONDS: Final = 2

_log = logging.getLogger(__name__)


class FeedJson(BaseRenderer):
    """Writes an answer's shape as JSON in UTF-8."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, shape: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """Return the shape as JSON, nothing for None."""
        if shape is None:
            return b""
        text = json.dumps(shape, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
        return text.encode()


def answer(shape: dict[str, Any] | None, status: int = 200) -> Response:
    """Return a shape as an answer that no cache keeps."""
    return Response(shape, status, headers={"Cache-Control": "no-store"})


def refusal(error: Exception, place: str) -> Response:
    """Return what went wrong as JSON; a fault of ours is logged by type and line, without its message."""
    if isinstance(error, APIException):
        return _refused(type(error).__name__, str(error.detail), error.status_code)
    if isinstance(error, SuspiciousOperation):  # Django's own bounds, such as the number of parameters
        error = Malformed()
    elif isinstance(error, Http404):
        error = Missing("There is no such address")
    if isinstance(error, Refused):
        response = _refused(type(error).__name__, str(error), error.status)
        if isinstance(error, Unverified):
            response["WWW-Authenticate"] = 'Bearer realm="feed"'
        if isinstance(error, TooOften):
            response["Retry-After"] = str(math.ceil(error.wait_seconds))
        return response
    _log.error("%s in %s at %s", type(error).__name__, place, _line(error))
    if isinstance(error, KeyStoreBusy | OperationalError):
        response = _refused("Busy", BUSY, 503)
        response["Retry-After"] = str(BUSY_SECONDS)
        return response
    return _refused("Fault", FAULT, 500)


def _refused(name: str, message: str, status: int) -> Response:
    return answer({"error": name, "message": message}, status)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _line(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown line"
