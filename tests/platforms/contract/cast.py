"""Every platform of the product, and the fourth; their credentials, and what they answer."""

import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import MintaError
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Page, Platform, Reader
from connectors.platforms.opening import Credentials
from minta.env import Environment
from tests.platforms.acme import Acme
from tests.platforms.contract.specimens import PUBLIC_URL, Specimens
from tests.platforms.playing import Asked, Playing, Says

EVERY: Mapping[str, Platform] = {**PLATFORMS, "acme": Acme()}
KINDS = ("product", "sale", "offer")
#: Where nobody listens: what needs no call must not make one.
NOWHERE = "http://127.0.0.1:9"
_MOST_PAGES = 20
_NUMBER = re.compile(r"(?<=/)(?:[0-9]+|[0-9a-f-]{36})(?=/|$)")
#: Where a platform does not say when a record changed, each reading is a version of its own.
_TODAY = re.compile(rf"'version': '{datetime.now(UTC):%Y-%m-%d}[^']*'")


def specimens_of(name: str) -> tuple[Specimens, ...]:
    """Return what a platform brings: one for each way in which its stores differ."""
    found: tuple[Specimens, ...] = importlib.import_module(f"tests.platforms.{name}.specimens").SPECIMENS
    return found


def credentials_at(address: str, specimens: Specimens) -> Credentials:
    """Return our credentials at a platform that is at this address."""
    variables = Environment(specimens.variables(address))
    configured = EVERY[specimens.name].configure(variables, insecure=True)
    return Credentials(public_url=PUBLIC_URL, **configured)


@dataclass
class Seen:
    """What an operation brought: its result or error, what it asked, and the bodies it was answered."""

    result: str = ""
    error: MintaError | None = None
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    """Where each body came from, without numbers: `v2/orders/{}`."""

    @property
    def is_whole(self) -> bool:
        """Tell whether everything could be read."""
        return self.error is None and "'reason': " not in self.result

    def same(self, other: "Seen") -> bool:
        """Tell whether nothing can be told apart."""
        return (self.result, self.asked) == (other.result, other.asked)


Doing = Callable[["Stage"], Any]
Changing = Callable[[int, Any], Any]


@dataclass
class Stage:
    """A platform's server, and readers of it. `says` may be replaced; `empty` empties the store."""

    specimens: Specimens
    playing: Playing
    credentials: Credentials
    empty: bool = False
    says: Callable[[Asked], Says] | None = None

    @property
    def platform(self) -> Platform:
        """The platform that is tested."""
        return EVERY[self.specimens.name]

    def reader(self) -> Reader:
        """Return a new reader of the store."""
        return self.platform.reader(self.specimens.grant(), self.credentials)

    def answer(self, asked: Asked) -> Says:
        """Answer, as a test wants it."""
        if self.says is not None:
            return self.says(asked)
        return self.specimens.answer(asked, empty=self.empty)

    def see(self, doing: Doing, change: Changing | None = None) -> Seen:
        """Do something with the answers changed: `change` gets the number of an answer and its JSON."""
        seen, begin = Seen(), len(self.playing.asked)
        kept = self.says

        def says(asked: Asked) -> Says:
            try:
                said = self.specimens.answer(asked, empty=self.empty)
            except (LookupError, ValueError):  # what a changed answer made of the next question
                return Says({"error": "not understood"}, 400)
            if said.body is None or isinstance(said.body, bytes):
                return said
            number, body = len(seen.bodies), json.loads(said.bytes())
            seen.bodies.append(body)
            seen.places.append(_NUMBER.sub("{}", asked.path))
            return Says(change(number, body) if change else body, said.status, said.headers)

        self.says = says
        try:
            seen.result = _TODAY.sub("'version': now", repr(msgspec.to_builtins(doing(self))))
        except MintaError as error:
            seen.result, seen.error = f"{type(error).__name__}: {error}", error
        finally:
            self.says = kept
        seen.asked = [
            (each.method, each.path, dict(each.query), each.body) for each in self.playing.asked[begin:]
        ]
        return seen


@contextmanager
def staged(specimens: Specimens) -> Iterator[Stage]:
    """Put a platform's server up while the block lasts."""
    stages: list[Stage] = []
    with Playing(lambda asked: stages[0].answer(asked)) as playing:
        stages.append(Stage(specimens, playing, credentials_at(playing.address, specimens)))
        yield stages[0]


def pages(reader: Reader, kind: str, since: Any = None) -> list[Page]:
    """Return all pages of a kind; raises AssertionError when they do not end."""
    found: list[Page] = []
    cursor = None
    for _ in range(_MOST_PAGES):
        found.append(reader.page(kind, since, cursor))
        cursor = found[-1].cursor
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


def items(reader: Reader, kind: str, since: Any = None) -> list[Any]:
    """Return all records of a kind."""
    return [each for page in pages(reader, kind, since) for each in page.items]


def operations(specimens: Specimens) -> dict[str, Doing]:
    """Return everything that a reader is asked to do, by a name for people."""
    found: dict[str, Doing] = {
        "store": lambda stage: stage.reader().store(),
        "stock": lambda stage: stage.reader().product_of_stock(specimens.stock[0]),
    }
    for kind in KINDS:
        found |= {
            f"pages of {kind}": lambda stage, kind=kind: items(stage.reader(), kind),  # type: ignore[misc]
            f"count of {kind}": lambda stage, kind=kind: stage.reader().count(kind),  # type: ignore[misc]
            f"one {kind}": lambda stage, kind=kind: stage.reader().one(  # type: ignore[misc]
                kind, specimens.ids[kind][0]
            ),
        }
    return found


def everything(specimens: Specimens) -> dict[str, Doing]:
    """Return the same, and the reading of every single record."""
    alone: dict[str, Doing] = {
        f"{kind} {record_id}": lambda stage, kind=kind, of=record_id: stage.reader().one(  # type: ignore[misc]
            kind, of
        )
        for kind in KINDS
        for record_id in specimens.ids[kind]
    }
    return operations(specimens) | alone
