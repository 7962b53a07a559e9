"""What every processor is to the rest of the house: share, erase, confirm.

A processor is one module. It knows no Django, no model and no setting: what the settings say of it is an
argument. Everything that it keeps is found again by the copy's name alone, which is opaque and ours, so that
an erasure needs neither the store's row nor its key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from connectors.platforms.opening import Variables
from connectors.policy.clauses import Processor as Named


@dataclass(frozen=True)
class Copy:
    """What a processor holds of one store in one epoch: our name for it, and its own id where it is known."""

    store: str
    epoch: int
    remote_id: str = ""

    @property
    def name(self) -> str:
        """The name that it is found by, at the processor too."""
        return f"{self.store}-{self.epoch}"


class Standing(StrEnum):
    """What a processor says of a copy when it is asked."""

    ABSENT = "absent"  # nothing of it is there, in no bin and no version
    LEAVING = "leaving"  # deleted, and still to be seen for a while: it goes by itself
    PRESENT = "present"


class Processor(Protocol):
    """One processor. Errors are those of `connectors.errors.PlatformFailure`; `retry` says which come again.

    Every call may be made again after a kill anywhere in it, and by two at once.
    """

    name: str
    """As the database and commands call it: 1-16 small letters."""
    title: Named
    """As the policy calls it."""
    required: Mapping[str, str]
    """Field of what `configure` returns -> the variable that must be set for it."""

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return what the settings say of it; all fields empty where it is off."""

    def place(self, setup: Mapping[str, Any]) -> str:
        """Return where a copy lies by these settings, without any secret: another place holds other copies.

        Raises what asking raises, where only the processor can say.
        """

    def share(self, copy: Copy, leaves: Mapping[str, Any], setup: Mapping[str, Any]) -> str:
        """Give it these leaves (`StoreInfo.email` -> value) in place of what it has; return its own id.

        Raises Refused when it will never take them, as where a person has unsubscribed for good.
        """

    def erase(self, copy: Copy, setup: Mapping[str, Any]) -> None:
        """Delete all of a copy, so that nobody can bring it back; nothing happens where there is none."""

    def confirm(self, copy: Copy, setup: Mapping[str, Any]) -> Standing:
        """Look whether anything of a copy is left."""
