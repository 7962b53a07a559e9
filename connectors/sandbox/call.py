"""One HTTP request to the sandbox, on its way to whoever answers it."""

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug import Request, Response

from connectors.sandbox.ledger import Request as Entry


@dataclass(frozen=True, slots=True)
class Call:
    """A request, what its path named, and its line in the ledger."""

    request: Request
    found: dict[str, str]
    entry: Entry


Answerer = Callable[[Call], Response]
