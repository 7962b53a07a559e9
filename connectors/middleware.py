"""The edge: what every request and every answer passes, whoever it is for."""

import logging
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Final

from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from connectors import replay
from connectors.errors import MintaError

logger = logging.getLogger("connectors.edge")

CLOSED: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: Where a view leaves the policy of its answer for the case that it fails: a merchant whose shop is verified
#: is told so in the frame, and not shown the browser's own page for a frame that is refused.
POLICY: Final = "minta.policy"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_OPERATORS: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_ANSWERED_BY_DJANGO: Final = (Http404, PermissionDenied)

Next = Callable[[HttpRequest], HttpResponseBase]


class Edge:
    """Number requests, turn strange hosts away, close what no page opened, and say nothing of failures."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass a request on, and its answer back."""
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")
        if _REQUEST_ID.fullmatch(request_id) is None:
            request_id = secrets.token_hex(8)
        # Views and logs find it there, whoever gave it.
        request.META["HTTP_X_REQUEST_ID"] = request_id
        response = self._next(request) if _host_is_ours(request) else _text("No such host", 400)
        response.headers["X-Request-Id"] = request_id
        # Or Django writes the path of every 4xx and 5xx, and a path may hold what a platform put there.
        vars(response)["_has_been_logged"] = True
        return _closed(response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what a view did not expect; the log names the class and the place, never the message."""
        if isinstance(error, _ANSWERED_BY_DJANGO):
            return None
        status = _status(error)
        if status >= 500:
            report(request, error)
        answer = _text(_WORDS.get(status, "Something went wrong"), status)
        answer.headers["Content-Security-Policy"] = request.META.get(POLICY, CLOSED)
        return answer


class Gate:
    """Serve nothing from a database that is older than the ledger of erasures, but to operators."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass a request on, or have it come again: platforms do, so nothing is lost."""
        if request.path in _OPERATORS or not replay.needed_lately():
            return self._next(request)
        answer = _text("Not ready: try again in a minute", 503)
        answer.headers["Retry-After"] = "60"
        return answer


def report(request: HttpRequest, error: Exception) -> None:
    """Log a fault of ours: the view, the class and the place, never the message."""
    view = request.resolver_match.view_name if request.resolver_match else "no view"
    place, request_id = _place(error.__traceback__), request.META.get("HTTP_X_REQUEST_ID", "")
    logger.error("%s: %s at %s [%s]", view, type(error).__name__, place, request_id)


_WORDS: Final = {
    400: "This request cannot be read",
    401: "This request could not be verified",
    403: "This is not allowed",
    404: "There is no such thing",
    413: "This request is too large",
}


def _status(error: Exception) -> int:
    if isinstance(error, MintaError):
        return error.status
    # Too many parameters, a broken multipart: Django would write a traceback for each.
    return 400 if isinstance(error, SuspiciousOperation | BadRequest) else 500


def _host_is_ours(request: HttpRequest) -> bool:
    # Scanners send any host; Django's own refusal writes a traceback for each.
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def _closed(response: HttpResponseBase) -> HttpResponseBase:
    """Fill in what the view left open: no content, no frame, no cache."""
    response.headers.setdefault("Content-Security-Policy", CLOSED)
    if "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]:
        response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _text(words: str, status: int) -> HttpResponse:
    return HttpResponse(f"{words}\n", content_type="text/plain; charset=utf-8", status=status)


def _place(traceback: TracebackType | None) -> str:
    """Return file and line of the innermost frame of ours."""
    ours = [
        (Path(frame.f_code.co_filename), line)
        for frame, line in walk_tb(traceback)
        if Path(frame.f_code.co_filename).is_relative_to(settings.BASE_DIR / "connectors")
    ]
    if not ours:
        return "a place outside"
    path, line = ours[-1]
    return f"{path.relative_to(settings.BASE_DIR)}:{line}"
