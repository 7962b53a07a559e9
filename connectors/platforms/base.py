"""What every platform is to the rest of the house.

A platform is one folder: it verifies what claims to come from the platform, speaks to the platform, and maps
the platform's words to ours. It knows no Django, no model and no setting: credentials, clock and spool are
arguments.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from connectors.platforms.opening import (
    Arrival,
    Bounced,
    Credentials,
    Embedding,
    Grant,
    Outcome,
    Variables,
)
from connectors.policy.records import Record, Reported, StoreInfo

# Deliveries -------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Delivery:
    """An inbound request that claims to come from a platform: untrusted bytes. Header names in lower case.

    `callback` and `query` are of a request by GET: which of the platform's `callbacks`, and what it brings.
    """

    headers: Mapping[str, str]
    body: bytes
    callback: str = ""
    query: tuple[tuple[str, str], ...] = ()


class EventKind(StrEnum):
    """What a verified delivery means, in our words."""

    STORE_CHANGED = "store.changed"
    PRODUCT_CHANGED = "product.changed"
    PRODUCT_GONE = "product.gone"
    STOCK_CHANGED = "stock.changed"
    SALE_CHANGED = "sale.changed"
    SALE_GONE = "sale.gone"
    OFFER_CHANGED = "offer.changed"
    OFFER_GONE = "offer.gone"
    EXPORT_FINISHED = "export.finished"
    SCOPES_CHANGED = "scopes.changed"
    INSTALLED = "installed"
    UNINSTALLED = "uninstalled"
    PERSON_REMOVED = "person.removed"
    REDACT_STORE = "redact.store"
    REDACT_SALES = "redact.sales"
    REDACT_PRODUCTS = "redact.products"
    REDACT_OFFERS = "redact.offers"
    REPORT_SALES = "report.sales"
    NOTHING = "nothing"


@dataclass(frozen=True, repr=False)
class Event:
    """A verified delivery: which shop, what happened, to which ids. Never more of the body than this.

    `shop_id` is the platform's number for the shop where the body holds it, so that a header alone cannot
    name another store. `delivery_id` is the same when the platform sends the same delivery again; that of a
    callback is its proof's (`Admitted.once`), which serves one thing alone.
    `ids` are the platform's own ids as text; for SCOPES_CHANGED they are the scopes now granted.
    `reported_fields` names the items of `reported` that it speaks of, those that it says are empty too.
    `may_repeat`: another event may bear the same id, as where the platform makes it of a time in seconds.
    `sequence` orders events about one thing that happened at the same moment. `grant` is what an INSTALLED
    brings: one that must be refreshed before its first use, because a delivery waits for no call of ours.
    REDACT_SALES bars its sales for ever; what REDACT_PRODUCTS and REDACT_OFFERS name goes at once too, and is
    then read again as the platform shows it now.
    """

    kind: EventKind
    shop: str
    delivery_id: str
    topic: str
    occurred_at: datetime | None = None
    ids: tuple[str, ...] = ()
    shop_id: str | None = None
    request_id: str | None = None
    reported: Reported | None = None
    reported_fields: frozenset[str] = frozenset()
    may_repeat: bool = False
    sequence: int = 0
    grant: Grant | None = None


# Reading ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Found:
    """One record as the platform has it now. `version` orders two readings of the same record."""

    kind: str
    id: str
    version: datetime
    record: Record
    dated_at: datetime | None = None


@dataclass(frozen=True)
class Unreadable:
    """Something the platform sent that no record can be made of, and why: names and places, no value."""

    kind: str
    reason: str


@dataclass(frozen=True, repr=False)
class Page:
    """One page of an increment. `cursor` continues after it within the same run; None ends it."""

    items: tuple[Found | Unreadable, ...]
    cursor: str | None


class ExportState(StrEnum):
    """Where a bulk export stands at the platform."""

    RUNNING = "running"
    READY = "ready"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True, repr=False)
class Export:
    """A bulk export at the platform: its counts as announced, and where its file is.

    `lines` counts lines, `roots` counts records. `reason` says why it failed, in the platform's code.
    """

    state: ExportState
    lines: int = 0
    roots: int = 0
    size_bytes: int | None = None
    url: str | None = None
    reason: str | None = None


class Spool(Protocol):
    """A sealed file on our disk that is written once and read many times (`connectors.vault.Spool`)."""

    def write(self, chunk: bytes) -> None:
        """Append bytes."""

    def finish(self) -> None:
        """Mark it whole."""

    def lines(self) -> Iterator[bytes]:
        """Yield its lines without their ends."""


class Exporter(Protocol):
    """Brings whole kinds of one store by files that the platform writes."""

    exports: frozenset[str]
    """The kinds that a full run reads by export."""

    def start_export(self, kind: str) -> str:
        """Ask for a full export of a kind; returns the platform's id of it."""

    def export(self, export_id: str) -> Export:
        """Ask how an export stands."""

    def cancel_export(self, export_id: str) -> None:
        """Stop an export that nobody waits for any more."""

    def download(self, export: Export, spool: Spool) -> None:
        """Bring an export's file into the spool, whole: lines and bytes as announced, or an error."""

    def exported(self, kind: str, spool: Spool, skip: int) -> Iterable[Found | Unreadable]:
        """Yield the records of a spooled export in a fixed order, without the first `skip`."""


