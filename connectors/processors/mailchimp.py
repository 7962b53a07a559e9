"""Mailchimp: one member of the newsletter's audience, found by a tag that is our name for the copy.

    share      tag the member or add it tagged, update it, forget the one of an address before
    erase      the tag's members, delete each for good, delete the tag
    confirm    the tag, and the member by Mailchimp's own id

A member's id is a hash of the e-mail address, which is gone when a store is erased and must not be kept: so
the tag is put on before anything else is given, and Mailchimp's `contact_id`, which says nothing, is what is
remembered. A plain delete only archives; `delete-permanent` cannot be undone, and the address cannot be added
again by us: its owner must subscribe by the newsletter's form. A member that bears the tag of another store
too, of the same merchant, loses our tag and the merchant's name, and stays.
https://mailchimp.com/developer/marketing/api/list-members/
https://mailchimp.com/developer/marketing/api/list-member-tags/
https://mailchimp.com/developer/marketing/api/lists-tags-search/
"""

import base64
import re
from collections.abc import Mapping
from hashlib import md5
from typing import Any, Final
from urllib.parse import urlencode

from connectors.errors import BadAnswer, Refused, Unavailable
from connectors.platforms.http import Answer, refuse
from connectors.platforms.opening import Variables
from connectors.policy.clauses import Processor as Named
from connectors.processors.base import Copy, Standing
from connectors.processors.line import FIELDS, Line, blank, fields_of, mapped, said, text

PLACE: Final = "Mailchimp"
EMAIL: Final = "StoreInfo.email"
_KEY: Final = re.compile(r"[0-9A-Za-z]+-([a-z]{2,4}[0-9]{1,3})")
_OURS: Final = re.compile(r"st_[a-z0-9]{1,40}-[0-9]{1,10}")
_ID: Final = re.compile(r"[0-9A-Za-z]{1,64}")
_EXISTS: Final = "Member Exists"
_ALL: Final = {"include_cleaned": "true", "include_transactional": "true", "include_unsubscribed": "true"}
# https://mailchimp.com/developer/marketing/docs/errors/
_FINAL: Final[Mapping[str, str]] = {
    "Forgotten Email Not Subscribed": (
        "this e-mail address was deleted from the newsletter for good; "
        "only its owner can subscribe again, by the newsletter's form"
    ),
    "Member In Compliance State": (
        "whoever has this e-mail address has unsubscribed; "
        "only its owner can subscribe again, by the newsletter's form"
    ),
    "Invalid Resource": "this e-mail address is not taken",
}
# Only what is known is repeated: a title is words, as a name is.
_TITLES: Final = frozenset(
    {
        *_FINAL,
        _EXISTS,
        "API Key Invalid",
        "API Key Missing",
        "Bad Request",
        "Compliance Related",
        "Forbidden",
        "Invalid Action",
        "JSON Parse Error",
        "Method Not Allowed",
        "Resource Not Found",
        "User Disabled",
        "Wrong Datacenter",
    }
)


