"""Names of background work -> verbs, and the times of what is periodic. Nothing else."""

from django.utils import timezone

from connectors import (
    annals,
    asked,
    configured,
    drain,
    duties,
    erase,
    grants,
    inbox,
    pausing,
    reading,
    retention,
    revive,
    rotation,
    subscribe,
    sync,
    tickets,
    told,
)
from connectors.exports import asking, making
from connectors.models import RunMode
from connectors.push import endpoints, sending
from connectors.sharing import again, ending, shares, tending
from connectors.videos import removal, stale
from connectors.work import periodic, task

MINUTE, HOUR, DAY = 60, 3600, 86_400


@task(name="annals.flush")
def keep_annals() -> None:
    """Carry to the ledger what it does not have yet."""
    annals.flush()


@periodic("annals.tend", every_seconds=MINUTE)
def tend_annals() -> None:
    """Carry to the ledger what was left behind."""
    annals.tend()


@task(name="inbox.drain")
def drain_inbox(store_id: int) -> None:
    """Apply what waits for a store."""
    drain.drain(store_id)


@task(name="sync.step")
def step_sync(run_id: int) -> None:
    """Take a run as far as it goes."""
    sync.step(run_id)


@task(name="erase.put_aside")
def put_key_aside(duty_id: int) -> None:
    """Put the key of an uninstalled store in quarantine."""
    erase.put_aside(duty_id)


@task(name="erase.carry")
def carry_erasure(duty_id: int) -> None:
    """Carry out an erasure that is due."""
    erase.carry(duty_id)


@task(name="revive.carry")
def revive_store(duty_id: int) -> None:
    """Move what a merchant who came back keeps out of the old epoch."""
    revive.carry(duty_id)


@periodic("asked.tend", every_seconds=HOUR)
def tend_requests() -> None:
    """End the requests of stores that left by another way."""
    asked.tend(timezone.now())


@task(name="exports.make")
def make_export(export_id: int) -> None:
    """Make an export of everything of a store."""
    making.make(export_id)


@periodic("exports.tend", every_seconds=10 * MINUTE)
def tend_exports() -> None:
    """Take up exports whose job is dead."""
    asking.tend(timezone.now())


@periodic("exports.sweep", every_seconds=HOUR)
def sweep_exports() -> None:
    """Remove exports whose time is over."""
    asking.sweep(timezone.now())


@task(name="sharing.look")
def look_at_shares(store_id: int) -> None:
    """See which processors are to be given something new of a store."""
    shares.look(store_id)


@task(name="sharing.send")
def send_share(store_id: int, processor: str) -> None:
    """Give a processor what the merchant consents to."""
    shares.send(store_id, processor)


@task(name="sharing.end")
def end_copy(duty_id: int) -> None:
    """Erase what a processor holds."""
    ending.end(duty_id)


look_again_at_share = task(name="sharing.again")(again.look)


@periodic("sharing.tend", every_seconds=10 * MINUTE)
def tend_shares() -> None:
    """Take up what is to be shared or erased at a processor, and whose job is dead."""
    tending.tend()


@periodic("sharing.daily", every_seconds=DAY)
def look_at_all_shares() -> None:
    """See whether a processor is to be given what no change has told of."""
    tending.look_at_all()


@task(name="pausing.renumber")
def renumber_rows(store_id: int) -> None:
    """Give the rows of a store that was paused new numbers."""
    pausing.renumber(store_id)


@periodic("pausing.tend", every_seconds=10 * MINUTE)
def tend_pauses() -> None:
    """Take up stores whose rows wait for new numbers."""
    pausing.tend()


@periodic("revive.tend", every_seconds=10 * MINUTE)
def tend_returns() -> None:
    """Take up movings whose job is dead."""
    revive.tend(timezone.now())


@task(name="feed.told")
def tell_of_changes(store_id: int) -> None:
    """Tell whom it concerns that a store has changed."""
    told.tell(store_id)


@task(name="videos.empty")
def empty_videos(store_id: int) -> None:
    """Remove the bytes of a store's withdrawn videos."""
    removal.empty(store_id)