class Reader(Protocol):
    """Reads one store at its platform, with one grant."""

    @property
    def exporter(self) -> Exporter | None:
        """What brings whole kinds by files; a full run reads all others by pages."""

    def store(self) -> StoreInfo:
        """Read the store itself; `reported` is not filled."""

    def page(self, kind: str, since: datetime | None, cursor: str | None) -> Page:
        """Read one page of a kind: what changed at or after `since`, or everything.

        Where the platform does not say what changed since, an increment holds everything too.
        """

    def count(self, kind: str) -> int | None:
        """Return how many records of a kind the platform says it has, at least; None when it does not say.

        Asked for the kinds that a full run reads by pages; an export announces its own counts.
        """

    def one(self, kind: str, record_id: str) -> Found | None:
        """Read one record again; None when the platform no longer has it."""

    def product_of_stock(self, stock_id: str) -> str | None:
        """Return the id of the product that a stock event's id belongs to."""

    def subscribe(self) -> int:
        """Make sure that the platform sends us this store's deliveries; returns how much had to be mended.

        Asked where the platform `subscribes`, at each install and daily.
        """


class Platform(Protocol):
    """One platform. Its module is its folder's `__init__`."""

    name: str
    title: str
    scopes: frozenset[str]
    optional_scopes: frozenset[str]
    sources: Mapping[str, tuple[str, ...]]
    """Leaf (`StoreInfo.name`) -> the platform's own fields that serve it."""
    absent: Mapping[str, str]
    """Leaf -> why the platform offers none."""
    history_days: Mapping[str, int]
    """Kind -> how far back the platform shows it; kinds not named are shown whole."""
    required: Mapping[str, str]
    """Field of `Credentials` -> the variable that must be set for it."""
    callbacks: frozenset[str]
    """Paths below ours that the platform itself calls by GET: each is a delivery."""
    subscribes: bool
    """Whether each store's deliveries are asked for by us (`Reader.subscribe`)."""
    announces_installs: bool
    """Whether installs come as deliveries, so that an uninstall may come before the store is known."""
    silent_days: int | None
    """After how long a refusal means that the merchant has left, where the platform's word may be lost."""

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return the fields of `Credentials`, but for `public_url`, from the settings."""

    def enter(self, arrival: Arrival, credentials: Credentials, now: datetime) -> Outcome:
        """Verify a person's request to open the app, or raise Unverified, Stale, Malformed or Forbidden."""

    def exchange(self, shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
        """Turn a proof into a grant; raises Stale when a fresh proof may be taken where this one is not."""

    def refresh(self, grant: Grant, credentials: Credentials, now: datetime) -> Grant:
        """Return the grant that follows; raises GrantRevoked when the merchant must come back."""

    def verify(self, delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
        """Turn untrusted bytes into an event, or raise Unverified or Malformed."""

    def reader(self, grant: Grant, credentials: Credentials) -> Reader:
        """Return a reader of the store that this grant opens."""

    def picture_hosts(self, credentials: Credentials) -> tuple[str, ...]:
        """Return where the platform's pictures lie, and nothing else does that others may put there.

        Host names, in which `*` stands for digits (`cdn*.bigcommerce.com`), by https; where the settings
        name another origin than the platform's own, that origin too (`http://127.0.0.1:9401`).
        """

    def scaled_picture(self, url: str, width: int, height: int) -> str:
        """Return the address of a picture in a size that it does not exceed.

        The address that came, where the platform's network does not scale.
        """

    def frame_ancestors(self, shop: str, credentials: Credentials) -> tuple[str, ...]:
        """Return the origins that may frame this shop's pages."""

    def bounce_address(self, bounced: Bounced) -> str:
        """Return our own address, path and query, at which the platform's script finds what to load again."""

    def embedding(self, credentials: Credentials) -> Embedding:
        """Return what our pages need to live in the platform's admin."""
