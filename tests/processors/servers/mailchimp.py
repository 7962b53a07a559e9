"""One audience at Mailchimp: members, tags, and addresses that were forgotten for good.

https://mailchimp.com/developer/marketing/api/list-members/
https://mailchimp.com/developer/marketing/docs/errors/
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from tests.processors.servers.base import Asked, Says, Server

KEY = "0123456789abcdef0123456789abcdef-us21"
AUDIENCE = "26d8e9db1e"
_PUT = {"email_address", "status_if_new", "status", "merge_fields"}
_POST = {"email_address", "status", "merge_fields", "tags"}
_STATUSES = {"subscribed", "unsubscribed", "cleaned", "pending", "transactional"}


@dataclass
class Member:
    """One member; an archived one is in no tag's list, and keeps its tags."""

    email: str
    status: str
    contact_id: str
    merge_fields: dict[str, str] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The hash of its address."""
        return hash_of(self.email)


def hash_of(email: str) -> str:
    """Return the id of the member of an address."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


class MailchimpServer(Server):
    """One audience. `forgotten`, `left`: hashes of who was deleted for good, and of who has left."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, Member] = {}
        self.tags: dict[int, str] = {}
        self.forgotten: set[str] = set()
        self.left: set[str] = set()
        self.merge_fields = {"FNAME", "LNAME"}
        self._made = 0

    def values(self) -> list[str]:
        known = self.members.values()
        return [value for each in known for value in (each.email, *each.merge_fields.values()) if value]

    def throttled(self) -> Says:
        problem = _problem(
            429, "Too Many Requests", "You have exceeded the limit of 10 simultaneous connections."
        )
        return Says(problem.body, 429, {**problem.headers, "Retry-After": "3"})

    def unauthorized(self) -> Says:
        return _problem(
            401, "API Key Invalid", "Your API key may be invalid, or you've attempted to access wrong."
        )

    def add(self, email: str, status: str = "subscribed", **merge_fields: str) -> Member:
        """Let a person come by the newsletter's form."""
        self._made += 1
        member = Member(email, status, f"c0ffee{self._made:026}", dict(merge_fields))
        self.members[member.id] = member
        return member

    def answer(self, asked: Asked) -> Says:
        scheme, _, word = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or base64.b64decode(word).decode().partition(":")[2] != KEY:
            return self.unauthorized()
        place = asked.path.removeprefix(f"/3.0/lists/{AUDIENCE}/").split("/")
        match (asked.method, place):
            case ("POST", ["members"]):
                return self._post(asked.said())
            case ("GET", ["tag-search"]):
                return self._search(asked.query.get("name", ""))
            case (method, ["segments", tag, *rest]):
                return self._segment(method, int(tag), rest, asked)
            case (method, ["members", member_id, *rest]):
                return self._member(method, member_id, rest, asked.said())
        return _missing()

    def _search(self, name: str) -> Says:
        found = [
            {"id": tag, "name": known}
            for tag, known in self.tags.items()
            if known.lower().startswith(name.lower())
        ]
        return Says({"tags": found, "total_items": len(found)})

    def _segment(self, method: str, tag: int, rest: list[str], asked: Asked) -> Says:
        name = self.tags.get(tag)
        if name is None:
            return _missing()
        if (method, rest) == ("DELETE", []):
            del self.tags[tag]
            for each in self.members.values():
                each.tags.discard(name)
            return Says(None, 204)
        if (method, rest) != ("GET", ["members"]):
            return _missing()
        shown = {"subscribed", "pending"}
        for status in ("cleaned", "transactional", "unsubscribed"):
            if asked.query.get(f"include_{status}") == "true":
                shown.add(status)
        found = [each for each in self.members.values() if name in each.tags and each.status in shown]
        page = found[: int(asked.query.get("count", "10"))]
        return Says({"members": [{"id": each.id} for each in page]})

    def _found(self, member_id: str) -> Member | None:
        by_contact = {each.contact_id: each for each in self.members.values()}
        return self.members.get(member_id) or by_contact.get(member_id)

    def _member(self, method: str, member_id: str, rest: list[str], said: Any) -> Says:
        known = self._found(member_id)
        if (method, rest) == ("PUT", []):
            return self._put(member_id, known, said)
        if known is None:
            return _missing()
        match (method, rest):
            case ("GET", []):
                return self._shown(known)
            case ("PATCH", []):
                return self._fill(known, said, {"merge_fields"})
            case ("POST", ["tags"]):
                return self._tag(known, said)
            case ("POST", ["actions", "delete-permanent"]):
                del self.members[known.id]
                self.forgotten.add(known.id)
                return Says(None, 204)
        return _missing()

    def _wrong(self, said: Any, may: set[str]) -> Says | None:
        if not isinstance(said, dict) or said.keys() - may:
            return _problem(400, "Invalid Resource", "The resource submitted could not be validated.")
        if said.get("merge_fields", {}).keys() - self.merge_fields:
            return _problem(400, "Invalid Resource", "Your merge fields were invalid.")
        email = said.get("email_address", "a@b.example")
        if "@" not in email or email.endswith("@fake"):
            return _problem(400, "Invalid Resource", f"{email} looks fake or invalid.")
        member_id = hash_of(email)
        if member_id in self.forgotten:
            detail = f"{email} was permanently deleted and cannot be re-imported."
            return _problem(400, "Forgotten Email Not Subscribed", detail)
        if member_id in self.left:
            return _problem(400, "Member In Compliance State", f"{email} is already a list member.")
        return None

    def _post(self, said: Any) -> Says:
        wrong = self._wrong(said, _POST)
        if wrong is not None:
            return wrong
        if said.get("status") not in _STATUSES:
            return _problem(400, "Invalid Resource", "status: none of those")
        if hash_of(said["email_address"]) in self.members:
            return _problem(400, "Member Exists", f"{said['email_address']} is already a list member.")
        known = self.add(said["email_address"], said["status"], **said.get("merge_fields", {}))
        for tag in said.get("tags", []):
            self._put_on(known, tag)
        return self._shown(known)

    def _put(self, member_id: str, known: Member | None, said: Any) -> Says:
        wrong = self._wrong(said, _PUT)
        if wrong is not None:
            return wrong
        if known is not None and said.get("status", known.status) != known.status:
            return _problem(400, "Member In Compliance State", f"{known.email} cannot be subscribed.")
        if known is None and member_id != hash_of(said["email_address"]):
            return _missing()
        if known is None:
            known = self.add(said["email_address"], said["status_if_new"])
        return self._fill(known, said, _PUT)

    def _fill(self, known: Member, said: Any, may: set[str]) -> Says:
        wrong = self._wrong(said, may)
        if wrong is None:
            known.merge_fields.update(said.get("merge_fields", {}))
        return wrong or self._shown(known)

    def _tag(self, known: Member, said: Any) -> Says:
        for each in said["tags"]:
            if each["status"] == "active":
                self._put_on(known, each["name"])
            else:
                known.tags.discard(each["name"])
        return Says(None, 204)

    def _put_on(self, known: Member, tag: str) -> None:
        known.tags.add(tag)
        if tag not in self.tags.values():
            self._made += 1
            self.tags[self._made] = tag

    def _shown(self, known: Member) -> Says:
        numbers = {name: tag for tag, name in self.tags.items()}
        whole = {"id": known.id, "email_address": known.email, "contact_id": known.contact_id}
        tags = [{"id": numbers[name], "name": name} for name in sorted(known.tags)]
        return Says({**whole, "status": known.status, "merge_fields": known.merge_fields, "tags": tags})


def _missing() -> Says:
    return _problem(404, "Resource Not Found", "The requested resource could not be found.")


def _problem(status: int, title: str, detail: str) -> Says:
    kind = "https://mailchimp.com/developer/marketing/docs/errors/"
    body = {"type": kind, "title": title, "status": status, "detail": detail, "instance": "0001"}
    return Says(body, status, {"Content-Type": "application/problem+json; charset=utf-8"})
