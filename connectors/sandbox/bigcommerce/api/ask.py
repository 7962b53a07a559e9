"""A question to the API, its answers, and how they are refused."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from werkzeug import Response

from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.clock import iso

if TYPE_CHECKING:
    from connectors.sandbox.bigcommerce.platform import BigCommerce

STATUS_PAGE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that passed the door; `base_url` is the address under which the sandbox was asked."""

    platform: "BigCommerce"
    store: Store
    version: str
    args: dict[str, str]
    numbers: dict[str, int]
    body: Any
    base_url: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


class RefusedError(Exception):
    """The API says no; v3 answers with an object, v2 with a list."""

    def __init__(self, status: int, title: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(title)
        self.status, self.title, self.errors = status, title, errors

    def answer(self, version: str) -> Response:
        """Write the refusal in the words of an API version."""
        if version == "v2":
            return said([{"status": self.status, "message": self.title}], self.status)
        body: Body = {"status": self.status, "title": self.title, "type": STATUS_PAGE}
        if self.errors is not None:
            body |= {"errors": self.errors}
        return said(body, self.status)


def said(body: Any, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")


def one(body: Any) -> Response:
    """Answer v3's way with one thing."""
    return said({"data": body, "meta": {}})


def nothing_there(version: str) -> RefusedError:
    """Refuse because there is no such thing."""
    return RefusedError(404, "The requested resource was not found." if version == "v2" else "Not Found")


def atom(moment: datetime) -> str:
    """Write a time as the catalog does: `2018-08-15T14:49:05+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def mail_date(moment: datetime | None) -> str:
    """Write a time as v2 does: RFC 2822, and nothing where there is none."""
    return "" if moment is None else format_datetime(moment.astimezone(UTC))


def zulu(moment: datetime) -> str:
    """Write a time as channels, locations and price lists do: `2022-02-26T17:33:11Z`."""
    return iso(moment)
