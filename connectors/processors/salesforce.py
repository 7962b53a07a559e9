"""Salesforce: one record of a custom object for each store, found by an external id field.

    share      token, upsert by the external id
    erase      queryAll, blank, delete, empty the recycle bin
    confirm    queryAll: nothing, deleted only, or a living record

A delete only moves a record to the recycle bin, for 15 days. It leaves the bin by the SOAP call
`emptyRecycleBin` and not by a hard delete of Bulk API 2: that one needs a permission which lets a user
destroy anything without a trace, and is a job to be polled. Salesforce shows an emptied record in queryAll
for about 24 hours more, so that a copy is LEAVING that long; its fields were blanked before. A custom object
and no Account: an Account takes its contacts along when it goes, and cannot go while cases are open.
https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_emptyrecyclebin.htm
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm
"""

import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    GrantRevoked,
    MintaError,
    Refused,
    Throttled,
    Unavailable,
)
from connectors.platforms.http import LONGEST_WAIT_SECONDS, Answer, refuse
from connectors.platforms.opening import Variables
from connectors.policy.clauses import Processor as Named
from connectors.processors.base import Copy, Standing
from connectors.processors.line import FIELDS, Line, blank, fields_of, mapped, named, said, text

PLACE: Final = "Salesforce"
_FIELDS: Final = (
    "StoreInfo.store_id=Store_Id__c,StoreInfo.name=Store_Name__c,StoreInfo.email=Email__c,"
    "StoreInfo.domain=Domain__c,StoreInfo.primary_domain=Primary_Domain__c,"
    "StoreInfo.address.country=Country__c,StoreInfo.address.country_code=Country_Code__c,"
    "StoreInfo.address.state=State__c,StoreInfo.address.state_code=State_Code__c,"
    "StoreInfo.address.address1=Address_1__c,StoreInfo.address.address2=Address_2__c,"
    "StoreInfo.address.zip_code=Zip_Code__c,StoreInfo.address.city=City__c,StoreInfo.phone=Phone__c,"
    "StoreInfo.created_at=Store_Created_At__c,StoreInfo.owner_name=Owner_Name__c"
)
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,120}")
_RECORD: Final = re.compile(r"[A-Za-z0-9]{15,18}")
#: How many ids the recycle bin is emptied of by one call.
_BIN: Final = 200
_EXPIRED: Final = "INVALID_SESSION_ID"
# https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
_AGAIN: Final = frozenset(
    {"UNABLE_TO_LOCK_ROW", "DUPLICATE_VALUE", "SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION"}
)
_UNFIT: Final = frozenset(
    {
        "INVALID_EMAIL_ADDRESS",
        "STRING_TOO_LONG",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "REQUIRED_FIELD_MISSING",
        "DUPLICATES_DETECTED",
    }
)
_GONE: Final = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY"})
_SOAP: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:urn="urn:partner.soap.sforce.com"><soapenv:Header><urn:SessionHeader><urn:sessionId>{token}'
    "</urn:sessionId></urn:SessionHeader></soapenv:Header><soapenv:Body><urn:emptyRecycleBin>{ids}"
    "</urn:emptyRecycleBin></soapenv:Body></soapenv:Envelope>"
)
_CODES: Final = re.compile(rb"<(?:\w+:)?(?:faultcode|statusCode)>(?:\w+:)?([A-Z_]{1,60})</")