@periodic("videos.sweep", every_seconds=HOUR)
def sweep_videos() -> None:
    """Remove uploads that were cut, and videos that nobody takes up any more."""
    removal.sweep(timezone.now())


@periodic("videos.tend", every_seconds=10 * MINUTE)
def tend_videos() -> None:
    """See which videos show an offer that has ended by itself."""
    stale.tend(timezone.now())


@task(name="push.send")
def send_notices(endpoint_id: int) -> None:
    """Send what is due at an endpoint."""
    sending.send(endpoint_id)


@periodic("push.tend", every_seconds=10 * MINUTE)
def tend_endpoints() -> None:
    """Take up endpoints whose job is dead."""
    endpoints.tend(timezone.now())


@periodic("push.prune", every_seconds=DAY)
def forget_notices() -> None:
    """Forget old notices."""
    endpoints.prune(timezone.now())


@task(name="subscribe.store")
def subscribe_store(store_id: int) -> None:
    """Make sure that the platform sends us a store's deliveries."""
    subscribe.subscribe(store_id)


@periodic("subscribe.daily", every_seconds=DAY)
def subscribe_stores() -> None:
    """See to it that no platform has stopped sending deliveries."""
    subscribe.begin_all()


@periodic("sync.hourly", every_seconds=HOUR)
def sync_changes() -> None:
    """Read what changed, for what no delivery came."""
    sync.begin_all(RunMode.SINCE)


@periodic("sync.daily", every_seconds=DAY)
def sync_everything() -> None:
    """Read everything, and see what is gone."""
    sync.begin_all(RunMode.FULL)


@periodic("sync.tend", every_seconds=10 * MINUTE)
def tend_runs() -> None:
    """Take up runs whose job is dead."""
    sync.tend(timezone.now())


@periodic("inbox.tend", every_seconds=10 * MINUTE)
def tend_inbox() -> None:
    """Take up deliveries whose job is dead."""
    inbox.tend()


@periodic("inbox.forget", every_seconds=DAY)
def forget_deliveries() -> None:
    """Forget the ids of deliveries that no platform sends again."""
    inbox.forget(timezone.now())


@periodic("tickets.sweep", every_seconds=HOUR)
def sweep_tickets() -> None:
    """Delete tickets and proofs whose time is over."""
    tickets.sweep(timezone.now())


@periodic("sync.prune", every_seconds=DAY)
def prune_runs() -> None:
    """Forget old runs, and delete files that no run reads any more."""
    sync.prune(timezone.now())
    reading.sweep_spools()


@periodic("retention.daily", every_seconds=DAY)
def keep_no_longer() -> None:
    """Queue the stores that hold something for longer than the policy says."""
    retention.daily(timezone.now())


@task(name="retention.store")
def retain_store(store_id: int) -> None:
    """Remove what of a store is over its time."""
    retention.carry(store_id)


@periodic("erase.silent", every_seconds=DAY)
def leave_silent_stores() -> None:
    """Uninstall stores whose platform has refused us for long."""
    erase.leave_silent(timezone.now())


@periodic("erase.restored", every_seconds=HOUR)
def leave_restored_stores() -> None:
    """Erase again what came back with an old database."""
    erase.leave_restored(timezone.now())


@periodic("erase.tend", every_seconds=10 * MINUTE)
def tend_duties() -> None:
    """Take up duties whose job is dead."""
    erase.tend(timezone.now())


@periodic("duties.alarm", every_seconds=10 * MINUTE)
def tell_of_duties() -> None:
    """Say which duties are about to be late."""
    duties.alarm(timezone.now())


@periodic("grants.idle", every_seconds=DAY)
def turn_idle_grants() -> None:
    """Refresh the grants of stores that nobody has opened for long."""
    grants.turn_idle(timezone.now())


@periodic("keys.turn_over", every_seconds=DAY)
def turn_wrapping_key() -> None:
    """Destroy the wrapping key of yesterday, with all that only it could open."""
    configured.keystore().turn_over()


@task(name="keys.reseal")
def reseal_store(store_id: int, key_id: str) -> None:
    """Put everything of a store under a new key, where whoever began it has not come to the end."""
    rotation.resume(store_id, key_id)
