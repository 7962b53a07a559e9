"""Intercom's contacts.

https://developers.intercom.com/docs/references/2.14/rest-api/api.intercom.io/contacts
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.processors.servers.base import Asked, Says, Server

TOKEN = "dG9rOmludGVyY29tLXRva2Vu="
VERSIONS = {"2.13", "2.14", "2.15", "2.16"}
_GIVEN = {"name", "email", "phone"}
_MAY = _GIVEN | {"role", "external_id", "custom_attributes"}


@dataclass
class Contact:
    """One contact; `deleted_at` since it is in its grace, where only Intercom finds it."""

    id: str
    external_id: str
    fields: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    archived: bool = False
    deleted_at: datetime | None = None
    merged: bool = False


class IntercomServer(Server):
    """One workspace. `window` is how many seconds from now its limit ends."""

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[str, Contact] = {}
        self.attributes = {"store_name", "store_domain"}
        self.clears = True
        self.window = 7
        self.workspace = "k1r2_minta"
        self._made = 0

    def values(self) -> list[str]:
        held = [{**each.fields, **each.attributes} for each in self.contacts.values()]
        return [str(value) for each in held for value in each.values() if value is not None]

    def tick(self) -> None:
        for each in list(self.contacts.values()):
            if each.deleted_at and self.now - each.deleted_at >= timedelta(days=7):
                del self.contacts[each.id]

    def throttled(self) -> Says:
        reset = str(int(time.time()) + self.window)
        headers = {"X-RateLimit-Limit": "167", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        says = _errors("rate_limit_exceeded", "Exceeded rate limit of 167 in 10_seconds", 429)
        return Says(says.body, says.status, headers)

    def unauthorized(self) -> Says:
        return _errors("unauthorized", "Access Token Invalid", 401)

    def living(self) -> list[Contact]:
        """Return the contacts that a person would see."""
        return [each for each in self.contacts.values() if not each.archived and not each.deleted_at]

    def add(self, external_id: str, **fields: Any) -> Contact:
        """Let somebody else make a contact."""
        self._made += 1
        known = Contact(f"63a07ddf05a32042dffa{self._made:04}", external_id, dict(fields))
        self.contacts[known.id] = known
        return known

    def answer(self, asked: Asked) -> Says:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return self.unauthorized()
        if asked.headers.get("intercom-version") not in VERSIONS:
            return _errors("intercom_version_invalid", "The requested version could not be found", 400)
        match (asked.method, asked.path.strip("/").split("/")):
            case ("GET", ["me"]):
                admin = {"type": "admin", "id": "1", "email": "ops@minta.example"}
                return Says({**admin, "app": {"type": "app", "id_code": self.workspace}})
            case ("POST", ["contacts"]):
                return self._create(asked.said())
            case ("GET", ["contacts", "find_by_external_id", external_id]):
                return self._by_external_id(external_id)
            case ("GET", ["contacts", contact_id]):
                return self._with(contact_id, _shown)
            case ("PUT", ["contacts", contact_id]):
                said = asked.said()
                return self._with(contact_id, lambda known: self._update(known, said))
            case ("DELETE", ["contacts", contact_id]):
                return self._with(contact_id, self._delete)
            case ("POST", ["contacts", contact_id, "unarchive"]):
                return self._with(contact_id, _unarchived)
        return _errors("not_found", "The requested resource was not found", 404)

    def _with(self, contact_id: str, do: Any) -> Says:
        known = self.contacts.get(contact_id)
        if known is None or known.deleted_at:
            return _errors("not_found", "User Not Found", 404)
        says: Says = do(known)
        return says

    def _by_external_id(self, external_id: str) -> Says:
        known = next((each for each in self.living() if each.external_id == external_id), None)
        if known is None:
            return _errors("not_found", "User Not Found", 404)
        if known.merged:
            return Says(None, 410, {"Link": "</contacts/another>; rel=canonical"})
        return _shown(known)

    def _wrong(self, said: Any) -> Says | None:
        if not isinstance(said, dict):
            return _errors("client_error", "The request body could not be parsed as JSON", 400)
        for name in said.keys() - _MAY:
            return _errors("parameter_invalid", f"Unknown parameter {name}", 400)
        for name in said.get("custom_attributes", {}).keys() - self.attributes:
            return _errors("parameter_invalid", f"Custom attribute '{name}' does not exist", 400)
        if not self.clears and None in said.values():
            return _errors("parameter_invalid", "must be a string", 400)
        return None

    def _conflict(self, said: dict[str, Any], own: str = "") -> Says | None:
        for each in self.contacts.values():
            if each.deleted_at or each.id == own:
                continue
            email = said.get("email")
            same = each.external_id == said.get("external_id") or (
                email and each.fields.get("email") == email
            )
            if same:
                article = "An archived contact" if each.archived else "A contact"
                message = f"{article} matching those details already exists with id={each.id}"
                return _errors("conflict", message, 409)
        return None

    def _create(self, said: Any) -> Says:
        wrong = self._wrong(said)
        if wrong is None and not (said.get("email") or said.get("external_id")):
            wrong = _errors("parameter_not_found", "role: either email or external_id", 400)
        wrong = wrong or self._conflict(said)
        if wrong is not None:
            return wrong
        known = self.add(said["external_id"], **{name: said[name] for name in _GIVEN & said.keys()})
        known.attributes.update(said.get("custom_attributes", {}))
        return _shown(known)

    def _update(self, known: Contact, said: Any) -> Says:
        if known.archived:
            return _errors("not_found", "User Not Found", 404)
        wrong = self._wrong(said) or self._conflict(said, known.id)
        if wrong is not None:
            return wrong
        known.fields.update({name: said[name] for name in _GIVEN & said.keys()})
        known.attributes.update(said.get("custom_attributes", {}))
        return _shown(known)

    def _delete(self, known: Contact) -> Says:
        known.deleted_at = self.now
        return Says({"type": "contact", "id": known.id, "external_id": known.external_id, "deleted": True})


def _shown(known: Contact) -> Says:
    whole = {"type": "contact", "id": known.id, "external_id": known.external_id, "role": "user"}
    return Says({**whole, **known.fields, "custom_attributes": known.attributes})


def _unarchived(known: Contact) -> Says:
    known.archived = False
    return Says({"type": "contact", "id": known.id, "external_id": known.external_id, "archived": False})


def _errors(code: str, message: str, status: int) -> Says:
    errors = [{"code": code, "message": message}]
    return Says({"type": "error.list", "request_id": "req0001", "errors": errors}, status)
