"""Background work: rows first, one port, two engines.

port             what tasks and verbs use
rows             Job and Tick
outcome          one run, and what follows from its end
behind           what is done right behind a commit
ticks            periodic tasks, once per period over all workers
pace             how often and how long
pulse, hands     threads: the one that beats, those that run jobs beside an event loop
ledger, leases   the embedded engine, on SQLite and PostgreSQL
procrastinate_*  the same port on procrastinate, for many machines: engine, worker, rows
"""

from connectors.work.behind import behind, put_off
from connectors.work.port import (
    Counts,
    Dead,
    Engine,
    Fenced,
    Later,
    Standing,
    Task,
    UnknownTask,
    Unqueueable,
    engine,
    enqueue,
    fence,
    periodic,
    task,
)

__all__ = [
    "Counts",
    "Dead",
    "Engine",
    "Fenced",
    "Later",
    "Standing",
    "Task",
    "UnknownTask",
    "Unqueueable",
    "behind",
    "engine",
    "enqueue",
    "fence",
    "periodic",
    "put_off",
    "task",
]
