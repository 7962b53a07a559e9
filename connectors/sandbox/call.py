"""One HTTP request to the sandbox, on its way to whoever answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug import Request, Response

from connectors.sandbox.ledger import Request as Entry

if TYPE_CHECKING:
    from connectors.sandbox.server import World


@dataclass(frozen=True, slots=True)
class Call:
    """A request, what its path named, and its line in the ledger."""

    world: "World"
    request: Request
    found: dict[str, str]
    entry: Entry


Answerer = Callable[[Call], Response]
