"""Small pages: what happened, and what the merchant can do about it. Never a value, never a token."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Final

from django.http import HttpRequest, HttpResponse

from connectors.errors import (
    Forbidden,
    GrantRevoked,
    KeyGone,
    KeyStoreBusy,
    Malformed,
    MintaError,
    Missing,
    PlatformFailure,
    StoreClosed,
    Throttled,
    Unverified,
)
from connectors.pages.answers import page
from connectors.platforms.base import Platform
from connectors.platforms.opening import Embedding, Stale

#: How long a browser is asked to wait when the platform did not say.
WAIT_SECONDS: Final = 5
_PLAIN: Final = Embedding()


@dataclass(frozen=True)
class Notice:
    """What a small page says; `{platform}` stands for the platform's title."""

    title: str
    advice: str


_OPEN_AGAIN: Final = "Open Minta again from your store's admin at {platform}, in the list of your apps."
# The first that fits: the narrow classes stand before the wide ones.
_NOTICES: Final[dict[type[MintaError], Notice]] = {
    Stale: Notice("Signing you in again", "This page had been open for a while. It goes on by itself."),
    Unverified: Notice("This request could not be verified", _OPEN_AGAIN),
    Malformed: Notice("This address is not complete", _OPEN_AGAIN),
    Missing: Notice("There is no such page", _OPEN_AGAIN),
    Forbidden: Notice(
        "A permission is missing",
        "Minta was not given every permission it asks for, so it has read nothing. Open Minta again from "
        "your store's admin at {platform} and allow what the consent page lists.",
    ),
    GrantRevoked: Notice("{platform} asks you to sign in again", _OPEN_AGAIN),
    StoreClosed: Notice(
        "{platform} says that this store is closed",
        "Minta can read nothing while the store is paused, frozen or closed. Settle that with {platform}, "
        "then try again.",
    ),
    PlatformFailure: Notice(
        "{platform} did not answer as it should",
        "Nothing was lost and nothing was half done. Try again in a moment.",
    ),
    KeyStoreBusy: Notice(
        "Minta is busy", "Nothing was lost and nothing was half done. Try again in a moment."
    ),
    KeyGone: Notice("What Minta holds of this store is locked away", _OPEN_AGAIN),
    MintaError: Notice(
        "Something went wrong at Minta",
        "It is not your doing, and nothing of your store was shown to anybody. Try again later; "
        "if it stays so, write to support@withminta.com.",
    ),
}


def page_for(
    platform: Platform,
    error: MintaError,
    *,
    headers: Iterable[tuple[str, str]] = (),
    framed_by: tuple[str, ...] = (),
    embedding: Embedding = _PLAIN,
    again: str = "",
) -> HttpResponse:
    """Return the page for an error; `again` is where the browser goes on by itself."""
    notice = next(each for kind, each in _NOTICES.items() if isinstance(error, kind))
    context = {
        "title": notice.title.format(platform=platform.title),
        "advice": notice.advice.format(platform=platform.title),
        "again": again,
        "may_retry": error.retry or isinstance(error, PlatformFailure),
    }
    status = 503 if error.retry else error.status
    response = page("notice.html", context, status=status, framed_by=framed_by, embedding=embedding)
    for name, value in headers:
        response.headers[name] = value
    if error.retry:
        response.headers["Retry-After"] = str(_wait_seconds(error))
    return response


def _wait_seconds(error: MintaError) -> int:
    asked = error.wait_seconds if isinstance(error, Throttled) else 0
    return max(ceil(asked), WAIT_SECONDS)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that is none of ours."""
    context = {"title": "There is no such page", "advice": "Open Minta from your store's admin."}
    return page("notice.html", context, status=404)
