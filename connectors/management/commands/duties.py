"""The duties: what is owed to whom, by when; and a law's reason to refuse one."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from connectors import audit, duties
from connectors.errors import Refused
from connectors.models import Duty, DutyState
from connectors.policy.deadlines import DEADLINES

#: Those that are at their end are shown only where they are asked for: most are.
_STANDINGS = (duties.OVERDUE, *DutyState.values)


class Command(BaseCommand):
    """List duties, and refuse one."""

    help = "List what must be erased or answered, by when and by which law; refuse a duty for a law's reason"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare list and refuse."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        listed = verbs.add_parser("list", help="list the duties that are owed, the first to be late first")
        listed.add_argument("--standing", choices=_STANDINGS, help="only those that stand so, ended or not")
        listed.add_argument("--kind", help="only those of this kind, such as erase.store")
        listed.add_argument("--json", action="store_true", help="one JSON text a line")
        refuse = verbs.add_parser("refuse", help="say that a law forbids a duty; there is no way back")
        refuse.add_argument("ref", help="the duty's reference")
        refuse.add_argument("--law", choices=list(duties.LAWS), required=True, help="which law says so")
        refuse.add_argument("--reason", required=True, help="where it says so: 'article 17 (3) (b)'")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do one of them."""
        if verb == "refuse":
            self._refuse(options["ref"], options["law"], options["reason"])
        else:
            self._list(options["standing"], options["kind"], as_json=options["json"])

    def _list(self, standing: str | None, kind: str | None, *, as_json: bool) -> None:
        now = timezone.now()
        count = 0
        for duty in _found(standing, kind, now).order_by("deadline_at", "pk").iterator():
            told = _told(duty, now)
            self.stdout.write(json.dumps(told) if as_json else "\t".join(_line(told)))
            count += 1
        if not as_json:
            self.stdout.write(f"{count} {'duty' if count == 1 else 'duties'}")

    def _refuse(self, ref: str, law: str, reason: str) -> None:
        try:
            duty = duties.refuse(ref, law, reason, audit.operator(), timezone.now())
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{duty.ref}\t{duty.kind}\t{duty.store_ref}\trefused\t{duty.reason}")


def _found(standing: str | None, kind: str | None, now: datetime) -> QuerySet[Duty]:
    if standing is None:
        found = duties.owed()
    elif standing == duties.OVERDUE:
        found = duties.owed().filter(deadline_at__lt=now)
    else:
        # One that is late stands as overdue, and as nothing else.
        late = duties.owed().filter(deadline_at__lt=now)
        found = Duty.objects.filter(state=standing).exclude(pk__in=late.values("pk"))
    return found.filter(kind=kind) if kind else found


def _told(duty: Duty, now: datetime) -> dict[str, Any]:
    law = DEADLINES.get(duty.law)
    return {
        "duty": duty.ref,
        "kind": duty.kind,
        "subject": duty.subject,
        "store": duty.store_ref,
        "epoch": duty.epoch,
        "cause": duty.cause,
        "asked_by": duty.asked_by,
        "law": duty.law,
        "source": law.source if law else "",
        "standing": duty.standing(now),
        "asked_at": _moment(duty.asked_at),
        "due_at": _moment(duty.due_at),
        "deadline_at": _moment(duty.deadline_at),
        "done_at": _moment(duty.done_at) if duty.done_at else None,
        "attempts": duty.attempts,
        "reason": duty.reason,
    }


def _line(told: dict[str, Any]) -> list[str]:
    return [
        told["duty"],
        " ".join(each for each in (told["kind"], told["subject"]) if each),
        f"{told['store']} epoch {told['epoch']}",
        told["standing"],
        f"until {told['deadline_at']}",
        f"asked by {told['asked_by'] or 'nobody named'} ({told['cause']}), {told['law'] or 'no law named'}",
        *([f"{told['attempts']} tries"] if told["attempts"] else []),
        *([told["reason"]] if told["reason"] else []),
    ]


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S+00:00}"
