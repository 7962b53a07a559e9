"""What an entry of the ledger says, and the store that it says it of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.models import Store


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry of the ledger tells, of a store in an epoch."""

    store_ref: str
    epoch: int
    body: Mapping[str, Any]

    @property
    def at(self) -> datetime:
        """When it was noted."""
        return datetime.fromisoformat(self.body["at"])

    @property
    def named(self) -> list[bytes]:
        """The fingerprints of the records that it is about."""
        return [bytes.fromhex(each) for each in self.body["fingerprints"]]

    def store(self) -> Store | None:
        """Lock the store, whatever its epoch."""
        return Store.objects.select_for_update(no_key=True).filter(ref=self.store_ref).first()

    def here(self) -> Store | None:
        """Lock the store if it is in this epoch."""
        store = self.store()
        return store if store is not None and store.epoch == self.epoch else None
