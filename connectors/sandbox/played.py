"""A platform as the sandbox plays it: what the frame gives it and what it asks of it.

One process plays one platform; `platforms.py` names them. The frame (server, control, courier, clock, faults,
ledger) knows nothing of any platform.

Controls that every platform has, so that one client steers them all (`control.py` names their fields):

    GET   products | orders | discounts   {"products": [{id, title, variants: [{id, price, stock}], ...}]} ...
                                          `visible`: false where the platform shows it to no app
    GET   personal     {"values": [...]}                 every value about a customer that the store knows
    GET   merchant     {"values": [...], "tokens": [...]} about merchant and goods; the app's living tokens
    GET   load         {"url": ...}                      the address that the admin's iframe opens
    POST  install | uninstall | shop | tokens/expire | webhook
    POST  product/create | product/change | product/delete
    POST  order/create | order/change | order/delete
    POST  discount/create | discount/end | discount/delete

Those that send something answer with `deliveries`, the numbers of what they sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from werkzeug import Request, Response
from werkzeug.routing import RuleFactory

from connectors.sandbox.call import Answerer, Call
from connectors.sandbox.catalogue import Article
from connectors.sandbox.clock import Clock
from connectors.sandbox.courier import Courier

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Start:
    """What a platform is given when the sandbox starts: `Played(start)`.

    `own` holds what was set with `--set name=value`, for what only one platform knows.
    """

    clock: Clock
    courier: Courier
    app_url: str
    client_id: str
    secrets: tuple[str, ...]  # the first signs
    private_key: Path | None = None  # PEM; without it a platform that signs with a key pair makes one
    own: Mapping[str, str] = field(default_factory=dict)


class PlayedStore(Protocol):
    """A store; `key` is its name in the control API, the faults and both ledgers."""

    @property
    def key(self) -> str: ...
    @property
    def lock(self) -> AbstractContextManager[Any]: ...


class StoreControl(Protocol):
    """Answer one control of a store, which is locked meanwhile; LookupError and ValueError become a 400."""

    def __call__(self, store: Any, wanted: Answer, /) -> Answer: ...


class WorldControl(Protocol):
    """Answer a control that is about no store."""

    def __call__(self, wanted: Answer, /) -> Answer: ...


class Played(Protocol):
    """One platform, everything in memory."""

    @property
    def rules(self) -> Sequence[RuleFactory]:
        """Paths; `/` and `/_sandbox/...` are the frame's. An endpoint is the `kind` of faults and ledger."""
        ...

    @property
    def answerers(self) -> Mapping[str, Answerer]:
        """Who answers each endpoint; NotFound becomes `missing`."""
        ...

    @property
    def unseen(self) -> frozenset[str]:
        """Endpoints that stay out of the ledger and that no fault hits."""
        ...

    @property
    def controls(self) -> Mapping[tuple[str, str], StoreControl]:
        """("POST", "product/change") etc., below `/_sandbox/stores/{key}/`; ("GET", "") is `state`."""
        ...

    @property
    def world_controls(self) -> Mapping[tuple[str, str], WorldControl]:
        """("POST", "app") etc., below `/_sandbox/`."""
        ...

    def open_store(self, handle: str, articles: Iterable[Article], order_count: int) -> PlayedStore:
        """Open a store with a catalogue; the same handle gives the same store, its ids included."""
        ...

    def stores(self) -> Sequence[PlayedStore]:
        """List the stores, in the order in which they were opened."""
        ...

    def find(self, name: str) -> PlayedStore | None:
        """Find a store by its key or its handle."""
        ...

    def state(self, store: Any) -> Answer:
        """Tell at least key, handle, name, page, installed, scopes, access_tokens and counts of a store.

        `page` is the path of its admin page with the app in an iframe; counts has at least products,
        variants, orders, visible_orders and discounts.
        """
        ...

    def store_of(self, request: Request, found: dict[str, str]) -> PlayedStore | None:
        """Tell which store a request is about, by its path (`found`) or its token."""
        ...

    def token_of(self, request: Request) -> str | None:
        """Give the token that a request carries; the ledger keeps its fingerprint."""
        ...

    def operation_of(self, request: Request, kind: str) -> str | None:
        """Give the text in which a fault's `operation` is looked for: a query, a path with its query."""
        ...

    def front_page(self, call: Call) -> Response:
        """Show the stores to a browser, each with a link to its admin page."""
        ...

    def throttled(self) -> Response:
        """Refuse as the platform does when too much was asked."""
        ...

    def missing(self) -> Response:
        """Answer as the platform does where nothing is."""
        ...

    def settings(self, base_url: str) -> dict[str, str]:
        """Tell the variables that Minta must be given to meet this sandbox at `base_url`."""
        ...

    def close(self) -> None:
        """Put everything away."""
        ...
