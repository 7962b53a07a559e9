"""Places: where a processor was when it was given something, so that it is erased there and nowhere else."""

from collections.abc import Mapping
from typing import Any

from connectors import configured
from connectors.errors import MintaError, Misconfigured
from connectors.models import Share
from connectors.processors import PROCESSORS
from connectors.sharing import asking


class Moved(Misconfigured):
    """The settings name another place than the one that holds the copy."""


def mark(processor: str, setup: Mapping[str, Any]) -> str:
    """Return the keyed hash of where a processor is by these settings; raises what asking it raises."""
    return configured.finder().fingerprint("place", processor, PROCESSORS[processor].place(setup))[:8].hex()


def check(share: Share, place: str) -> None:
    """Raise Moved where a share lies in another place than this; of one that knows no place it is taken."""
    if share.place not in ("", place):
        raise Moved(f"{asking.title(share.processor)} is set to another place than the one that holds a copy")


def moved() -> tuple[dict[str, int], list[str]]:
    """Return by processor how many copies lie elsewhere than where it is now, and who does not say where."""
    elsewhere, silent = {}, []
    held = Share.objects.filter(absent_at=None).exclude(place="")
    for processor in held.order_by("processor").values_list("processor", flat=True).distinct():
        setup = configured.setup(processor)
        if setup is None:
            continue
        try:
            place = mark(processor, setup)
        except MintaError:
            silent.append(asking.title(processor))
            continue
        count = held.filter(processor=processor).exclude(place=place).count()
        if count:
            elsewhere[asking.title(processor)] = count
    return elsewhere, silent