class Mailchimp:
    """One member of an audience."""

    name: str = "mailchimp"
    title: Named = Named.MAILCHIMP
    required: Mapping[str, str] = {
        "key": "MAILCHIMP_KEY",
        "audience": "MAILCHIMP_AUDIENCE",
        "origin": "MAILCHIMP_ORIGIN",
    }

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return what the settings say of it; all fields empty where it is off.

        Without MAILCHIMP_ORIGIN the datacentre is what stands behind the key's dash.
        """
        key = variables.secret("MAILCHIMP_KEY", "")
        audience = variables.matching("MAILCHIMP_AUDIENCE", r"[0-9A-Za-z]*", "")
        fields = fields_of(variables.matching("MAILCHIMP_FIELDS", FIELDS, "StoreInfo.owner_name=FNAME"))
        match = _KEY.fullmatch(key)
        origin = f"https://{match[1]}.api.mailchimp.com" if match else ""
        if variables.text("MAILCHIMP_ORIGIN", ""):
            origin = variables.origin("MAILCHIMP_ORIGIN", None, insecure=insecure)
        return {"key": key, "audience": audience, "origin": origin, "fields": fields if key else ""}

    def place(self, setup: Mapping[str, Any]) -> str:
        """Return datacentre and audience."""
        return " ".join((setup["origin"], setup["audience"]))

    def share(self, copy: Copy, leaves: Mapping[str, Any], setup: Mapping[str, Any]) -> str:
        """Subscribe the address under our tag; returns Mailchimp's contact id, which is no hash of it.

        Raises Refused where there is no address, and for one that was deleted or unsubscribed for good.
        """
        email = leaves.get(EMAIL)
        if not email:
            self.erase(copy, setup)
            raise Refused(f"{PLACE}: the store has no e-mail address")
        audience = _Audience(setup)
        filled = {field: value or "" for field, value in mapped(leaves, setup["fields"]).items()}
        member = {"email_address": email, "merge_fields": filled}
        contact = audience.add(copy, _hashed(email), member)
        for each in audience.tagged(copy):
            if each != _hashed(email):
                audience.forget(each, copy)
        return contact

    def erase(self, copy: Copy, setup: Mapping[str, Any]) -> None:
        """Delete every member under our tag for good, then the tag."""
        audience = _Audience(setup)
        for each in audience.held(copy):
            audience.forget(each, copy)
        for tag in audience.tags(copy):
            _refuse_unless_absent(audience.ask("DELETE", f"/segments/{tag}"))

    def confirm(self, copy: Copy, setup: Mapping[str, Any]) -> Standing:
        """Look for the tag, and for the member by its contact id."""
        audience = _Audience(setup)
        there = audience.tags(copy) or audience.held(copy)
        return Standing.PRESENT if there else Standing.ABSENT


class _Audience:
    """One audience."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        word = base64.b64encode(f"minta:{setup['key']}".encode()).decode()
        self._line = Line(PLACE, setup["origin"], {"Authorization": f"Basic {word}"})
        self._root = f"/3.0/lists/{setup['audience']}"
        self._fields = sorted(set(setup["fields"].values()))

    def ask(self, method: str, path: str, body: Any = None, *, again: bool | None = None) -> Answer:
        """Ask something of the audience."""
        return self._line.ask(method, self._root + path, body, again=again)

    def add(self, copy: Copy, member_id: str, member: Mapping[str, Any]) -> str:
        """Tag a member that is there and update it, or add it tagged; returns its contact id."""
        tagged = self._tag(member_id, copy, "active")
        # What is required of a person who fills in the form is not required of us.
        if tagged.status == 404:
            new = {**member, "status": "subscribed", "tags": [copy.name]}
            answer = self.ask("POST", "/members?skip_merge_validation=true", new)
            if _title(answer) == _EXISTS:
                raise Unavailable(f"{PLACE}: the member came meanwhile")
        else:
            _refuse(tagged)
            # Who has unsubscribed stays so: the status is of new members alone.
            known = {**member, "status_if_new": "subscribed"}
            answer = self.ask("PUT", f"/members/{member_id}?skip_merge_validation=true", known)
        _refuse(answer)
        told = said(answer, PLACE)
        contact = told.get("contact_id", "") if isinstance(told, dict) else ""
        return contact if isinstance(contact, str) and _ID.fullmatch(contact) else ""

    def tags(self, copy: Copy) -> list[int]:
        """Return the tags of this very name: Mailchimp finds all that begin with it."""
        answer = self.ask("GET", f"/tag-search?{urlencode({'name': copy.name})}")
        _refuse(answer)
        try:
            return [int(each["id"]) for each in said(answer, PLACE)["tags"] if each["name"] == copy.name]
        except (KeyError, TypeError, ValueError):
            raise BadAnswer(f"{PLACE}: an answer without its tags") from None

    def tagged(self, copy: Copy) -> list[str]:
        """Return the ids of the members under the tag, whatever their status."""
        found = []
        for tag in self.tags(copy):
            asked = urlencode({"count": 1000, "fields": "members.id", **_ALL})
            answer = self.ask("GET", f"/segments/{tag}/members?{asked}")
            if answer.status == 404:
                continue
            _refuse(answer)
            try:
                found += [_member_id(each["id"]) for each in said(answer, PLACE)["members"]]
            except (KeyError, TypeError):
                raise BadAnswer(f"{PLACE}: an answer without its members") from None
        return found

    def held(self, copy: Copy) -> list[str]:
        """Return the ids of all members of this copy: an archived one is under no tag, and has it still."""
        found = self.tagged(copy)
        if _ID.fullmatch(copy.remote_id):
            known, tags = self._member(copy.remote_id)
            if copy.name in tags and known not in found:
                found.append(known)
        return found

    def forget(self, member_id: str, copy: Copy) -> None:
        """Delete a member for good; one that is another store's too loses our tag and the merchant's name."""
        known, tags = self._member(member_id)
        if not known:
            return
        if any(_OURS.fullmatch(tag) and tag != copy.name for tag in tags):
            emptied = {"merge_fields": blank(self._fields, "")}
            _refuse(self.ask("PATCH", f"/members/{known}?skip_merge_validation=true", emptied))
            _refuse_unless_absent(self._tag(known, copy, "inactive"))
        else:
            forgotten = self.ask("POST", f"/members/{known}/actions/delete-permanent", again=True)
            _refuse_unless_absent(forgotten)

    def _member(self, member_id: str) -> tuple[str, list[str]]:
        """Return id and tags of a member, by any id of it; an empty id where there is none."""
        answer = self.ask("GET", f"/members/{member_id}?fields=id,tags")
        if answer.status == 404:
            return "", []
        _refuse(answer)
        try:
            told = said(answer, PLACE)
            return _member_id(told["id"]), [str(each["name"]) for each in told["tags"]]
        except (KeyError, TypeError):
            raise BadAnswer(f"{PLACE}: an answer that is no member") from None

    def _tag(self, member_id: str, copy: Copy, status: str) -> Answer:
        tags = {"tags": [{"name": copy.name, "status": status}], "is_syncing": True}
        return self.ask("POST", f"/members/{member_id}/tags", tags, again=True)


def _hashed(email: str) -> str:
    """Return the id that Mailchimp gives the member of an address."""
    return md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def _member_id(value: object) -> str:
    """Return an id that may stand in an address."""
    found = text(value, PLACE)
    if not _ID.fullmatch(found):
        raise BadAnswer(f"{PLACE}: an id that is none")
    return found


def _title(answer: Answer) -> str:
    """Return the title of a problem, which repeats nothing; of a body that is none, nothing."""
    if answer.status < 400:
        return ""
    try:
        title = said(answer, PLACE)["title"]
    except (BadAnswer, KeyError, TypeError):
        return ""
    return title if isinstance(title, str) and title in _TITLES else ""


def _refuse(answer: Answer) -> None:
    title = _title(answer)
    if answer.status == 400 and title in _FINAL:
        raise Refused(f"{PLACE}: {_FINAL[title]}")
    if title and answer.status in (400, 404, 405):
        raise BadAnswer(f"{PLACE} answered {answer.status}: {title}")
    refuse(answer, PLACE)


def _refuse_unless_absent(answer: Answer) -> None:
    if answer.status != 404:
        _refuse(answer)
