"""How an erasure stands, for who is no longer a user: a link for one erasure, which opens nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from connectors import configured, copies, receipts, sharing
from connectors.errors import Misconfigured, Missing
from connectors.models import Duty, DutyState, Receipt, Store
from connectors.pages.answers import page
from connectors.platforms import PLATFORMS

#: How long a link opens.
LINK: Final = timedelta(days=90)
#: How many erasures a page shows, newest first.
SHOWN: Final = 5
_SALT: Final = "connectors.leaving"
_STANDINGS: Final = {
    DutyState.ASKED.value: "Waiting for its time",
    DutyState.DOING.value: "Being carried out",
    DutyState.SENT.value: "Nothing is left at Minta; others who had copies have yet to confirm",
    DutyState.DONE.value: "Done, and proved",
    DutyState.REFUSED.value: "Refused",
    "overdue": "Late, and still being carried out",
}
_ELSEWHERE: Final = {
    "held": "holds it",
    DutyState.ASKED.value: "is being asked",
    DutyState.DOING.value: "is being asked",
    DutyState.SENT.value: "was told to erase it",
    DutyState.CONFIRMED.value: "says that it is erased",
    DutyState.VERIFIED.value: "was looked at: nothing is left there",
    DutyState.REFUSED.value: "keeps it, as a law demands",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an erasure, and when it was done, if it was."""

    words: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A processor that held something, and how far it is."""

    title: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Leaving:
    """An erasure as its link shows it."""

    ref: str
    platform: str
    standing: str
    owed: bool
    deadline_at: datetime
    steps: tuple[Step, ...]
    programs: int
    programs_done: int
    holders: tuple[Holder, ...]
    reason: str
    receipt: str
    download: str
    file: str


@dataclass(frozen=True, slots=True)
class Past:
    """An erasure as a store's page lists it, and the link to how it stands."""

    asked_at: datetime
    standing: str
    address: str


def address(duty: Duty, now: datetime, file: str = "") -> str:
    """Return the link that shows how an erasure stands, for 90 days."""
    proof = _signer().sign_object([duty.ref, int((now + LINK).timestamp())])
    return _address(duty.ref, proof, file)


def _address(ref: str, proof: str, file: str = "") -> str:
    return f"/leaving/{ref}{file}?{urlencode({'proof': proof})}"


def past(store: Store, now: datetime) -> list[Past]:
    """Return the newest erasures of a store, of the installs before this one."""
    found = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=store.ref).order_by("-epoch", "-pk")[:SHOWN]
    return [Past(each.asked_at, _STANDINGS[each.standing(now)], address(each, now)) for each in found]


@require_safe
def show(request: HttpRequest, erasure: str) -> HttpResponse:
    """Show how an erasure stands."""
    proof = request.GET.get("proof", "")
    now = timezone.now()
    duty = _opened(proof, erasure, now)
    context = {"leaving": _leaving(duty, proof, now), "receipt_key": public_key()}
    return page("leaving.html", context)


@require_safe
def receipt(request: HttpRequest, erasure: str) -> HttpResponse:
    """Answer with the receipt of an erasure, as a file."""
    duty = _opened(request.GET.get("proof", ""), erasure, timezone.now())
    text = _receipt(duty)
    if not text:
        raise _nothing()
    answer = HttpResponse(f"{text}\n", content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file(duty)}"'
    return answer


def public_key() -> str:
    """Return the public key of our receipts, none where there is no key: the page must not fail for it."""
    try:
        return configured.signer().public_key_text
    except Misconfigured:
        return ""


def _opened(proof: str, ref: str, now: datetime) -> Duty:
    """Return the erasure that a proof opens; raises Missing, always the same, when it opens nothing now."""
    try:
        named, ends = _signer().unsign_object(proof)
        ends_at = datetime.fromtimestamp(ends, UTC)
    except (signing.BadSignature, ValueError, TypeError):
        raise _nothing() from None
    duty = Duty.objects.filter(kind=Duty.ERASE_STORE, ref=ref).first()
    if duty is None or named != ref or ends_at <= now:
        raise _nothing()
    return duty


def _leaving(duty: Duty, proof: str, now: datetime) -> Leaving:
    held = copies.held(duty.store_ref, duty.epoch)
    text = _receipt(duty)
    return Leaving(
        ref=duty.ref,
        platform=PLATFORMS[duty.platform].title if duty.platform in PLATFORMS else "",
        standing=_STANDINGS[duty.standing(now)],
        owed=duty.owed,
        deadline_at=duty.deadline_at,
        steps=tuple(_steps(duty)),
        programs=held.keys,
        programs_done=held.confirmed,
        holders=tuple(_holders(duty)),
        reason=duty.reason if duty.state == DutyState.REFUSED else "",
        receipt=text,
        download=_address(duty.ref, proof, "/receipt.json") if text else "",
        file=_file(duty),
    )


def _file(duty: Duty) -> str:
    """Return what the receipt is called where it is downloaded."""
    return f"minta-receipt-{duty.ref[3:11]}.json"


def _steps(duty: Duty) -> Iterator[Step]:
    yield Step("It was asked for; from here on nothing is read and nothing is shown", duty.asked_at)
    if duty.unreadable_at is None and duty.emptied_at is None:
        yield Step(f"The key is destroyed, from {_moment(duty.due_at)} on: then nothing can be read", None)
    else:
        yield Step("The key was destroyed: nothing can be read any more", duty.unreadable_at)
    yield Step("Everything is removed from Minta's machines", duty.emptied_at)
    yield Step("Everybody who had copies has confirmed, and the receipt is signed", duty.done_at)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def _holders(duty: Duty) -> Iterator[Holder]:
    for title, told in sharing.standings(duty.store_ref, duty.epoch).items():
        state = told["state"]
        yield Holder(title, _ELSEWHERE.get(state, state), datetime.fromisoformat(told["at"]))


def _receipt(duty: Duty) -> str:
    found = Receipt.objects.filter(duty=duty).first()
    return "" if found is None else receipts.compose(found.body, found.signature)


def _nothing() -> Missing:
    return Missing("This link opens nothing, or nothing any more")


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT)
