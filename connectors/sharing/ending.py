"""Ending: erase what a processor holds, look whether it is gone, and go on until nobody finds anything.

    asked -> doing -> erase -> sent -> confirm -> verified   nothing is there any more
                                       confirmed             it is leaving: looked at every hour
                                       doing                 it is still there: erased again

It needs neither the store's row nor its key. A processor that is down or off makes a duty late, never lost.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from connectors import annals, audit, chain, configured, duties, work
from connectors.errors import MintaError, NotSet
from connectors.models import Duty, DutyState, Share, Store
from connectors.processors import PROCESSORS
from connectors.processors.base import Copy, Standing
from connectors.sharing import again, asking, consents, gaps, places


def end(duty_id: int) -> None:
    """Erase one copy and look whether it is gone; raises Later until it is."""
    duty = _claim(duty_id)
    if duty is None:
        return
    try:
        standing = _erased(duty)
    except MintaError as error:
        _tried(duty, gaps.words(error))
        raise work.Later(gaps.after(duty.attempts, error).total_seconds()) from None
    if standing is Standing.LEAVING:
        _tried(duty, "", state=DutyState.CONFIRMED, confirmed_at=duty.confirmed_at or timezone.now())
        raise work.Later(gaps.HOURLY.total_seconds())
    if standing is Standing.PRESENT:
        _tried(duty, "Present: erased, and still there", state=DutyState.DOING)
        raise work.Later(gaps.after(duty.attempts).total_seconds())
    wait = _verify(duty.pk)
    if wait:
        raise work.Later(wait.total_seconds())


@transaction.atomic
def _claim(duty_id: int) -> Duty | None:
    """Write down the attempt before it is made; None where the duty is at its end."""
    work.fence()
    duty = Duty.objects.select_for_update(no_key=True).get(pk=duty_id)
    if duty.kind != Duty.ERASE_COPY or not duty.owed:
        return None
    duty.attempts, duty.tried_at = duty.attempts + 1, timezone.now()
    if duty.state == DutyState.ASKED:
        duty.state = DutyState.DOING
    duty.save(update_fields=["attempts", "tried_at", "state"])
    return duty


def _erased(duty: Duty) -> Standing:
    """Ask the processor to erase a copy, unless it is leaving already, and look; raises what it raises."""
    setup = configured.setup(duty.subject)
    if setup is None:
        raise NotSet(f"{asking.title(duty.subject)} is off here, and holds a copy")
    share = _share(duty)
    if share is not None:
        places.check(share, places.mark(duty.subject, setup))
    processor = PROCESSORS[duty.subject]
    copy = Copy(duty.store_ref, duty.epoch, "" if share is None else share.remote_id)
    if duty.state == DutyState.CONFIRMED:
        return processor.confirm(copy, setup)
    processor.erase(copy, setup)
    _tried(duty, "", state=DutyState.SENT, sent_at=duty.sent_at or timezone.now())
    return processor.confirm(copy, setup)


def _share(duty: Duty) -> Share | None:
    place = {"store_ref": duty.store_ref, "epoch": duty.epoch, "processor": duty.subject}
    return Share.objects.filter(**place).first()


def _tried(duty: Duty, reason: str, **changed: DutyState | datetime) -> None:
    """Write down how far it is, unless it was ended meanwhile."""
    changes = {"reason": reason, **changed}
    with transaction.atomic():
        work.fence()
        Duty.objects.filter(pk=duty.pk, state__in=Duty.OWED).update(**changes)
    for name, value in changes.items():
        setattr(duty, name, value)


@transaction.atomic
def _verify(duty_id: int) -> timedelta:
    """End the duty, because nothing was there; returns how long to wait where a call may still be out."""
    work.fence()
    told = Duty.objects.get(pk=duty_id)
    # Before this one, so that the last of those that an erasure waits for sees that it is the last.
    erasures = duties.locked(told.store_ref, told.epoch)
    duty = Duty.objects.select_for_update(no_key=True).get(pk=duty_id)
    if not duty.owed:
        return timedelta()
    now = timezone.now()
    place = {"store_ref": duty.store_ref, "epoch": duty.epoch, "processor": duty.subject}
    share = Share.objects.select_for_update(no_key=True).filter(**place).first()
    if share is not None and share.sending_at is not None and share.sending_at > now - gaps.QUIET:
        return share.sending_at + gaps.QUIET - now
    Share.objects.filter(**place).update(
        absent_at=now, remote_id="", digest=None, shared_at=None, failures=0, reason=""
    )
    if share is not None and share.sending_at is not None:
        again.queue(share, now)
    _write_end(duty, now)
    duties.wake(erasures)
    return timedelta()


def _write_end(duty: Duty, now: datetime) -> None:
    """Write down that the copy is gone, and have it looked whether something new waits for that."""
    duty.state, duty.reason, duty.counts = DutyState.VERIFIED, "", {"copies": 1}
    duty.confirmed_at, duty.done_at = duty.confirmed_at or now, now
    duty.save(update_fields=["state", "reason", "counts", "confirmed_at", "done_at"])
    annals.note(annals.Kind.ABSENT, duty.store_ref, duty.epoch, {"processor": duty.subject})
    audit.note(duty.store_ref, audit.processor(duty.subject), "copy.absent", attempts=duty.attempts)
    if duty.cause in asking.APART:
        title = asking.title(duty.subject)
        held = asking.standings(duty.store_ref, duty.epoch)
        chain.write(duty, now, {"processors": {title: held[title]}})
    for store_id in Store.objects.filter(ref=duty.store_ref).values_list("pk", flat=True):
        consents.look(store_id, duty.subject)