class Salesforce:
    """One record of the store."""

    name: str = "salesforce"
    title: Named = Named.SALESFORCE
    required: Mapping[str, str] = {
        "origin": "SALESFORCE_ORIGIN",
        "client_id": "SALESFORCE_CLIENT_ID",
        "client_secret": "SALESFORCE_CLIENT_SECRET",
    }

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return what the settings say of it; all fields empty where it is off."""
        client_id = variables.text("SALESFORCE_CLIENT_ID", "")
        secret = variables.secret("SALESFORCE_CLIENT_SECRET", "")
        origin = ""
        if variables.text("SALESFORCE_ORIGIN", ""):
            origin = variables.origin("SALESFORCE_ORIGIN", None, insecure=insecure)
        told = {
            "sobject": variables.matching("SALESFORCE_OBJECT", r"[A-Za-z][A-Za-z0-9_]*", "Minta_Store__c"),
            "external_id": variables.matching(
                "SALESFORCE_EXTERNAL_ID", r"[A-Za-z][A-Za-z0-9_]*", "Minta_Copy__c"
            ),
            "version": variables.matching("SALESFORCE_API_VERSION", r"\d{2,3}\.0", "66.0"),
            "fields": fields_of(variables.matching("SALESFORCE_FIELDS", FIELDS, _FIELDS)),
        }
        asked = {"origin": origin, "client_id": client_id, "client_secret": secret}
        return {**asked, **(told if any(asked.values()) else blank(told, ""))}

    def place(self, setup: Mapping[str, Any]) -> str:
        """Return org, object and external id."""
        return " ".join((setup["origin"], setup["sobject"], setup["external_id"]))

    def share(self, copy: Copy, leaves: Mapping[str, Any], setup: Mapping[str, Any]) -> str:
        """Upsert the record; returns Salesforce's id of it.

        Raises Refused for a value that it will not take.
        """
        org = _Org(setup)
        fields = mapped(leaves, setup["fields"])
        answer = org.ask("PATCH", org.record(setup["external_id"], copy.name), fields)
        _refuse(answer)
        if answer.status == 204:
            return copy.remote_id
        told = said(answer, PLACE)
        return _record_id(told.get("id") if isinstance(told, dict) else None)

    def erase(self, copy: Copy, setup: Mapping[str, Any]) -> None:
        """Blank and delete every record of this name, and empty the recycle bin of it."""
        org = _Org(setup)
        found = org.found(copy)
        for each, deleted in found.items():
            if not deleted:
                org.delete(each)
        if found:
            org.empty(list(found))

    def confirm(self, copy: Copy, setup: Mapping[str, Any]) -> Standing:
        """Look for it, in the recycle bin and behind it too."""
        found = _Org(setup).found(copy)
        if not found:
            return Standing.ABSENT
        return Standing.LEAVING if all(found.values()) else Standing.PRESENT


class _Org:
    """One org, asked with a token that is fetched when it is needed and once more when it has run out."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self._setup = setup
        self._line = Line(PLACE, setup["origin"], {})
        self._root = f"/services/data/v{setup['version']}"

    def record(self, *place: str) -> str:
        """Return the path of a record: by its id, or by a field and its value."""
        return "/".join((self._root, "sobjects", self._setup["sobject"], *place))

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """Ask with a token; raises GrantRevoked when a fresh one is not taken either."""
        for fresh in (False, True):
            token = _tokens.get(self._line, self._setup, fresh=fresh)
            answer = self._line.ask(method, path, body, headers={"Authorization": f"Bearer {token}"})
            if answer.status != 401:
                return answer
        raise GrantRevoked(f"{PLACE} refuses a fresh token")

    def found(self, copy: Copy) -> dict[str, bool]:
        """Return the ids of all records of this name -> whether they are deleted."""
        if not _NAME.fullmatch(copy.name):
            raise BadAnswer(f"{PLACE}: a name that is none of ours")
        sobject, field = self._setup["sobject"], self._setup["external_id"]
        # The names are settings of their own shape, and the copy's is checked: nothing is to be escaped.
        soql = f"SELECT Id, IsDeleted FROM {sobject} WHERE {field} = '{copy.name}'"  # noqa: S608
        answer = self.ask("GET", f"{self._root}/queryAll?{urlencode({'q': soql})}")
        _refuse(answer)
        try:
            rows = said(answer, PLACE)["records"]
            return {_record_id(row["Id"]): row["IsDeleted"] is True for row in rows}
        except (KeyError, TypeError):
            raise BadAnswer(f"{PLACE}: an answer to a query without its records") from None

    def delete(self, record_id: str) -> None:
        """Blank a record, so that the bin holds nothing of it, and delete it; it may be gone already."""
        fields = sorted(set(self._setup["fields"].values()))
        blanked = self.ask("PATCH", self.record(record_id), blank(fields))
        # The org's own rules may forbid empty fields: the bin is emptied all the same.
        with suppress(Refused, BadAnswer):
            _refuse(blanked)
        answer = self.ask("DELETE", self.record(record_id))
        if not _GONE & set(_codes(answer)):
            _refuse(answer)

    def empty(self, ids: list[str]) -> None:
        """Take records out of the recycle bin for good; those that are in none are passed over."""
        for first in range(0, len(ids), _BIN):
            answer = self._emptied(ids[first : first + _BIN])
            codes = {code.decode() for code in _CODES.findall(answer.body)}
            if any(code.startswith("INSUFFICIENT_ACCESS") for code in codes):
                raise AccessDenied(f"{PLACE} does not let its recycle bin be emptied")
            if codes & _AGAIN:
                raise Unavailable(f"{PLACE}: the recycle bin is in use")
            refuse(answer, PLACE)

    def _emptied(self, ids: list[str]) -> Answer:
        path = f"/services/Soap/u/{self._setup['version']}"
        listed = "".join(f"<urn:ids>{escape(each)}</urn:ids>" for each in ids)
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""', "Accept": "text/xml"}
        for fresh in (False, True):
            token = _tokens.get(self._line, self._setup, fresh=fresh)
            body = _SOAP.format(token=escape(token), ids=listed).encode()
            answer = self._line.ask("POST", path, body, headers=headers, again=True)
            # SOAP says it with a 500.
            if _EXPIRED.encode() not in _CODES.findall(answer.body):
                return answer
        raise GrantRevoked(f"{PLACE} refuses a fresh token")


