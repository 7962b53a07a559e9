"""The page "What Minta holds": everything of one store, for its merchant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from connectors import audit, configured, customers, erase
from connectors.models import Store
from connectors.pages import activity, choices, films, leaving
from connectors.pages.answers import page
from connectors.pages.holdings import SHOWN, holdings
from connectors.platforms.base import Platform
from connectors.platforms.opening import Embedding
from connectors.policy.clauses import IF_NOT_PROVIDED
from connectors.videos import links

_PLAIN: Final = Embedding()


@dataclass(frozen=True, repr=False)
class Onward:
    """What a page goes on with: where the platform's proof is spent, a bearer and its next address.

    `person_id` is whom it is shown to, where that is known; `ends_at` is the end of its session.
    """

    bearer: str = ""
    refresh: str = ""
    person_id: int | None = None
    ends_at: datetime | None = None


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
    now = timezone.now()
    audit.note_daily(store, audit.MERCHANT, "page.opened")
    viewer = links.viewer(store, now, onward.person_id, onward.ends_at)
    context = {
        "platform": platform,
        "store": store,
        "onward": onward,
        "videos": films.shown(viewer, now),
        "held": holdings(platform, store, key),
        "shown": SHOWN,
        "syncs": activity.syncs(platform, store),
        "reads": activity.reads(store),
        "reports": activity.reports(store, key),
        "receipts": activity.receipt_lines(store),
        "waiting": activity.waiting_lines(store),
        "receipt_key": leaving.public_key(),
        "rights": choices.rights(viewer, key, now, framed_by=framed_by, back=onward.refresh),
        "erasures": leaving.past(store, now),
        **_clocks(),
    }
    return page("held.html", context, framed_by=framed_by, embedding=embedding, live=True)


def _clocks() -> dict[str, Any]:
    """Return what is the same on every store's page: what follows from what, and how long things take."""
    return {
        "if_not_provided": [(each.words, follows) for each, follows in IF_NOT_PROVIDED.items()],
        "reports_kept_days": customers.REPORTS_KEPT.days,
        "quarantine_hours": settings.QUARANTINE_HOURS,
        "deadline_days": erase.DEADLINE.days,
    }
