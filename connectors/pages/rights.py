"""What a merchant does on the page: each is a POST with a proof in its body, and no cookie.

The proof opens one store for one viewer and ends with the page's session, the install and the person. Each
form does what it says once. The answer is the page's section as it is now, for our script, or a small page.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors import asked, configured, pausing, people, revive
from connectors.errors import Forbidden, Malformed, Missing, Refused
from connectors.exports import asking
from connectors.middleware import POLICY
from connectors.models import Duty, Store
from connectors.pages import bodies, choices, forms, leaving
from connectors.pages.answers import page, policy
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Platform
from connectors.sharing import consents
from connectors.videos import links
from connectors.videos.links import Viewer

BODY_BYTES: Final = 4096
#: Where a page of ours may be: nothing else is taken for the way back.
_BACK: Final = re.compile(r"/[a-z]{1,16}/(?:\?[A-Za-z0-9_=&%.~-]{0,2000})?")
_FORM: Final = "application/x-www-form-urlencoded"
_DELETED: Final = "Everything that Minta holds of your store is being deleted."
_OVER: Final = "This page is no longer up to date."


class Mistyped(Refused):
    """What was typed is neither the store's name nor its reference: nothing was deleted."""


@dataclass(frozen=True, repr=False, slots=True)
class Wish:
    """What a viewer asks for."""

    viewer: Viewer
    fields: Mapping[str, str]
    now: datetime

    @property
    def store(self) -> Store:
        """The store that it is about."""
        return self.viewer.store


@dataclass(frozen=True, repr=False, slots=True)
class Outcome:
    """What was done, in a sentence; `erasure` where the store is gone by it."""

    said: str
    erasure: Duty | None = None


@require_POST
def act(request: HttpRequest, verb: str) -> HttpResponse:
    """Do what was asked, and show how it stands."""
    if verb not in _VERBS:
        raise Missing
    fields, now = _fields(request), timezone.now()
    frame = forms.frame(fields)
    framed_by = frame.origins if frame else ()
    request.META[POLICY] = policy(framed_by)
    try:
        return _acted(verb, fields, now, framed_by)
    except Missing:
        again = _again(verb, fields, now)
        if again is not None:
            return _gone(again, fields, now, framed_by)
        if frame is None:
            raise
        return _over(PLATFORMS[frame.platform], framed_by)


@require_safe
def state(request: HttpRequest, store: str) -> HttpResponse:
    """Answer with how far an export is, for a page that is open already; it holds nothing to act with."""
    now = timezone.now()
    viewer = links.opened(request.GET.get("proof", ""), choices.looking(store), now)
    return HttpResponse(render_to_string("minta/bundle.html", {"bundle": choices.bundle(viewer, now)}))


def _fields(request: HttpRequest) -> dict[str, str]:
    if request.content_type != _FORM:
        raise Malformed
    try:
        fields = QueryDict(bodies.read(request, BODY_BYTES), encoding="utf-8").dict()
    except UnicodeDecodeError:
        raise Malformed from None
    return {name: str(value) for name, value in fields.items()}


def _acted(verb: str, fields: Mapping[str, str], now: datetime, framed_by: tuple[str, ...]) -> HttpResponse:
    """Do what a form asks for; raises Missing for one that opens nothing now."""
    wish = Wish(forms.opened(fields, now), fields, now)
    refused = False
    try:
        outcome = _do(verb, wish)
    except Missing:
        raise
    except Refused as error:
        outcome, refused = Outcome(str(error)), True
    if outcome.erasure is not None:
        return _gone(outcome, fields, now, framed_by)
    return _answer(wish, outcome, framed_by, refused=refused)


def _again(verb: str, fields: Mapping[str, str], now: datetime) -> Outcome | None:
    """Return what a form has done that ended its own store: who clicks twice sees the second answer alone."""
    place = forms.place(verb, fields, now) if verb in _ENDS else None
    return None if place is None else _ended(*place)


def _ended(store_ref: str, epoch: int) -> Outcome | None:
    duty = (
        Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=store_ref, epoch=epoch).order_by("-pk").first()
    )
    return None if duty is None else Outcome(_DELETED, duty)


def _gone(
    outcome: Outcome, fields: Mapping[str, str], now: datetime, framed_by: tuple[str, ...]
) -> HttpResponse:
    """Show that a store is gone, and where its erasure stands."""
    address = leaving.address(outcome.erasure, now) if outcome.erasure else ""
    context = {"said": outcome.said, "status_address": address}
    if "part" in fields:
        return HttpResponse(render_to_string("minta/gone.html", context))
    return page("done.html", context, framed_by=framed_by)