class _Tokens:
    """The token of each org, in memory alone: Salesforce counts logins by the hour."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}
        self._lock = threading.Lock()

    def get(self, line: Line, setup: Mapping[str, Any], *, fresh: bool) -> str:
        """Return a token that may have run out, or a fresh one."""
        asked = [setup["origin"], setup["client_id"], setup["client_secret"]]
        org = sha256("\0".join(asked).encode()).digest()
        with self._lock:
            known = self._known.get(org)
        if known is None or fresh:
            known = _fetch(line, setup)
            with self._lock:
                self._known[org] = known
        return known


_tokens: Final = _Tokens()


def _fetch(line: Line, setup: Mapping[str, Any]) -> str:
    """Return a token; the address that comes with it is passed over: no answer says where a token goes."""
    asked = {"grant_type": "client_credentials"}
    asked |= {"client_id": setup["client_id"], "client_secret": setup["client_secret"]}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = line.ask("POST", "/services/oauth2/token", urlencode(asked).encode(), headers=form, again=True)
    if answer.status in (400, 401):
        raise GrantRevoked(f"{PLACE} refuses the app: {_error(answer)}")
    _refuse(answer)
    told = said(answer, PLACE)
    return text(told.get("access_token") if isinstance(told, dict) else None, PLACE)


def _record_id(value: object) -> str:
    """Return an id that may stand in an address."""
    found = text(value, PLACE)
    if not _RECORD.fullmatch(found):
        raise BadAnswer(f"{PLACE}: an id that is none")
    return found


def _error(answer: Answer) -> str:
    try:
        return named(said(answer, PLACE)["error"])
    except (BadAnswer, KeyError, TypeError):
        return ""


def _codes(answer: Answer) -> list[str]:
    """Return the codes of a refusal; of a body that is none, nothing."""
    if answer.status < 400:
        return []
    try:
        return [named(each["errorCode"]) for each in said(answer, PLACE)]
    except (BadAnswer, KeyError, TypeError):
        return []


def _refuse(answer: Answer) -> None:
    """Raise what a refusal means: its code says more than its status."""
    codes = _codes(answer)
    raised: MintaError | None = None
    if "REQUEST_LIMIT_EXCEEDED" in codes:
        # The limit is that of a day.
        raised = Throttled(f"{PLACE} is asked too often", wait_seconds=LONGEST_WAIT_SECONDS)
    elif _AGAIN & set(codes):
        raised = Unavailable(f"{PLACE} is busy: {codes[0]}")
    elif _UNFIT & set(codes):
        raised = Refused(f"{PLACE} does not take a value of the store: {codes[0]}")
    elif codes and answer.status in (400, 404):
        raised = BadAnswer(f"{PLACE} answered {answer.status}: {codes[0]}")
    if raised is not None:
        raise raised
    refuse(answer, PLACE)
