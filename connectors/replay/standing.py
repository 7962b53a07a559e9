"""Whether the database is older than the ledger of erasures, and by what."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError

from connectors import annals, configured
from connectors.errors import LedgerAway
from connectors.ledger import Ledger
from connectors.models import Annal, Sequence

#: The sequence that is 1 from a replay's first word to its last: one that was killed in between is not over.
UNDER_WAY: Final = "replay"
BATCH: Final = 500
#: For so long an answer that nothing is needed is believed: a database is not put back under a process.
_LATELY_SECONDS: Final = 2.0


@dataclass(slots=True)
class _Seen:
    path: Path | None = None
    until: float = 0.0


_seen = _Seen()


def needed() -> bool:
    """Tell whether the database has to be told something first; raises LedgerAway."""
    return not annals.standing().agrees or under_way()


def under_way() -> bool:
    """Tell whether a replay was begun and has not come to its end."""
    return Sequence.objects.filter(name=UNDER_WAY, last=1).exists()


def needed_lately() -> bool:
    """Tell the same of the last seconds; a ledger that nobody can read may say anything.

    A database that does not answer is none to be told anything.
    """
    path, now = settings.LEDGER_PATH, time.monotonic()
    if _seen.path == path and now < _seen.until:
        return False
    try:
        found = needed()
    except LedgerAway:
        return True
    except DatabaseError:
        return False
    if not found:
        _seen.path, _seen.until = path, now + _LATELY_SECONDS
    return found


def look_anew() -> None:
    """Believe nothing that was seen before."""
    _seen.path = None


def forgotten() -> Counter[str]:
    """Count by kind what the ledger has and the database has not."""
    ledger = configured.ledger()
    number, counts = agreed(ledger), Counter[str]()
    while batch := ledger.read(number, BATCH):
        counts.update(each.told.kind for each in batch)
        number = batch[-1].told.number
    return counts


def agreed(ledger: Ledger) -> int:
    """Return the number up to which ledger and database have the same entries."""
    number = 0
    while batch := ledger.read(number, BATCH):
        known = Annal.objects.filter(number__gt=number, number__lte=batch[-1].told.number)
        digests = dict(known.values_list("number", "digest"))
        for each in batch:
            if digests.get(each.told.number) != each.digest:
                return number
            number = each.told.number
    return number
