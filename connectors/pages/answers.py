"""Every HTML answer: its content policy names what the page needs and nothing else."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.template.loader import render_to_string

from connectors.platforms.opening import Embedding

STYLE: Final = "minta/page.css"
#: Ours, on a page that plays videos, stays up to date and is acted on.
SCRIPTS: Final = ("minta/videos.js", "minta/rights.js")
#: An origin, or all below one, and nothing else: no blank, comma or semicolon may reach the header.
_ORIGIN: Final = re.compile(
    r"https?://(?:(?:\*\.)?[A-Za-z0-9-][A-Za-z0-9.-]*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?"
)
_PLAIN: Final = Embedding()


def page(
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    framed_by: tuple[str, ...] = (),
    embedding: Embedding = _PLAIN,
    live: bool = False,
) -> HttpResponse:
    """Render a page; `framed_by` are the origins that may frame it, none of them by default.

    `live`: it plays our videos, and has our scripts and forms.
    """
    ours = {"embedding": embedding, "style": STYLE, "scripts": SCRIPTS}
    response = HttpResponse(render_to_string(f"minta/{template}", {**context, **ours}), status=status)
    response.headers["Content-Security-Policy"] = policy(framed_by, embedding, live=live)
    response.headers["Cache-Control"] = "no-store"
    return response


def policy(framed_by: tuple[str, ...], embedding: Embedding = _PLAIN, *, live: bool = False) -> str:
    """Return the content policy of a page."""
    theirs = _origins(embedding.scripts)
    scripts = [*theirs, *map(_hash, SCRIPTS)] if live else theirs
    own = ["'self'"] if live else []
    directives = {
        "default-src": ["'none'"],
        "style-src": [_hash(STYLE)],
        "script-src": scripts,
        "connect-src": ["'self'", *theirs, *_origins(embedding.connects)] if scripts else [],
        "img-src": own,
        "media-src": own,
        "base-uri": ["'none'"],
        "form-action": own or ["'none'"],
        "frame-ancestors": _origins(framed_by) or ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items() if sources)


def _origins(addresses: Iterable[str]) -> list[str]:
    parts = map(urlsplit, addresses)
    origins = dict.fromkeys(f"{each.scheme}://{each.netloc}" for each in parts)
    return [each for each in origins if _ORIGIN.fullmatch(each)]


@cache
def _hash(template: str) -> str:
    """Return the source expression that allows a style sheet or script of ours, which stands in the page."""
    content = render_to_string(template).encode()
    return f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"
