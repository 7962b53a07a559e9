"""Intercom: one contact for each store, found by its external id.

    share      find by external id, create or update
    erase      find, blank, delete: by the external id and by Intercom's own
    confirm    find: by the external id and by Intercom's own

Intercom keeps a deleted contact for 7 days in which only Intercom can bring it back, and shows it to nobody:
no call tells of it. So a contact is blanked before it is deleted, and nothing but our own name is in there.
An archived contact is found by Intercom's id alone. No company is made: those can only be archived, never
deleted; no conversation is opened. The index that searches is behind its contacts by seconds, so a contact
is found by its external id and not searched for.
https://developers.intercom.com/docs/references/2.14/rest-api/api.intercom.io/contacts
https://developers.intercom.com/docs/references/2.3/rest-api/contacts/delete-contact
"""

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, Final

from connectors.errors import BadAnswer, Refused, Throttled, Unavailable
from connectors.platforms.http import LONGEST_WAIT_SECONDS, Answer, refuse
from connectors.platforms.opening import Variables
from connectors.policy.clauses import Processor as Named
from connectors.processors.base import Copy, Standing
from connectors.processors.line import FIELDS, Line, blank, fields_of, mapped, named, said, text

PLACE: Final = "Intercom"
VERSION: Final = "2.14"
_FIELDS: Final = (
    "StoreInfo.owner_name=name,StoreInfo.email=email,StoreInfo.phone=phone,"
    "StoreInfo.name=store_name,StoreInfo.domain=store_domain"
)
#: Fields of every contact; all others are the workspace's own.
_GIVEN: Final = frozenset({"name", "email", "phone"})
_CONFLICTING: Final = re.compile(r"\bid=([0-9A-Za-z]{1,64})\b")
_WORKSPACE: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_ID: Final = re.compile(r"[0-9A-Za-z-]{1,64}")


class Merged(BadAnswer):
    """A person has merged the contact into another one, which must be erased by hand."""


class Intercom:
    """One contact."""

    name: str = "intercom"
    title: Named = Named.INTERCOM
    required: Mapping[str, str] = {"token": "INTERCOM_TOKEN"}

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return what the settings say of it; all fields empty where it is off."""
        token = variables.secret("INTERCOM_TOKEN", "")
        told = {
            "origin": variables.origin("INTERCOM_ORIGIN", "https://api.intercom.io", insecure=insecure),
            "fields": fields_of(variables.matching("INTERCOM_FIELDS", FIELDS, _FIELDS)),
        }
        return {"token": token, **(told if token else blank(told, ""))}

    def place(self, setup: Mapping[str, Any]) -> str:
        """Return origin and workspace: a token does not tell of which it is, and may be renewed."""
        return f"{setup['origin']} {_workspaces.get(setup)}"

    def share(self, copy: Copy, leaves: Mapping[str, Any], setup: Mapping[str, Any]) -> str:
        """Create or update the contact; returns Intercom's id of it.

        Raises Refused where another contact has its e-mail address: it is not ours to change or to erase.
        """
        line = _line(setup)
        fields = _shaped(mapped(leaves, setup["fields"]))
        known = _by_name(line, copy)
        if not known:
            answer = line.ask("POST", "/contacts", _new(copy, fields))
            if answer.status != 409:
                _refuse(answer)
                return _contact_id(said(answer, PLACE))
            known = _in_the_way(line, copy, answer)
        answer = line.ask("PUT", f"/contacts/{known}", fields)
        _refuse(answer)
        return _contact_id(said(answer, PLACE))

    def erase(self, copy: Copy, setup: Mapping[str, Any]) -> None:
        """Blank the contact and delete it; one that was archived too."""
        line = _line(setup)
        cleared = _shaped(blank(sorted(set(setup["fields"].values()))))
        for each in _ids(line, copy):
            blanked = line.ask("PUT", f"/contacts/{each}", cleared)
            # Archived, gone meanwhile, or a field that must not be empty: it is deleted all the same.
            with suppress(Refused, BadAnswer):
                _refuse(blanked)
            answer = line.ask("DELETE", f"/contacts/{each}")
            if not _is_absent(answer):
                _refuse(answer)

    def confirm(self, copy: Copy, setup: Mapping[str, Any]) -> Standing:
        """Look for it, archived too."""
        return Standing.PRESENT if _ids(_line(setup), copy) else Standing.ABSENT


class _Workspaces:
    """The workspace of each token, in memory: a token is never moved to another."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}

    def get(self, setup: Mapping[str, Any]) -> str:
        """Return the workspace's id; asks once.

        https://developers.intercom.com/docs/references/rest-api/api.intercom.io/admins/identifyadmin
        """
        asked = sha256(f"{setup['origin']} {setup['token']}".encode()).digest()
        if asked not in self._known:
            self._known[asked] = _workspace(_line(setup))
        return self._known[asked]


_workspaces: Final = _Workspaces()


