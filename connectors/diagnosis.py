"""What an operator should know before somebody else tells them: one finding for each place."""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from django.core import checks as django_checks
from django.core.checks import ERROR
from django.db import connection
from django.utils import timezone

from connectors import annals, checks, configured, copies, duties, readiness
from connectors.errors import MintaError
from connectors.models import Annal, Delivery, DeliveryState, Run, RunState, Store, StoreState
from connectors.platforms import PLATFORMS
from connectors.policy.register import faults
from connectors.processors import PROCESSORS
from connectors.push import endpoints
from connectors.sharing import places, tending
from connectors.vault import KeyStatus
from connectors.work import engine

#: What SQLite must be told, or an acknowledged delivery may be lost and an erased row may be read.
_PRAGMAS: Final = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "WARN"
    FAIL = "FAIL"


class Finding(NamedTuple):
    """What was found at one place."""

    level: Level
    place: str
    words: str


def findings() -> Iterator[Finding]:
    """Look at everything; what cannot be reached is named, and what stands on it is passed over."""
    yield from _settings()
    yield from _platforms()
    yield from _policy()
    missing = readiness.not_ready()
    yield from _reached(missing)
    if not missing:
        yield from _database()
        yield from _keys()
        yield from _ledger()
        yield from _work()
        yield from _duties()
        yield from _copies()
        yield from _shares()
        yield from _traffic()
        yield from _endpoints()


def _settings() -> Iterator[Finding]:
    found = django_checks.run_checks(tags=[checks.TAG], include_deployment_checks=True)
    for each in found:
        level = Level.FAIL if each.level >= ERROR else Level.WARN
        yield Finding(level, "settings", f"{each.msg} {each.hint} ({each.id})")
    if not found:
        yield Finding(Level.OK, "settings", "as they should be")


def _platforms() -> Iterator[Finding]:
    served = [platform.title for name, platform in PLATFORMS.items() if not configured.missing(name)]
    off = [platform.title for name, platform in PLATFORMS.items() if configured.is_off(name)]
    words = f"on: {', '.join(served) or 'none'}" + (f"; off: {', '.join(off)}" if off else "")
    yield Finding(Level.OK, "platforms", words)


def _policy() -> Iterator[Finding]:
    gaps = list(faults(PLATFORMS.values()))
    for gap in gaps:
        yield Finding(Level.FAIL, "policy", gap)
    if not gaps:
        yield Finding(Level.OK, "policy", f"every item is served or explained by {len(PLATFORMS)} platforms")


def _reached(missing: list[str]) -> Iterator[Finding]:
    advice = {
        "migrations": "are behind: run `manage.py migrate`",
        "ledger": "knows what this database has forgotten, or does not open: run `manage.py erasures replay`",
    }
    for place in missing:
        yield Finding(Level.FAIL, place, advice.get(place, "does not open"))
    if not missing:
        yield Finding(Level.OK, "database", f"{connection.display_name}, migrations applied")


def _database() -> Iterator[Finding]:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name, wanted in _PRAGMAS.items():
            (value,) = cursor.execute(f"PRAGMA {name}").fetchone()
            if value != wanted:
                yield Finding(Level.FAIL, "database", f"SQLite's {name} is {value}, not {wanted}")


def _ledger() -> Iterator[Finding]:
    """Say what has waited too long for its place beside the database: a backup would not know of it."""
    found, waiting = annals.standing(), Annal.objects.filter(kept_at=None).count()
    words = f"{found.ledger} entries, {waiting} not carried yet"
    yield Finding(Level.WARN if waiting else Level.OK, "ledger", words)


def _keys() -> Iterator[Finding]:
    keys = configured.keystore()
    status = keys.status()
    hours = status.wrapping_key_age_seconds / 3600
    words = f"{status.live} live, {status.quarantined} in quarantine, {status.destroyed} destroyed"
    masters = f"{len(status.master_keys)} master keys, {configured.kms_entries()} of them by AWS KMS"
    yield Finding(Level.OK, "key store", f"{words}; wrapping key {hours:.0f} h old; {masters}")
    yield from _turning(status)
    if status.unreadable:
        yield Finding(
            Level.FAIL, "key store", f"{status.unreadable} keys open no more: an old file was put back"
        )
    if status.master_key != status.master_keys[0]:
        yield Finding(Level.WARN, "key store", "sealed by a previous master key: run `manage.py keys rotate`")
    if hours > 48:
        yield Finding(Level.WARN, "key store", "the wrapping key should turn over daily: does a worker run?")
    yield from _stores_without_key()
    try:
        yield Finding(Level.OK, "receipts", f"public key {configured.signer().public_key_text}")
    except MintaError as error:
        yield Finding(Level.FAIL, "receipts", str(error))


