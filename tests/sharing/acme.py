"""A processor of the tests: it speaks to `tests.sharing.vendor` over real HTTP, as real ones do."""

import json
from collections.abc import Mapping
from typing import Any

from connectors.errors import Refused
from connectors.platforms.http import Limits, Transport, refuse
from connectors.platforms.opening import Variables
from connectors.policy.clauses import Processor as Named
from connectors.processors.base import Copy, Standing

_PLACE = "Acme"
_transport = Transport(Limits(seconds=1.5))


class Unsubscribed(Refused):
    """The person has unsubscribed there."""


class Acme:
    """A processor that puts, deletes and looks; its name and title are the test's."""

    required: Mapping[str, str] = {"origin": "ACME_ORIGIN", "token": "ACME_TOKEN"}

    def __init__(self, name: str, title: Named) -> None:
        self.name, self.title = name, title

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        return {field: variables.text(variable, "") for field, variable in self.required.items()}

    def place(self, setup: Mapping[str, Any]) -> str:
        return str(setup.get("place", ""))

    def share(self, copy: Copy, leaves: Mapping[str, Any], setup: Mapping[str, Any]) -> str:
        body = json.dumps(leaves, default=lambda each: each.hex() if isinstance(each, bytes) else str(each))
        answer = _transport.call("PUT", self._url(copy, setup), place=_PLACE, body=body.encode())
        if answer.status == 409:
            raise Unsubscribed
        refuse(answer, _PLACE)
        return f"acme-{copy.epoch}"

    def erase(self, copy: Copy, setup: Mapping[str, Any]) -> None:
        answer = _transport.call("DELETE", self._url(copy, setup), place=_PLACE)
        if answer.status != 404:
            refuse(answer, _PLACE)

    def confirm(self, copy: Copy, setup: Mapping[str, Any]) -> Standing:
        answer = _transport.call("GET", self._url(copy, setup), place=_PLACE)
        if answer.status == 404:
            return Standing.ABSENT
        refuse(answer, _PLACE)
        return Standing.LEAVING if answer.status == 203 else Standing.PRESENT

    def _url(self, copy: Copy, setup: Mapping[str, Any]) -> str:
        return f"{setup['origin']}/copies/{self.name}-{copy.name}"
