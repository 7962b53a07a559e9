"""What was asked of the sandbox, so that a test can say what was never asked."""

import hashlib
import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 20_000


@dataclass(slots=True)
class Request:
    """One request, without its body and with its token only as a fingerprint."""

    at: str
    method: str
    path: str
    kind: str
    store: str | None
    token: str | None
    number: int = 0
    status: int = 0
    operation: str | None = None
    fields: list[str] = field(default_factory=list)
    bulk_fields: list[str] = field(default_factory=list)
    fault: str | None = None
    user_agent: str | None = None


class Ledger:
    """Keep the latest requests, oldest first."""

    def __init__(self) -> None:
        self._requests: deque[Request] = deque(maxlen=KEPT)
        self._count = 0
        self._lock = threading.Lock()

    def add(self, request: Request) -> Request:
        """Write down that a request has come; it gets its number here."""
        with self._lock:
            self._count += 1
            request.number = self._count
            self._requests.append(request)
        return request

    def since(self, number: int = 0, **match: str) -> list[dict[str, Any]]:
        """List the requests after `number` whose columns equal `match`."""
        with self._lock:
            kept = list(self._requests)
        rows = (asdict(request) for request in kept if request.number > number)
        return [row for row in rows if all(str(row[column]) == value for column, value in match.items())]

    def clear(self) -> None:
        """Forget all requests; numbers go on."""
        with self._lock:
            self._requests.clear()


def fingerprint(token: str | None) -> str | None:
    """Name a token without showing it: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()[:16] if token else None