def _over(platform: Platform, framed_by: tuple[str, ...]) -> HttpResponse:
    context = {"platform": platform, "said": _OVER, "refused": True}
    return page("done.html", context, status=Missing.status, framed_by=framed_by)


def _answer(wish: Wish, outcome: Outcome, framed_by: tuple[str, ...], *, refused: bool) -> HttpResponse:
    back = wish.fields.get("back", "")
    back = back if _BACK.fullmatch(back) else ""
    if "part" in wish.fields:
        return _section(wish.viewer, outcome, framed_by, back, wish.now, refused=refused)
    platform = PLATFORMS[wish.store.platform]
    context = {"platform": platform, "said": outcome.said, "refused": refused, "back": back}
    return page("done.html", context, framed_by=framed_by)


def _section(
    viewer: Viewer, outcome: Outcome, framed_by: tuple[str, ...], back: str, now: datetime, *, refused: bool
) -> HttpResponse:
    store = Store.objects.get(pk=viewer.store.pk)
    viewer = Viewer(store, viewer.person_id, viewer.ends_at)
    key = configured.keystore().get(store.ref, store.epoch)
    rights = choices.rights(
        viewer, key, now, framed_by=framed_by, back=back, said=outcome.said, refused=refused
    )
    return HttpResponse(render_to_string("minta/rights.html", {"rights": rights}))


def _do(verb: str, wish: Wish) -> Outcome:
    if verb in _OWNERS and not people.is_owner(wish.store, wish.viewer.person_id):
        raise Forbidden("Only the owner of the store may do this: nothing was done.")
    with transaction.atomic():
        if forms.spend(wish.viewer, verb, wish.fields, wish.now):
            return _VERBS[verb](wish)
    ended = _ended(wish.store.ref, wish.store.epoch) if verb in _ENDS else None
    return ended or Outcome("This was done already, and was not done again. It stands as you see.")


def _check_typed(wish: Wish) -> None:
    typed = _plain(wish.fields.get("typed", ""))
    key = configured.keystore().get(wish.store.ref, wish.store.epoch)
    if not typed or typed not in (_plain(wish.store.ref), _plain(choices.name_of(wish.store, key))):
        raise Mistyped


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _export(wish: Wish) -> Outcome:
    asking.ask(wish.store, wish.now)
    return Outcome("Your export is being made. It stands here as soon as it is ready.")


def _pause(wish: Wish) -> Outcome:
    pausing.pause(wish.store, wish.now)
    return Outcome("Minta is paused for your store: nothing is read, shown or shared until you resume.")


def _resume(wish: Wish) -> Outcome:
    pausing.resume(wish.store, wish.now)
    return Outcome("Minta goes on, and reads your store anew.")


def _consent(wish: Wish) -> Outcome:
    consents.give(wish.store, _processor(wish), wish.now)
    return Outcome("Your consent is noted. You can withdraw it at any time.")


def _withdraw(wish: Wish) -> Outcome:
    consents.withdraw(wish.store, _processor(wish), wish.now)
    return Outcome("Your consent is withdrawn. What was given is being erased there.")


def _processor(wish: Wish) -> str:
    return wish.fields.get("processor", "")[:16]


def _keep(wish: Wish) -> Outcome:
    revive.keep(wish.store, wish.now)
    return Outcome("What was held of the time before moves to this installation; the rest is erased.")


def _clean(wish: Wish) -> Outcome:
    revive.clean(wish.store, wish.now)
    return Outcome("What was held of the time before is being erased now.")


def _delete(wish: Wish) -> Outcome:
    _check_typed(wish)
    duty = asked.erase_now(wish.store, wish.now)
    return Outcome(_DELETED, duty)


def _confirm(wish: Wish) -> Outcome:
    if asked.open_request(wish.store) is None:
        raise Missing
    return _delete(wish)


def _decline(wish: Wish) -> Outcome:
    asked.decline(wish.store, wish.now)
    return Outcome("The deletion is declined: nothing was deleted.")


_VERBS: Final[Mapping[str, Callable[[Wish], Outcome]]] = {
    "export": _export,
    "pause": _pause,
    "resume": _resume,
    "consent": _consent,
    "withdraw": _withdraw,
    "keep": _keep,
    "clean": _clean,
    "delete": _delete,
    "confirm": _confirm,
    "decline": _decline,
}
VERBS: Final = tuple(_VERBS)
#: What only the owner may do, where the platform says who that is.
_OWNERS: Final = frozenset({"export", "clean", "delete", "confirm"})
#: What ends the store, and with it the proof of its own form.
_ENDS: Final = frozenset({"delete", "confirm"})