def _workspace(line: Line) -> str:
    answer = line.ask("GET", "/me")
    _refuse(answer)
    try:
        found = text(said(answer, PLACE)["app"]["id_code"], PLACE)
    except (KeyError, TypeError):
        raise BadAnswer(f"{PLACE}: an answer that names no workspace") from None
    if not _WORKSPACE.fullmatch(found):
        raise BadAnswer(f"{PLACE}: an id that is none")
    return found


def _line(setup: Mapping[str, Any]) -> Line:
    headers = {"Authorization": f"Bearer {setup['token']}", "Intercom-Version": VERSION}
    return Line(PLACE, setup["origin"], headers)


def _shaped(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as a contact has them: the workspace's own apart."""
    own = {field: value for field, value in fields.items() if field not in _GIVEN}
    shaped = {field: value for field, value in fields.items() if field in _GIVEN}
    return {**shaped, "custom_attributes": own} if own else shaped


def _by_name(line: Line, copy: Copy) -> str:
    """Return Intercom's id of the contact; nothing where there is none."""
    answer = line.ask("GET", f"/contacts/find_by_external_id/{copy.name}")
    contact = _contact(answer)
    if contact is None:
        return ""
    if contact.get("external_id") != copy.name:
        raise BadAnswer(f"{PLACE} found another contact than the one that was asked for")
    return _contact_id(contact)


def _by_id(line: Line, contact_id: str, copy: Copy) -> dict[str, Any] | None:
    """Return the contact of an id if it is this copy's; None where there is none."""
    if not _ID.fullmatch(contact_id):
        return None
    contact = _contact(line.ask("GET", f"/contacts/{contact_id}"))
    return contact if contact is not None and contact.get("external_id") == copy.name else None


def _ids(line: Line, copy: Copy) -> list[str]:
    """Return the ids under which something of a copy is."""
    found = _by_name(line, copy)
    known = copy.remote_id if copy.remote_id != found and _by_id(line, copy.remote_id, copy) else ""
    return [each for each in (found, known) if each]


def _contact(answer: Answer) -> dict[str, Any] | None:
    """Return the contact of an answer, None where it says that there is none; raises Merged."""
    if answer.status == 410:
        raise Merged(f"{PLACE}: a person has merged the contact into another")
    if _is_absent(answer):
        return None
    _refuse(answer)
    contact = said(answer, PLACE)
    if not isinstance(contact, dict):
        raise BadAnswer(f"{PLACE}: an answer that is no contact")
    return contact


def _new(copy: Copy, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contact that is not there yet: of what has no value it says nothing."""
    given = {field: value for field, value in fields.items() if value is not None}
    own = given.pop("custom_attributes", {})
    attributes = {field: value for field, value in own.items() if value is not None}
    named_so = {"role": "user", "external_id": copy.name, **given}
    return {**named_so, "custom_attributes": attributes} if attributes else named_so


def _contact_id(contact: Any) -> str:
    """Return the id of a contact, as it may stand in an address."""
    found = text(contact.get("id") if isinstance(contact, dict) else None, PLACE)
    if not _ID.fullmatch(found):
        raise BadAnswer(f"{PLACE}: an id that is none")
    return found


def _in_the_way(line: Line, copy: Copy, answer: Answer) -> str:
    """Return the id of the contact that a conflict names, if it is ours; out of the archive again."""
    message = _first(answer).get("message")
    match = _CONFLICTING.search(message) if isinstance(message, str) else None
    if match is None:
        raise Unavailable(f"{PLACE}: a conflict that names no contact")
    ours = _by_id(line, match[1], copy)
    if ours is None:
        raise Refused(f"{PLACE} has another contact with this e-mail address")
    if _by_name(line, copy) != match[1]:
        _refuse(line.ask("POST", f"/contacts/{match[1]}/unarchive"))
    return match[1]


def _first(answer: Answer) -> dict[str, Any]:
    """Return the first error of a refusal; of a body that is none, nothing."""
    try:
        first = said(answer, PLACE)["errors"][0]
    except (BadAnswer, KeyError, IndexError, TypeError):
        return {}
    return first if isinstance(first, dict) else {}


def _is_absent(answer: Answer) -> bool:
    """Tell whether Intercom itself says that there is no such contact; any other 404 proves nothing."""
    return answer.status == 404 and _first(answer).get("code") == "not_found"


def _refuse(answer: Answer) -> None:
    if answer.status == 429:
        raise Throttled(f"{PLACE} answered 429", wait_seconds=_wait_seconds(answer))
    code = named(_first(answer).get("code")) if answer.status in (400, 404, 409, 422) else ""
    if answer.status == 409:
        raise Refused(f"{PLACE} has another contact with this e-mail address")
    if code:
        raise BadAnswer(f"{PLACE} answered {answer.status}: {code}")
    refuse(answer, PLACE)


def _wait_seconds(answer: Answer) -> float:
    """Return how long until the window of 10 seconds is over; Intercom says when, not how long."""
    try:
        wait = float(answer.headers.get("x-ratelimit-reset", "")) - time.time()
    except ValueError:
        wait = 0.0
    return min(wait, LONGEST_WAIT_SECONDS) if wait > 0 else 10.0
