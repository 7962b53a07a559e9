"""The door for deliveries: bounded bytes in, one word out, and never a redirect.

What is verified and understood is acknowledged, whatever it means to us: a platform that gets anything but
200 sends it again for hours and may stop sending at all. What is not verified gets 401.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from connectors import configured, inbox
from connectors.errors import Refused
from connectors.pages import bodies
from connectors.platforms.base import Delivery, Platform


@csrf_exempt
@require_POST
def receive(request: HttpRequest, name: str) -> HttpResponse:
    """Take a delivery: 200 when it is safe with us, 401, 400 or 413 when it is refused."""
    platform = configured.served(name)
    if platform is None:
        raise Http404
    return _taken(
        platform, lambda: Delivery(_headers(request), bodies.read(request, settings.WEBHOOK_MAX_BYTES))
    )


def called_back(request: HttpRequest, platform: Platform, callback: str) -> HttpResponse:
    """Take a delivery that comes by GET: no body, and all that it says in the query."""
    query = tuple((name, value) for name, values in request.GET.lists() for value in values)
    return _taken(platform, lambda: Delivery(_headers(request), b"", callback, query))


def _headers(request: HttpRequest) -> dict[str, str]:
    return {key.lower(): value for key, value in request.headers.items()}


def _taken(platform: Platform, read: Callable[[], Delivery]) -> HttpResponse:
    try:
        words, status = inbox.receive(platform, read(), timezone.now()).value, 200
    except Refused as refusal:
        words, status = type(refusal).__name__.lower(), refusal.status
    return HttpResponse(f"{words}\n", content_type="text/plain; charset=utf-8", status=status)
