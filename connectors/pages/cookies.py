"""The two signed cookies of merchants who are not in a frame. Embedded pages use none: browsers block them.

nonce   binds the way back from a consent page to the browser that was sent there; used once
store   shows the page again to who has just signed in
"""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from connectors.models import Store

NONCE_SECONDS: Final = 600
STORE_SECONDS: Final = 3600
_SALT: Final = "connectors.pages"


def nonce(request: HttpRequest, platform: str) -> str | None:
    """Return the nonce that this browser was given, None when there is none, or it is old or not ours."""
    return _read(request, f"minta_nonce_{platform}", NONCE_SECONDS)


def keep_nonce(response: HttpResponse, platform: str, value: str) -> None:
    """Give this browser a nonce."""
    _write(response, f"minta_nonce_{platform}", platform, value, NONCE_SECONDS)


def forget_nonce(request: HttpRequest, response: HttpResponse, platform: str) -> None:
    """Take the nonce back, where this browser has one."""
    _drop(request, response, f"minta_nonce_{platform}", platform)


def store(request: HttpRequest, platform: str) -> Store | None:
    """Return the store that this browser has signed in for, while that install lasts."""
    value = _read(request, f"minta_store_{platform}", STORE_SECONDS)
    ref, _, epoch = (value or "").partition(":")
    if not epoch:
        return None
    known = Store.objects.filter(ref=ref, platform=platform, epoch=int(epoch)).first()
    return known if known is not None and known.readable else None


def keep_store(response: HttpResponse, signed_in: Store) -> None:
    """Remember in this browser which store it has signed in for."""
    value = f"{signed_in.ref}:{signed_in.epoch}"
    _write(response, f"minta_store_{signed_in.platform}", signed_in.platform, value, STORE_SECONDS)


def forget_store(request: HttpRequest, response: HttpResponse, platform: str) -> None:
    """Forget the store, where this browser has one."""
    _drop(request, response, f"minta_store_{platform}", platform)


def _read(request: HttpRequest, name: str, max_age_seconds: int) -> str | None:
    found = request.get_signed_cookie(name, default=None, salt=_SALT, max_age=max_age_seconds)
    return found if isinstance(found, str) else None


def _write(response: HttpResponse, name: str, platform: str, value: str, max_age_seconds: int) -> None:
    response.set_signed_cookie(
        name,
        value,
        salt=_SALT,
        max_age=max_age_seconds,
        path=f"/{platform}/",
        secure=settings.PUBLIC_URL.startswith("https:"),
        httponly=True,
        # Lax: the way back from the consent page is a navigation from another site.
        samesite="Lax",
    )


def _drop(request: HttpRequest, response: HttpResponse, name: str, platform: str) -> None:
    if name in request.COOKIES:
        response.delete_cookie(name, path=f"/{platform}/", samesite="Lax")
