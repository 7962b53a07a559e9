"""What the forms of a page bring along: who acts, which of them were used already, and who frames the page.

A button of a page does what it says once: the same form again, by a second click, a reload or the way back,
changes nothing. Who may frame the answer was signed into the page, for after a deletion nobody knows it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core import signing

from connectors import configured
from connectors.errors import Missing
from connectors.models import SpentProof
from connectors.videos import links
from connectors.videos.links import Viewer

_SALT: Final = "connectors.forms"


@dataclass(frozen=True, repr=False, slots=True)
class Form:
    """The hidden fields that all forms of one page have in common, but for the store's reference."""

    proof: str
    once: str
    frame: str


@dataclass(frozen=True, repr=False, slots=True)
class Frame:
    """The platform's admin around a page."""

    platform: str
    origins: tuple[str, ...]


def acting(store_ref: str, once: str) -> str:
    """Return what a proof opens that lets its bearer act for a store, from one page."""
    return f"rights:{store_ref}:{once}"


def made(viewer: Viewer, framed_by: tuple[str, ...]) -> Form:
    """Return what the forms of a page bring along, new for each page."""
    once = secrets.token_urlsafe(9)
    of = acting(viewer.store.ref, once)
    frame = _signer().sign_object([of, viewer.store.platform, list(framed_by)])
    return Form(viewer.proof(of), once, frame)


def named(fields: Mapping[str, str]) -> str:
    """Return what the proof in a form must open."""
    return acting(fields.get("store", ""), fields.get("once", ""))


def frame(fields: Mapping[str, str]) -> Frame | None:
    """Return who may frame the answer to a form of ours, however old; None for what is none."""
    try:
        of, platform, origins = _signer().unsign_object(fields.get("frame", ""))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Frame(platform, tuple(origins)) if of == named(fields) else None


def opened(fields: Mapping[str, str], now: datetime) -> Viewer:
    """Return who acts; raises Missing for a proof that opens nothing now."""
    viewer = links.opened(fields.get("proof", ""), named(fields), now)
    if viewer.store.ref != fields.get("store", ""):
        raise Missing
    return viewer


def spend(viewer: Viewer, verb: str, fields: Mapping[str, str], now: datetime) -> bool:
    """Use a form up, in this transaction; returns whether it had not been used."""
    return SpentProof.objects.get_or_create(
        platform=viewer.store.platform,
        fingerprint=_fingerprint(verb, fields),
        defaults={"expires_at": max(viewer.ends_at, now), "callback": verb},
    )[1]


def place(verb: str, fields: Mapping[str, str], now: datetime) -> tuple[str, int] | None:
    """Return store and epoch for which a form was used that opens nothing any more; None where it was not."""
    try:
        ref, epoch, _, ends_at = links.read(fields.get("proof", ""), named(fields))
    except Missing:
        return None
    spent = SpentProof.objects.filter(fingerprint=_fingerprint(verb, fields), callback=verb)
    return (ref, epoch) if ends_at > now and ref == fields.get("store", "") and spent.exists() else None


def _fingerprint(verb: str, fields: Mapping[str, str]) -> bytes:
    of = named(fields)
    return configured.finder().fingerprint("form", of, verb, fields.get("processor", "")[:16])


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT)
