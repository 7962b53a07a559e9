"""Salesforce, as far as one custom object goes: OAuth, REST, the recycle bin, SOAP's emptyRecycleBin.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_emptyrecyclebin.htm
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.processors.servers.base import Asked, Says, Server

CLIENT_ID = "3MVG9.salesforce-client-id"
SECRET = "salesforce-secret-0123456789ABCDEF"
SOBJECT, EXTERNAL_ID, VERSION = "Minta_Store__c", "Minta_Copy__c", "66.0"
FIELDS = {
    *("Store_Id__c", "Store_Name__c", "Email__c", "Domain__c", "Primary_Domain__c", "Country__c"),
    *("Country_Code__c", "State__c", "State_Code__c", "Address_1__c", "Address_2__c", "Zip_Code__c"),
    *("City__c", "Phone__c", "Store_Created_At__c", "Owner_Name__c"),
}
_QUERY = re.compile(
    rf"SELECT Id, IsDeleted FROM {SOBJECT} WHERE {EXTERNAL_ID} = '([^'\\]*)'"  # noqa: S608 # a pattern
)
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_URN = "{urn:partner.soap.sforce.com}"


@dataclass
class Record:
    """One record; `deleted_at` since it is in the bin, `emptied_at` since it is out of that."""

    id: str
    name: str
    fields: dict[str, Any] = field(default_factory=dict)
    deleted_at: datetime | None = None
    emptied_at: datetime | None = None


class SalesforceServer(Server):
    """One org. `locked` counts the writes that find a row locked; `limited`: no request is left today."""

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, Record] = {}
        self.tokens: set[str] = set()
        self.locked = 0
        self.limited = False
        self.may_empty = True
        self.required: set[str] = set()
        self._made = 0

    def values(self) -> list[str]:
        return [
            str(value)
            for each in self.records.values()
            for value in each.fields.values()
            if value is not None
        ]

    def tick(self) -> None:
        for each in list(self.records.values()):
            emptied = each.emptied_at and self.now - each.emptied_at >= timedelta(hours=24)
            old = each.deleted_at and self.now - each.deleted_at >= timedelta(days=15)
            if emptied or old:
                del self.records[each.id]

    def throttled(self) -> Says:
        return _errors("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403)

    def unauthorized(self) -> Says:
        return _errors("INVALID_SESSION_ID", "Session expired or invalid", 401)

    def end_sessions(self) -> None:
        """Let every token that was given out run out."""
        with self._state:
            self.tokens.clear()

    def living(self) -> list[Record]:
        """Return the records that a person would see."""
        return [each for each in self.records.values() if each.deleted_at is None]

    def restore(self, name: str) -> bool:
        """Let a person take a record out of the bin; tells whether there was one."""
        binned = [each for each in self.records.values() if each.name == name and each.deleted_at]
        found = [each for each in binned if not each.emptied_at]
        for each in found:
            each.deleted_at = None
        return bool(found)

    def answer(self, asked: Asked) -> Says:
        if asked.path == "/services/oauth2/token":
            return self._token(asked)
        if asked.path == f"/services/Soap/u/{VERSION}":
            return self._soap(asked)
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if scheme not in ("Bearer", "OAuth") or token not in self.tokens:
            return self.unauthorized()
        if self.limited:
            return self.throttled()
        place = asked.path.removeprefix(f"/services/data/v{VERSION}/").split("/")
        match (asked.method, place):
            case ("GET", ["queryAll"]):
                return self._query(asked)
            case ("PATCH", ["sobjects", sobject, key, name]) if (sobject, key) == (SOBJECT, EXTERNAL_ID):
                return self._write(asked, lambda said: self._upsert(name, said))
            case ("PATCH", ["sobjects", sobject, each]) if sobject == SOBJECT:
                return self._write(asked, lambda said: self._update(each, said))
            case ("DELETE", ["sobjects", sobject, each]) if sobject == SOBJECT:
                return self._write(None, lambda _: self._delete(each))
        return _errors("NOT_FOUND", "The requested resource does not exist", 404)

    def _token(self, asked: Asked) -> Says:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if asked.method != "POST" or form.get("grant_type") != "client_credentials":
            return _oauth("unsupported_grant_type", "grant type not supported")
        if form.get("client_id") != CLIENT_ID:
            return _oauth("invalid_client_id", "client identifier invalid")
        if form.get("client_secret") != SECRET:
            return _oauth("invalid_client", "invalid client credentials")
        self._made += 1
        token = f"00D000000000001!token.of.salesforce.{self._made:04}"
        self.tokens.add(token)
        # Where the token is good for, as it says; whoever believes that sends it to anybody.
        return Says(
            {"access_token": token, "instance_url": "https://elsewhere.example", "token_type": "Bearer"}
        )

    def _query(self, asked: Asked) -> Says:
        match = _QUERY.fullmatch(asked.query.get("q", ""))
        if match is None:
            return _errors("MALFORMED_QUERY", "unexpected token", 400)
        found = [
            {"Id": each.id, "IsDeleted": each.deleted_at is not None}
            for each in self.records.values()
            if each.name == match[1]
        ]
        return Says({"totalSize": len(found), "done": True, "records": found})

    def _write(self, asked: Asked | None, do: Any) -> Says:
        if self.locked:
            self.locked -= 1
            return _errors("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", 400)
        said = asked.said() if asked else {}
        if not isinstance(said, dict):
            return _errors("JSON_PARSER_ERROR", "Unexpected character", 400)
        for name in said:
            if name not in FIELDS:
                message = f"No such column '{name}' on sobject of type {SOBJECT}"
                return _errors("INVALID_FIELD", message, 400)
        for name in self.required & said.keys():
            if said[name] is None:
                return _errors("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{name}]", 400)
        email = said.get("Email__c")
        if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", str(email)):
            return _errors("INVALID_EMAIL_ADDRESS", f"Email: invalid email address: {email}", 400)
        says: Says = do(said)
        return says

    def _upsert(self, name: str, said: dict[str, Any]) -> Says:
        known = next((each for each in self.living() if each.name == name), None)
        if known is None:
            self._made += 1
            known = Record(f"a01000000000{self._made:03}AAA", name)
            self.records[known.id] = known
            known.fields.update(said)
            return Says({"id": known.id, "success": True, "errors": [], "created": True}, 201)
        known.fields.update(said)
        return Says({"id": known.id, "success": True, "errors": [], "created": False})

    def _update(self, record_id: str, said: dict[str, Any]) -> Says:
        known = self.records.get(record_id)
        if known is None or known.deleted_at:
            return _errors("ENTITY_IS_DELETED", "entity is deleted", 404)
        known.fields.update(said)
        return Says(None, 204)

    def _delete(self, record_id: str) -> Says:
        known = self.records.get(record_id)
        if known is None or known.deleted_at:
            return _errors("ENTITY_IS_DELETED", "entity is deleted", 404)
        known.deleted_at = self.now
        return Says(None, 204)

    def _soap(self, asked: Asked) -> Says:
        if "soapaction" not in asked.headers or "text/xml" not in asked.headers.get("content-type", ""):
            return _fault("UNKNOWN_EXCEPTION", "SOAPAction HTTP header missing")
        envelope = ElementTree.fromstring(asked.body)  # noqa: S314 # what our own tests have sent
        if envelope.findtext(f"{_SOAP}Header/{_URN}SessionHeader/{_URN}sessionId") not in self.tokens:
            return _fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader")
        ids = [each.text or "" for each in envelope.findall(f"{_SOAP}Body/{_URN}emptyRecycleBin/{_URN}ids")]
        if not ids or len(ids) > 200:
            return _fault("EXCEEDED_ID_LIMIT", "record limit reached")
        results = "".join(f"<result>{self._emptied(each)}</result>" for each in ids)
        return _soap(f"<emptyRecycleBinResponse>{results}</emptyRecycleBinResponse>", 200)

    def _emptied(self, record_id: str) -> str:
        known = self.records.get(record_id)
        code = ""
        if not self.may_empty:
            code = "INSUFFICIENT_ACCESS_OR_READONLY"
        elif known is None or not known.deleted_at or known.emptied_at:
            code = "UNDELETE_FAILED"
        else:
            known.emptied_at = self.now
        if not code:
            return f"<id>{escape(record_id)}</id><success>true</success>"
        return (
            f"<errors><message>no</message><statusCode>{code}</statusCode></errors><success>false</success>"
        )


def _errors(code: str, message: str, status: int) -> Says:
    return Says([{"message": message, "errorCode": code}], status)


def _oauth(error: str, description: str) -> Says:
    return Says({"error": error, "error_description": description}, 400)


def _fault(code: str, message: str) -> Says:
    fault = f"<faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring>"
    return _soap(f"<soapenv:Fault>{fault}</soapenv:Fault>", 500)


def _soap(body: str, status: int) -> Says:
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
        ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"'
        ' xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body>'
        f"{body}</soapenv:Body></soapenv:Envelope>"
    )
    return Says(envelope.encode(), status, {"Content-Type": "text/xml;charset=utf-8"})
