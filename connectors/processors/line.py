"""What the processors that speak HTTP stand on: one operation's calls, bounded together, and mapped leaves.

    line = Line("Intercom", origin, {"Authorization": ...})
    answer = line.ask("GET", "/contacts/…")

Addresses and answers repeat what a merchant's record says, so errors name the place, the status and the
processor's own code alone.
"""

import re
import time
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from connectors.errors import BadAnswer, Unavailable
from connectors.platforms.http import Answer, Limits, Transport, json_body

#: How long one call may take, and all calls of one share, erasure or look: a caller holds an absence for
#: certain only when every call must have ended (`connectors.sharing.gaps.QUIET`).
CALL_SECONDS: Final = 10.0
ALL_SECONDS: Final = 60.0
_MAX_BYTES: Final = 1024 * 1024
_TRANSPORT: Final = Transport(Limits(CALL_SECONDS, _MAX_BYTES))
#: A code as vendors write theirs, and people neither their names nor their addresses.
_CODE: Final = re.compile(r"(?=.{2,60}$)([a-z]+(_[a-z]+)*|[A-Z]+(_[A-Z]+)*)")
#: `LEAF=FIELD`, separated by commas.
FIELDS: Final = r"(\s*StoreInfo\.[a-z0-9_.]+=[A-Za-z][A-Za-z0-9_]*\s*(,|$))+"


class Line:
    """The calls of one operation: one origin, one deadline for all of them."""

    def __init__(self, place: str, origin: str, headers: Mapping[str, str]) -> None:
        self.place = place
        self.origin = origin
        self._headers = dict(headers)
        self._ends_at = time.monotonic() + ALL_SECONDS

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        again: bool | None = None,
    ) -> Answer:
        """Return the whole answer, whatever its status; `body` is bytes, or what becomes JSON.

        One that failed is sent again if it may be done twice: else an erasure of several calls would never
        end at a server that fails every other one. `again` says so of a POST, for HTTP says it of the rest.
        Raises Unavailable, also when the operation has no time left, and BadAnswer, also for a page where a
        processor would say that something is done, or is not there: somebody in between has said it.
        """
        left = self._left_seconds()
        sent = body if body is None or isinstance(body, bytes) else json_body(body)
        answer = _TRANSPORT.call(
            method,
            self.origin + path,
            place=self.place,
            headers={"Accept": "application/json", **_typed(sent), **self._headers, **(headers or {})},
            body=sent,
            limits=Limits(min(CALL_SECONDS, left), _MAX_BYTES),
            repeatable=method != "POST" if again is None else again,
        )
        if _is_page(answer):
            raise BadAnswer(f"{self.place} answered {answer.status} with a page")
        return answer

    def _left_seconds(self) -> float:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise Unavailable(f"{self.place} took too long")
        return left


def _is_page(answer: Answer) -> bool:
    told = answer.status < 300 or answer.status in (404, 410)
    return told and answer.headers.get("content-type", "").startswith("text/html")


def _typed(body: bytes | None) -> dict[str, str]:
    return {} if body is None else {"Content-Type": "application/json"}


def said(answer: Answer, place: str) -> Any:
    """Return the JSON of an answer; raises BadAnswer."""
    try:
        return msgspec.json.decode(answer.body)
    except (ValueError, RecursionError):
        raise BadAnswer(f"{place}: no readable JSON") from None


def named(code: object) -> str:
    """Return a processor's own error code as it may be shown; nothing of what does not look like one."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def text(value: object, place: str) -> str:
    """Return a text of an answer; raises BadAnswer for anything else."""
    if not isinstance(value, str) or not value:
        raise BadAnswer(f"{place}: an id is missing")
    return value


def fields_of(setting: str) -> dict[str, str]:
    """Return leaf -> field, of a setting that matches FIELDS."""
    pairs = (pair.split("=", 1) for pair in setting.split(",") if "=" in pair)
    return {leaf.strip(): field.strip() for leaf, field in pairs}


def mapped(leaves: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """Return field -> value of the leaves that are given and mapped; None where a leaf has no value."""
    return {field: _plain(leaves[leaf]) for leaf, field in fields.items() if leaf in leaves}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def blank(fields: Iterable[str], empty: Any = None) -> dict[str, Any]:
    """Return what clears every field."""
    return dict.fromkeys(fields, empty)