def _turning(status: KeyStatus) -> Iterator[Finding]:
    """Tell of what was begun with keys and has not come to its end."""
    if status.resealing:
        words = f"{status.resealing} stores are being sealed anew; a worker ends what was killed"
        yield Finding(Level.WARN, "key store", words)
    if status.wrapping_keys > 1:
        words = f"a rotation was begun, {status.waiting} keys to wrap: `manage.py keys rotate` ends it"
        yield Finding(Level.WARN, "key store", words)


def _stores_without_key() -> Iterator[Finding]:
    """Find what a database that was put back brings with it: open stores whose key was destroyed."""
    keys = configured.keystore()
    open_states = (StoreState.ACTIVE, StoreState.REAUTH, StoreState.CLOSED)
    stores = Store.objects.filter(state__in=open_states).values_list("ref", "epoch")
    dead = sum(1 for ref, epoch in stores.iterator() if keys.state(ref, epoch) != "live")
    if dead:
        yield Finding(Level.FAIL, "stores", f"{dead} open stores have no live key: was a backup put back?")


def _work() -> Iterator[Finding]:
    standing = engine().standing()
    words = f"{standing.waiting} waiting, {standing.running} running, {standing.dead} dead"
    yield Finding(Level.WARN if standing.dead else Level.OK, "work", words)
    if standing.due and not standing.running:
        yield Finding(
            Level.WARN, "work", f"{standing.due} jobs are due and none runs: is `manage.py work` running?"
        )


def _duties() -> Iterator[Finding]:
    now = timezone.now()
    late = [(kind, count) for kind, standing, count in duties.standings(now) if standing == duties.OVERDUE]
    soon = Counter(duty.kind for duty in duties.soon(now) if duty.deadline_at >= now)
    if late:
        words = f"{_counted(late)} past their deadline: see `manage.py duties list --standing overdue`"
        yield Finding(Level.FAIL, "duties", words)
    if soon:
        words = (
            f"{_counted(sorted(soon.items()))} soon past their deadline: `manage.py duties list` names them"
        )
        yield Finding(Level.WARN, "duties", words)
    yield Finding(Level.OK, "duties", f"{duties.owed().count()} owed")


def _counted(kinds: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in kinds)


def _copies() -> Iterator[Finding]:
    """Find erasures that wait for the pipeline, and those that will wait in vain."""
    waiting = copies.waiting()
    dead = waiting.filter(key__revoked_at__isnull=False).count()
    if dead:
        advice = "when its holder has none left, run `manage.py erase STORE --confirmed KEYNAME`"
        yield Finding(Level.WARN, "copies", f"{dead} at keys that are revoked and cannot confirm: {advice}")
    yield Finding(Level.OK, "copies", f"{waiting.count()} still to be confirmed by who read")


def _shares() -> Iterator[Finding]:
    """Find processors that hold something and do not do what they are asked."""
    for title in tending.stranded():
        words = f"{title} holds copies and is off: configure it, or nothing can be erased there"
        yield Finding(Level.FAIL, "processors", words)
    yield from _moved()
    counts = tending.counted()
    failing = sum(count for (_, state), count in counts.items() if state == "failing")
    if failing:
        yield Finding(Level.WARN, "processors", f"{failing} shares were not taken: the page says why")
    on = [each.title for name, each in PROCESSORS.items() if configured.setup(name) is not None]
    held = sum(count for (_, state), count in counts.items() if state != "absent")
    yield Finding(Level.OK, "processors", f"on: {', '.join(on) or 'none'}; {held} copies there")


def _moved() -> Iterator[Finding]:
    """Find copies that would be looked for in the wrong place."""
    elsewhere, silent = places.moved()
    for title, count in elsewhere.items():
        words = f"of {title}, {count} copies lie elsewhere than where it is set to: set it back"
        yield Finding(Level.FAIL, "processors", f"{words}, or nothing can be erased there")
    for title in silent:
        yield Finding(Level.WARN, "processors", f"{title} does not say whether its copies lie there")


def _traffic() -> Iterator[Finding]:
    failed = Delivery.objects.filter(state=DeliveryState.FAILED).count()
    if failed:
        yield Finding(Level.WARN, "deliveries", f"{failed} could not be applied")
    broken = Run.objects.filter(state=RunState.FAILED, store__state=StoreState.ACTIVE).count()
    if broken:
        yield Finding(Level.WARN, "syncs", f"{broken} failed runs of active stores are remembered")


def _endpoints() -> Iterator[Finding]:
    standing = endpoints.standing()
    if standing["failing"]:
        yield Finding(Level.WARN, "endpoints", f"{standing['failing']} do not take what they are told")
    if standing["disabled"]:
        words = "were disabled by themselves: `manage.py endpoint list` says why"
        yield Finding(Level.WARN, "endpoints", f"{standing['disabled']} {words}")
    if any(standing.values()):
        yield Finding(Level.OK, "endpoints", f"{standing['taking']} take what they are told")
