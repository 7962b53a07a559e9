"""How a person comes in: what the platform gave our app, what a request proves, what a store granted us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

from connectors.errors import Unverified


class Variables(Protocol):
    """The settings of the installation, read by type: what a platform is configured from.

    Each reader takes the variable's name and what it is when it is not set, and fails naming the variable.
    """

    def text(self, name: str, default: str | None = None, /) -> str:
        """Return a text."""

    def secret(self, name: str, default: str | None = None, /) -> str:
        """Return a secret."""

    def secrets(self, name: str, default: tuple[str, ...] = (), /) -> tuple[str, ...]:
        """Return a list of secrets, of which the first is current."""

    def words(self, name: str, default: tuple[str, ...] = (), /) -> tuple[str, ...]:
        """Return a list of words."""

    def flag(self, name: str, /, *, default: bool = False) -> bool:
        """Return a yes or no."""

    def matching(self, name: str, pattern: str, default: str, /) -> str:
        """Return a text that matches the whole of a pattern."""

    def origin(self, name: str, default: str | None, /, *, insecure: bool) -> str:
        """Return an address without a slash at its end; one that is not https needs `insecure`."""


@dataclass(frozen=True, repr=False)
class Credentials:
    """What the platform gave our app. The first secret is current; the others still verify.

    `page_script` is the address of the platform's own script for pages in its admin. `own` holds what only
    this platform has: further origins, a public key.
    """

    client_id: str
    client_secrets: tuple[str, ...]
    origin: str
    public_url: str
    api_version: str = ""
    embedded: bool = True
    page_script: str = ""
    own: Mapping[str, str] = field(default_factory=dict)


def origin_of(address: str) -> str:
    """Return the origin of an address of ours or the platform's: scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, repr=False)
class Grant:
    """What a store gave us to call its platform.

    `shop` is the platform's own address of the store: a myshopify domain, a store hash, an instance id.
    """

    shop: str
    access_token: str
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    refresh_token: str | None = None
    refresh_expires_at: datetime | None = None


@dataclass(frozen=True, repr=False)
class Arrival:
    """A person's request to open the app: untrusted. `path` is what follows `/{platform}/`."""

    path: str
    query: tuple[tuple[str, str], ...]
    bearer: str | None = None
    nonce: str | None = None


@dataclass(frozen=True, repr=False)
class Person:
    """Who opened the app: the platform's own id of them, and whether the store is theirs."""

    id: str
    owner: bool = False


@dataclass(frozen=True, repr=False)
class Admitted:
    """The request is proved to be about this shop. `proof` can be exchanged for a grant, if there is one.

    `proved_at` is when the platform made the proof, which may be a minute before it came. `once` is the
    platform's id of a proof that may come one time only. `person` is who came, where a store has many users.
    `ticketed`: the proof must not stay in the address, and there is no other for the page: the browser is
    sent on with a ticket of ours, and the page lives on our own token.
    """

    shop: str
    proof: str | None = None
    grant: Grant | None = None
    embedded: bool = True
    landing: str | None = None
    proved_at: datetime | None = None
    once: str | None = None
    person: Person | None = None
    ticketed: bool = False


@dataclass(frozen=True, repr=False)
class Redirected:
    """The browser must go to `url` first; `nonce`, if any, must come back in the same browser."""

    url: str
    nonce: str | None = None


@dataclass(frozen=True, repr=False)
class Bounced:
    """The platform's own script must run first: it fetches a fresh proof and loads `reload` again."""

    shop: str
    reload: str


Outcome: TypeAlias = Admitted | Redirected | Bounced


#: In the query of a load that mends a proof which the platform itself did not take. If it takes the next one
#: neither, a third try would not help.
MENDED = "mended"


class Stale(Unverified):
    """The proof is genuine and no longer taken: a page in `again` mends it, under the status 401."""

    def __init__(self, again: Bounced) -> None:
        super().__init__("the proof has run out")
        self.again = again


@dataclass(frozen=True)
class Embedding:
    """What our pages need to live in the platform's admin.

    `metas` (name, content) and `scripts` (addresses) come first in the head, in this order; `connects` are
    origins that the scripts call. `stale` are the headers of a 401 that tell the scripts that a fetch's proof
    was refused and a fresh one may help.
    """

    metas: tuple[tuple[str, str], ...] = ()
    scripts: tuple[str, ...] = ()
    connects: tuple[str, ...] = ()
    stale: tuple[tuple[str, str], ...] = ()
