"""Tickets: how a page without cookies stays open for a while, and what may open it one time only.

A proof in an address is spent, and the browser sent on with a ticket, which is spent too and shows the page.
The page holds a bearer for its own fetches, and the ticket that its next load needs. All of it ends with the
session, with the install, and with the person it was given to.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.core import signing
from django.db import transaction

from connectors import configured
from connectors.errors import Unverified
from connectors.models import Person, Removal, SpentProof, Store, Ticket
from connectors.policy import retention
from connectors.rows import open_epoch

#: How long a redirect may take.
TICKET: Final = timedelta(seconds=60)
#: How long a page lives on one proof.
SESSION: Final = timedelta(hours=1)
#: Longer than any platform takes a proof.
PROOF_MEMORY: Final = retention.PROOF.time
PREFIX: Final = "mt1."
_SALT: Final = "connectors.tickets"


@dataclass(frozen=True, repr=False)
class Session:
    """What a ticket or a bearer opens: one store in one epoch, for one person, until a time.

    `shop` is the platform's address of the store.
    """

    store: Store
    shop: str
    person_id: int | None
    ends_at: datetime


class Spent(Unverified):
    """The ticket opened its page already, or its time is over."""

    def __init__(self, shop: str) -> None:
        super().__init__()
        self.shop = shop


def spend_proof(platform: str, shop: str, once: str, now: datetime, callback: str = "") -> None:
    """Write down what a proof was used for: a page, or a callback of the platform's.

    Raises Unverified when it was used before. A callback may come again as itself: the platform repeats it.
    """
    spent, fresh = SpentProof.objects.get_or_create(
        platform=platform,
        fingerprint=_proof(platform, shop, once),
        defaults={"expires_at": now + PROOF_MEMORY, "callback": callback},
    )
    if not fresh and not (callback and spent.callback == callback):
        raise Unverified("the proof was used before")


def give_back_proof(platform: str, shop: str, once: str) -> None:
    """Let a proof be used again: what it was to open did not open, and may at the next try."""
    SpentProof.objects.filter(platform=platform, fingerprint=_proof(platform, shop, once)).delete()


def _proof(platform: str, shop: str, once: str) -> bytes:
    return configured.finder().fingerprint("proof", platform, shop, once)


def begin(store: Store, shop: str, person: Person | None, now: datetime) -> Session:
    """Return the session of who has just been admitted."""
    return Session(store, shop, person.pk if person else None, now + SESSION)


def issue(session: Session, now: datetime, lifetime: timedelta | None = None) -> str:
    """Return a ticket of a session, good once within `lifetime`, at most until the session ends.

    Raises Superseded when the store has left meanwhile, Unverified when the person was removed.
    """
    text = secrets.token_urlsafe(32)
    digest = _digest(text)
    ends_at = session.ends_at
    key = configured.keystore().get(session.store.ref, session.store.epoch)
    with transaction.atomic():
        store = open_epoch(session.store.pk, session.store.epoch, fenced=False, key=key)
        if not _is_open(store, store.platform, store.epoch, session.person_id):
            raise Unverified("the person was removed meanwhile")
        Ticket.objects.create(
            digest=digest,
            platform=store.platform,
            store=store,
            epoch=store.epoch,
            person_id=session.person_id,
            expires_at=ends_at if lifetime is None else min(ends_at, now + lifetime),
            session_ends_at=ends_at,
            sealed=key.keep("ticket", digest, session.shop),
        )
    return text


def spend(platform: str, text: str, now: datetime) -> Session:
    """Return the session that a ticket opens, and spend it.

    Raises Spent when it was known and opens nothing any more, Unverified when it is none of this platform's.
    """
    ticket = Ticket.objects.filter(digest=_digest(text), platform=platform).select_related("store").first()
    if ticket is None or not _is_open(ticket.store, platform, ticket.epoch, ticket.person_id):
        raise Unverified("there is no such ticket")
    key = configured.keystore().get(ticket.store.ref, ticket.epoch)
    shop = key.recall("ticket", bytes(ticket.digest), ticket.sealed, str)
    unspent = Ticket.objects.filter(pk=ticket.pk, spent_at=None, expires_at__gt=now)
    if not unspent.update(spent_at=now):
        raise Spent(shop)
    return Session(ticket.store, shop, ticket.person_id, ticket.session_ends_at)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _is_open(store: Store, platform: str, epoch: int, person_id: int | None) -> bool:
    if store.platform != platform or store.epoch != epoch or not store.readable:
        return False
    return person_id is None or Person.objects.filter(pk=person_id, store=store, epoch=epoch).exists()


def bearer(session: Session) -> str:
    """Return the token that a page sends with its own fetches: signed, of this session alone."""
    store = session.store
    ends = int(session.ends_at.timestamp())
    said = [store.platform, store.ref, store.epoch, session.shop, session.person_id, ends]
    return PREFIX + _signer().sign_object(said)


def read_bearer(platform: str, text: str, now: datetime) -> Session:
    """Return the session of a bearer; raises Unverified when it opens nothing here, or nothing any more."""
    try:
        said = _signer().unsign_object(text.removeprefix(PREFIX))
        name, ref, epoch, shop, person_id, ends = said
    except (signing.BadSignature, ValueError, TypeError):
        raise Unverified("the token is none of ours") from None
    ends_at = datetime.fromtimestamp(ends, UTC)
    store = Store.objects.filter(ref=ref).first()
    if name != platform or store is None or ends_at <= now or not _is_open(store, name, epoch, person_id):
        raise Unverified("the token opens nothing any more")
    return Session(store, shop, person_id, ends_at)


def _signer() -> signing.Signer:
    # A dot, because a colon may not stand in the header.
    return signing.Signer(salt=_SALT, sep=".")


def sweep(now: datetime) -> int:
    """Delete tickets and proofs whose time is over, and removals that no proof is older than."""
    old = Ticket.objects.filter(session_ends_at__lt=now).delete()[0]
    old += Removal.objects.filter(removed_at__lt=now - PROOF_MEMORY).delete()[0]
    return old + SpentProof.objects.filter(expires_at__lt=now).delete()[0]
