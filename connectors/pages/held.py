"""The page "What Minta holds": everything of one store, for its merchant."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpResponse

from connectors import configured, customers
from connectors.errors import Misconfigured
from connectors.models import Store
from connectors.pages import activity
from connectors.pages.answers import page
from connectors.pages.holdings import SHOWN, holdings
from connectors.platforms.base import Platform
from connectors.platforms.opening import Embedding
from connectors.policy.clauses import IF_NOT_PROVIDED

_PLAIN: Final = Embedding()


@dataclass(frozen=True, repr=False)
class Onward:
    """What a page that has no proof of the platform's goes on with: a bearer, and its next address."""

    bearer: str = ""
    refresh: str = ""


_ALONE: Final = Onward()


def page_of(
    platform: Platform,
    store: Store,
    framed_by: tuple[str, ...] = (),
    embedding: Embedding = _PLAIN,
    onward: Onward = _ALONE,
) -> HttpResponse:
    """Show a store what is held of it; raises KeyGone when it may not be opened."""
    key = configured.keystore().get(store.ref, store.epoch)
    context = {
        "platform": platform,
        "store": store,
        "onward": onward,
        "held": holdings(platform, store, key),
        "shown": SHOWN,
        "syncs": activity.syncs(platform, store),
        "reads": activity.reads(store),
        "reports": activity.reports(store, key),
        "receipts": activity.receipt_lines(store),
        "receipt_key": _receipt_key(),
        "if_not_provided": [(each.words, follows) for each, follows in IF_NOT_PROVIDED.items()],
        "reports_kept_days": customers.REPORTS_KEPT.days,
        "quarantine_hours": settings.QUARANTINE_HOURS,
    }
    return page("held.html", context, framed_by=framed_by, embedding=embedding)


def _receipt_key() -> str:
    """Return the public key of our receipts, none where there is no key: the page must not fail for it."""
    try:
        return configured.signer().public_key_text
    except Misconfigured:
        return ""
