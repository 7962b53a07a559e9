"""Erasures that a key has to confirm: its holder says that the copies of a store are gone."""

import re
from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import copies
from connectors.api import bodies, query
from connectors.api.answers import answer
from connectors.api.base import FeedView
from connectors.api.query import Whole
from connectors.api.schema import (
    MOMENT,
    WHOLE,
    YES_OR_NO,
    begun,
    component,
    described,
    fields,
    in_path,
    in_query,
    listed,
    or_null,
    reference,
)
from connectors.errors import Missing
from connectors.models import Duty

LIMIT = Whole(100, 1, 500)

_REF: Final = re.compile(r"er_[a-z2-7]{16}")
_LIMIT: Final = {"type": "integer", "minimum": LIMIT.least, "maximum": LIMIT.most, "default": LIMIT.default}
_NAME: Final = {"erasure": reference("er"), "store": reference("st"), "epoch": WHOLE}
_ERASURE: Final = component("Erasure", fields({**_NAME, "asked_at": MOMENT, "deadline_at": MOMENT}))
_CONFIRMED: Final = component("Confirmed", fields({**_NAME, "confirmed_at": MOMENT}))


class Erasures(FeedView):
    """What a key still has to confirm."""

    @described(
        "Erasures that this key still has to confirm, in the order of their references",
        gives={
            200: fields(
                {"erasures": listed(_ERASURE), "next": or_null(reference("er")), "more": YES_OR_NO},
            )
        },
        takes=[
            in_query("after", begun("er"), "Go on behind this erasure: the `next` of the page before."),
            in_query("limit", _LIMIT, "At most so many."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return a page of erasures."""
        query.only(request.GET, "after", "limit")
        after = query.cursor(request.GET, "er")
        limit = query.whole(request.GET, "limit", LIMIT)
        found = copies.asked(self.scope, after, limit + 1)
        shown, more = found[:limit], len(found) > limit
        return answer(
            {
                "erasures": [
                    _named(each) | {"asked_at": each.asked_at, "deadline_at": each.deadline_at}
                    for each in shown
                ],
                "next": shown[-1].ref if more else None,
                "more": more,
            }
        )


class Confirmation(FeedView):
    """The word that copies are gone."""

    @described(
        "Say that no copy of this store and epoch is left",
        gives={200: _CONFIRMED},
        takes=[
            in_path("erasure", reference("er"), "As `erasures`, or the tombstone of the store, names it.")
        ],
        refuses=(404, 409),
    )
    def post(self, request: Request, erasure: str) -> Response:
        """Confirm; the same answer however often it is said."""
        query.only(request.GET)
        bodies.nothing(request)
        if not _REF.fullmatch(erasure):
            raise Missing("There is no such erasure here")
        duty, confirmed_at = copies.confirm(self.scope, erasure, timezone.now())
        return answer(_named(duty) | {"confirmed_at": confirmed_at})


def _named(duty: Duty) -> dict[str, Any]:
    return {"erasure": duty.ref, "store": duty.store_ref, "epoch": duty.epoch}
