"""What operators and their machines ask: does it live, is it ready, what does it count."""

import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from connectors import readiness
from connectors.pages import metrics as exposition

_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Say that the process lives."""
    return _text("alive\n")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be served, or name what is not ready."""
    missing = readiness.not_ready()
    if missing:
        return _text("".join(f"not ready: {each}\n" for each in missing), status=503)
    return _text("ready\n")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Show the counts to who brings the token, or asks from this machine."""
    if not _may_read(request):
        return _text("metrics need the bearer token of METRICS_TOKEN\n", status=403)
    return HttpResponse(exposition.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected: str = settings.METRICS_TOKEN
    if expected and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), expected.encode())
    # Behind a proxy on this machine everybody comes from here.
    if any(name in request.META for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _text(words: str, status: int = 200) -> HttpResponse:
    return HttpResponse(words, content_type="text/plain; charset=utf-8", status=status)
