"""The door for people, the same for every platform: let in, send on, or say what to do.

A platform says what a request deserves; here it becomes an answer of the web. A page that is shown in the
platform's admin lives on its proof alone, or, where that must not stay in the address, on a ticket and a
bearer of ours; one that is not in the admin lives on a short signed cookie.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from connectors import configured, install, people, tickets
from connectors.errors import MintaError, Misconfigured, PlatformFailure, Refused, Unverified
from connectors.middleware import POLICY, report
from connectors.models import Store
from connectors.pages import cookies, held, notices, webhooks
from connectors.pages.answers import page, policy
from connectors.pages.held import Onward
from connectors.platforms.base import Platform
from connectors.platforms.opening import (
    MENDED,
    Admitted,
    Arrival,
    Bounced,
    Credentials,
    Embedding,
    Outcome,
    Redirected,
    Stale,
)

#: Ours, in the query: no platform is shown it.
TICKET: Final = "ticket"


@dataclass(frozen=True, repr=False)
class Visit:
    """One request to open the app at one platform."""

    request: HttpRequest
    platform: Platform
    credentials: Credentials
    path: str

    @property
    def bearer(self) -> str | None:
        """The proof of a fetch; a page load has none."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def arrival(self) -> Arrival:
        """The request in the platform's terms."""
        return Arrival(
            path=self.path,
            query=tuple((name, value) for name, values in self.request.GET.lists() for value in values),
            bearer=self.bearer,
            nonce=cookies.nonce(self.request, self.platform.name),
        )

    def framed_by(self, shop: str | None) -> tuple[str, ...]:
        """Return who may frame an answer about this shop."""
        return self.platform.frame_ancestors(shop, self.credentials) if shop else ()


@require_GET
def enter(request: HttpRequest, name: str, path: str | None = None) -> HttpResponse:
    """Answer a request to open the app."""
    platform = configured.served(name)
    if platform is None:
        raise Http404
    path = path or ""
    if path.rstrip("/") in platform.callbacks:
        return webhooks.called_back(request, platform, path.rstrip("/"))
    try:
        visit = Visit(request, platform, configured.credentials(name), path)
    except Misconfigured as error:
        report(request, error)
        return notices.page_for(platform, error)
    now = timezone.now()
    try:
        if (session := _session(visit, now)) is not None:
            return _live(visit, session, now)
        remembered = _remembered(visit)
        if remembered is not None:
            return held.page_of(platform, remembered)
        outcome = platform.enter(visit.arrival, visit.credentials, now)
    except tickets.Spent as error:
        return _turned_away(visit, error, visit.framed_by(error.shop))
    except MintaError as error:
        return _turned_away(visit, error)
    return _answer(visit, outcome, now)


def _session(visit: Visit, now: datetime) -> tickets.Session | None:
    """Return what a bearer or a ticket of ours opens; None when the request brings neither."""
    if visit.bearer is not None and visit.bearer.startswith(tickets.PREFIX):
        return tickets.read_bearer(visit.platform.name, visit.bearer, now)
    ticket = visit.request.GET.get(TICKET)
    return None if ticket is None else tickets.spend(visit.platform.name, ticket, now)


def _live(visit: Visit, session: tickets.Session, now: datetime) -> HttpResponse:
    """Show the page of a session, with what its own fetches and its next load need."""
    framed_by = visit.framed_by(session.shop)
    visit.request.META[POLICY] = policy(framed_by)
    try:
        refresh = _address(visit, tickets.issue(session, now))
        onward = Onward(tickets.bearer(session), refresh, session.person_id, session.ends_at)
        embedding = visit.platform.embedding(visit.credentials)
        return held.page_of(visit.platform, session.store, framed_by, embedding, onward)
    except MintaError as error:
        return _turned_away(visit, error, framed_by)


def _address(visit: Visit, ticket: str) -> str:
    return f"/{visit.platform.name}/?{urlencode({TICKET: ticket})}"


