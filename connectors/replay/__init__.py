"""Replay: a database that was put back from a backup is told what it has forgotten, before it serves.

    standing   is it needed? What would be told?
    telling    what each kind of entry means to a database that does not know it
    running    tell them all, in order, each in a transaction of its own

The ledger of erasures (`connectors.annals`) is what it is told from.
"""

from connectors.replay.running import replay
from connectors.replay.standing import forgotten, needed, needed_lately

__all__ = ["forgotten", "needed", "needed_lately", "replay"]
