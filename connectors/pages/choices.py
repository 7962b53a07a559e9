"""What a merchant may choose on the page: to export, pause, share, keep, delete; and how each stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from connectors import asked, people, revive, rows
from connectors.exports import asking
from connectors.models import Duty, Export, ExportState, Store
from connectors.pages import downloads, forms
from connectors.pages.forms import Form
from connectors.pages.values import label_of
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Platform
from connectors.policy import retention
from connectors.policy.deadlines import DEADLINES
from connectors.policy.retention import Period
from connectors.policy.sharing import Given
from connectors.sharing import consents
from connectors.vault import StoreKey
from connectors.videos.links import Viewer

#: What a share's state means to a merchant, where it is not on its way out.
_SHARED: Final = {
    "off": "",
    "asked": "Nothing was sent yet.",
    "shared": "It has been given what is listed here.",
    "refused": "It did not take it, so it holds nothing new.",
}
_LEAVING: Final = "What it holds is being erased there."


@dataclass(frozen=True, repr=False, slots=True)
class Bundle:
    """An export as the page shows it; `address` downloads it."""

    state: str
    percent: int
    asked_at: datetime
    expires_at: datetime
    size_bytes: int
    address: str

    @property
    def open(self) -> bool:
        """Whether it is being made."""
        return self.state in (ExportState.WAITING, ExportState.MAKING)

    @property
    def ready(self) -> bool:
        """Whether it is there; `address` is empty for who may not download it."""
        return self.state == ExportState.READY


@dataclass(frozen=True, repr=False, slots=True)
class Sharing:
    """One processor as the page shows it: what it would be given, why, and what the merchant chose.

    `shared_at` is when it was last given something, of what it holds.
    """

    name: str
    title: str
    why: str
    leaves: tuple[str, ...]
    sealed: bool
    given_at: datetime | None
    stands: str
    shared_at: datetime | None


@dataclass(frozen=True, repr=False, slots=True)
class Request:
    """A deletion that somebody asked for by e-mail."""

    asked_at: datetime
    deadline_at: datetime
    law: str


@dataclass(frozen=True, repr=False, slots=True)
class Rights:
    """Everything that a merchant may choose. `said` is what was just done; `gone` is where an erasure is."""

    store: Store
    platform: Platform
    name: str
    form: Form
    back: str
    state_address: str
    may_delete: bool
    bundle: Bundle | None
    processors: tuple[Sharing, ...]
    periods: tuple[Period, ...]
    request: Request | None
    before: Duty | None
    said: str = ""
    refused: bool = False


def looking(store_ref: str) -> str:
    """Return what a proof opens that shows how far an export is, and lets nobody act."""
    return f"export-state:{store_ref}"


def rights(
    viewer: Viewer,
    key: StoreKey,
    now: datetime,
    *,
    framed_by: tuple[str, ...] = (),
    back: str = "",
    said: str = "",
    refused: bool = False,
) -> Rights:
    """Return what a viewer may choose, how each stands, and what to act with."""
    store = viewer.store
    proof = viewer.proof(looking(store.ref))
    return Rights(
        store=store,
        platform=PLATFORMS[store.platform],
        name=name_of(store, key),
        form=forms.made(viewer, framed_by),
        back=back,
        state_address=f"/rights/{store.ref}/export?{urlencode({'proof': proof})}",
        may_delete=people.is_owner(store, viewer.person_id),
        bundle=bundle(viewer, now),
        processors=tuple(_sharing(each) for each in consents.choices(store)),
        periods=tuple(each for each in retention.PERIODS if each.value),
        request=_request(asked.open_request(store)),
        before=revive.choice(store),
        said=said,
        refused=refused,
    )


def name_of(store: Store, key: StoreKey) -> str:
    """Return the store's name as it is held, nothing where it was not read yet."""
    held = next(rows.opened(key, rows.of_store(store, "store")), None)
    return "" if held is None else str(getattr(held.record, "name", ""))


def bundle(viewer: Viewer, now: datetime) -> Bundle | None:
    """Return the newest export of a viewer's store, if there is one."""
    export = asking.newest(viewer.store, now)
    if export is None:
        return None
    ready = export.state == ExportState.READY
    may_export = people.is_owner(viewer.store, viewer.person_id)
    return Bundle(
        state=export.state,
        percent=_percent(export),
        asked_at=export.asked_at,
        expires_at=export.expires_at,
        size_bytes=export.size_bytes,
        address=downloads.address(viewer, export) if ready and may_export else "",
    )


def _percent(export: Export) -> int:
    return min(99, 100 * export.written // export.total) if export.total else 0


def _sharing(choice: consents.Choice) -> Sharing:
    given: Given = choice.given
    return Sharing(
        name=choice.name,
        title=choice.title,
        why=given.why,
        leaves=tuple(label_of(each.partition(".")[2]) for each in given.leaves),
        sealed=given.sealed,
        given_at=choice.given_at,
        stands=_LEAVING if choice.leaving else _SHARED[choice.state],
        shared_at=choice.at if choice.state == "shared" else None,
    )


def _request(duty: Duty | None) -> Request | None:
    return None if duty is None else Request(duty.asked_at, duty.deadline_at, DEADLINES[duty.law].title)
