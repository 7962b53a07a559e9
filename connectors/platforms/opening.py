"""How a person comes in: what the platform gave our app, what a request proves, what a store granted us."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from connectors.errors import Unverified


@dataclass(frozen=True, repr=False)
class Credentials:
    """What the platform gave our app. The first secret is current; the others still verify.

    `page_script` is the address of the platform's own script for pages in its admin.
    """

    client_id: str
    client_secrets: tuple[str, ...]
    origin: str
    api_version: str
    public_url: str
    embedded: bool = True
    page_script: str = ""


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
class Admitted:
    """The request is proved to be about this shop. `proof` can be exchanged for a grant, if there is one.

    `proved_at` is when the platform made the proof, which may be a minute before it came.
    """

    shop: str
    proof: str | None = None
    grant: Grant | None = None
    embedded: bool = True
    landing: str | None = None
    proved_at: datetime | None = None


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
