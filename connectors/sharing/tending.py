"""Tending: take up what lost its job, and count who holds what."""

from collections import Counter

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Value, When
from django.utils import timezone

from connectors import configured
from connectors.models import Consent, Duty, Share, StoreState
from connectors.sharing import again, asking, consents, places

_MOVED = f"{places.Moved.__name__}:"
_OPEN = (StoreState.ACTIVE, StoreState.REAUTH, StoreState.CLOSED)


def tend() -> None:
    """Queue every erasure at a processor that is owed, and whatever was consented to and has not gone."""
    again.tend(timezone.now())
    for duty in Duty.objects.filter(kind=Duty.ERASE_COPY, state__in=Duty.OWED).iterator():
        asking.queue(duty)
    there = Share.objects.filter(
        store_ref=OuterRef("store__ref"),
        epoch=OuterRef("epoch"),
        processor=OuterRef("processor"),
        absent_at=None,
        digest__isnull=False,
    )
    _look(_wanted().exclude(Exists(there)))


def look_at_all() -> None:
    """Look at every store whose merchant consents, for what no change has told of."""
    _look(_wanted())


def _wanted() -> QuerySet[Consent]:
    found = Consent.objects.filter(withdrawn_at=None, epoch=F("store__epoch"))
    return found.filter(store__state__in=_OPEN, store__paused_at=None)


def _look(wanted: QuerySet[Consent]) -> None:
    for store_id, processor in wanted.order_by("pk").values_list("store_id", "processor").iterator():
        consents.look(store_id, processor)


def counted() -> Counter[tuple[str, str]]:
    """Count shares by processor and state: `held`, `failing`, `leaving` (to be erased), `moved`, `absent`.

    `moved`: something is to go or to be erased, and the settings name another place than where it lies.
    """
    asked = Duty.objects.filter(
        kind=Duty.ERASE_COPY,
        state__in=Duty.OWED,
        subject=OuterRef("processor"),
        store_ref=OuterRef("store_ref"),
        epoch=OuterRef("epoch"),
    )
    state = Case(
        When(absent_at__isnull=False, then=Value("absent")),
        When(reason__startswith=_MOVED, then=Value("moved")),
        When(Exists(asked.filter(reason__startswith=_MOVED)), then=Value("moved")),
        When(Exists(asked), then=Value("leaving")),
        When(reason="", then=Value("held")),
        default=Value("failing"),
    )
    groups = Share.objects.annotate(state=state).order_by().values("processor", "state")
    return Counter({(each["processor"], each["state"]): each["n"] for each in groups.annotate(n=Count("pk"))})


def stranded() -> list[str]:
    """Return the processors that hold copies and are off here: nothing can be erased there."""
    held = Share.objects.filter(absent_at=None).order_by("processor").values_list("processor", flat=True)
    return [asking.title(each) for each in held.distinct() if configured.setup(each) is None]
