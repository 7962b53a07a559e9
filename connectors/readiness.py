"""Whether this process can serve: what `/readyz` answers and `doctor` begins with."""

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from connectors import configured, replay
from connectors.errors import LedgerAway, MintaError

logger = logging.getLogger(__name__)


def not_ready() -> list[str]:
    """Return what is not ready: `database`, `migrations`, `ledger`, `key store`."""
    return [*(_database() or _ledger()), *_key_store()]


def _database() -> list[str]:
    try:
        executor = MigrationExecutor(connection)
        ahead = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        logger.warning("The database is not ready: %s", type(error).__name__)
        return ["database"]
    return ["migrations"] if ahead else []


def _ledger() -> list[str]:
    """Compare the database with the ledger of erasures: one from a backup must be told the rest first."""
    try:
        return ["ledger"] if replay.needed() else []
    except LedgerAway as error:
        logger.warning("The ledger is not ready: %s", error)
        return ["ledger"]


def _key_store() -> list[str]:
    """Open the finder's key, which takes the file, the wrapping keys and a master key."""
    try:
        configured.finder()
    except (MintaError, OSError) as error:
        logger.warning("The key store is not ready: %s", type(error).__name__)
        return ["key store"]
    return []
