"""A merchant's export, for who has the page's link to it."""

import re
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from connectors import audit, people
from connectors.errors import Missing
from connectors.exports import opening
from connectors.models import Export
from connectors.pages.sending import send
from connectors.videos import links
from connectors.videos.links import Viewer

_FILE: Final = re.compile(r"(ex_[a-z2-7]{16})\.zip")


def address(viewer: Viewer, export: Export) -> str:
    """Return the link that downloads an export, for this viewer."""
    return f"/exports/{export.ref}.zip?{urlencode({'proof': viewer.proof(_named(export.ref))})}"


def _named(export_ref: str) -> str:
    return f"exports/{export_ref}"


@require_safe
def download(request: HttpRequest, file: str) -> HttpResponseBase:
    """Answer with an export, or a range of it."""
    match = _FILE.fullmatch(file)
    if match is None:
        raise Missing
    now = timezone.now()
    viewer = links.opened(request.GET.get("proof", ""), _named(match[1]), now)
    if not people.is_owner(viewer.store, viewer.person_id):
        raise Missing
    found = opening.download(viewer.store, match[1], now)
    if request.method == "GET":
        audit.note(viewer.store.ref, audit.MERCHANT, "export.downloaded", export=match[1])
    answer = send(request, found, "application/zip")
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="minta-{now:%Y-%m-%d}-{match[1][3:11]}.zip"'
    )
    return answer