def _remembered(visit: Visit) -> Store | None:
    """Return the store that this browser has signed in for, when the address says nothing else."""
    if visit.path or visit.request.GET or visit.bearer is not None:
        return None
    return cookies.store(visit.request, visit.platform.name)


def _answer(visit: Visit, outcome: Outcome, now: datetime) -> HttpResponse:
    if isinstance(outcome, Admitted):
        return _admit(visit, outcome, now)
    if isinstance(outcome, Bounced):
        return _bounce(visit, outcome)
    return _send(visit, outcome)


def _admit(visit: Visit, admitted: Admitted, now: datetime) -> HttpResponse:
    platform = visit.platform
    framed_by = visit.framed_by(admitted.shop if admitted.embedded else None)
    visit.request.META[POLICY] = policy(framed_by)
    try:
        store = _let_in(platform, admitted, now)
        proved_at = admitted.proved_at or now
        person = people.seen(store, admitted.person, proved_at, now) if admitted.person else None
        if admitted.ticketed:
            session = tickets.begin(store, admitted.shop, person, now)
            return HttpResponseRedirect(_address(visit, tickets.issue(session, now, tickets.TICKET)))
        if admitted.embedded and admitted.landing is None:
            onward = Onward(person_id=person.pk if person else None)
            return held.page_of(platform, store, framed_by, platform.embedding(visit.credentials), onward)
    except Stale as error:
        tried = MENDED in visit.request.GET
        return _turned_away(visit, Unverified(str(error)) if tried else error, framed_by)
    except MintaError as error:
        return _turned_away(visit, error, framed_by)
    # Away from an address that holds a code and a signature.
    response = HttpResponseRedirect(admitted.landing or f"/{platform.name}/")
    cookies.forget_nonce(visit.request, response, platform.name)
    if not admitted.embedded:
        cookies.keep_store(response, store)
    return response


def _let_in(platform: Platform, admitted: Admitted, now: datetime) -> Store:
    """Return the store of a request, whose proof is spent if it is good one time only."""
    if admitted.once is None:
        return install.admit(platform, admitted, now)
    tickets.spend_proof(platform.name, admitted.shop, admitted.once, now)
    try:
        return install.admit(platform, admitted, now)
    except MintaError as error:
        if error.retry:
            tickets.give_back_proof(platform.name, admitted.shop, admitted.once)
        raise


def _bounce(visit: Visit, bounced: Bounced) -> HttpResponse:
    """Let the platform's script fetch a proof: on the page where it looks for what to load again."""
    embedding = visit.platform.embedding(visit.credentials)
    if visit.bearer is not None:
        return notices.page_for(visit.platform, Stale(bounced), headers=embedding.stale)
    address = visit.platform.bounce_address(bounced)
    if urlsplit(address).path != visit.request.path:
        return HttpResponseRedirect(address)
    framed_by = visit.framed_by(bounced.shop)
    return page("bounce.html", {"platform": visit.platform}, framed_by=framed_by, embedding=embedding)


def _send(visit: Visit, redirected: Redirected) -> HttpResponse:
    response = HttpResponseRedirect(redirected.url)
    if redirected.nonce is not None:
        cookies.keep_nonce(response, visit.platform.name, redirected.nonce)
    return response


def _turned_away(visit: Visit, error: MintaError, framed_by: tuple[str, ...] = ()) -> HttpResponse:
    """Say what happened and what to do; a stale proof is mended by the platform's script."""
    if not isinstance(error, Refused | PlatformFailure):
        report(visit.request, error)
    platform, is_fetch, again = visit.platform, visit.bearer is not None, ""
    if isinstance(error, Stale) and not is_fetch:
        framed_by, again = visit.framed_by(error.again.shop), platform.bounce_address(error.again)
    embedding = platform.embedding(visit.credentials)
    headers = embedding.stale if is_fetch and error.status == 401 else ()
    response = notices.page_for(
        platform,
        error,
        headers=headers,
        framed_by=framed_by,
        embedding=embedding if framed_by else Embedding(),
        again=again,
    )
    if not is_fetch and not error.retry:
        cookies.forget_nonce(visit.request, response, platform.name)
    return response
