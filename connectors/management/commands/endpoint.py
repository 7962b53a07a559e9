"""Endpoints of the pipeline: create and rotate (secrets are shown once), list, disable, remove, replay."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q
from django.utils import timezone

from connectors.errors import MintaError
from connectors.models import Endpoint, NoticeState
from connectors.push import endpoints
from connectors.push.notices import EVENTS


class Command(BaseCommand):
    """Make, tend and remove the endpoints that are told what happens."""

    help = "Make, list, disable, enable, rotate, remove and replay the endpoints that are told what happens"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make an endpoint and print its secret, once")
        create.add_argument("url", help="where it is: https, at a public host, on port 443 or 8443")
        create.add_argument("--key", required=True, help="the feed key whose stores it hears of")
        create.add_argument(
            "--event", action="append", default=[], choices=[*EVENTS], help="one of these alone; repeatable"
        )
        verbs.add_parser("list", help="list all endpoints, how they stand and what waits there")
        rotate = verbs.add_parser("rotate", help="make a new secret and print it, once")
        rotate.add_argument("--overlap-hours", type=int, default=24, help="how long the old one signs too")
        replay = verbs.add_parser("replay", help="send again what was told")
        which = replay.add_mutually_exclusive_group(required=True)
        which.add_argument("--since", type=_moment, help="all since this time, as 2026-11-23T12:00:00Z")
        which.add_argument("--notice", help="this one alone, by its webhook-id")
        others = {
            "disable": verbs.add_parser("disable", help="send nothing more, until it is enabled"),
            "enable": verbs.add_parser("enable", help="send again what comes from now on"),
            "remove": verbs.add_parser("remove", help="remove it with all that was to be told there"),
        }
        for each in (rotate, replay, *others.values()):
            each.add_argument("endpoint", help="its reference, ep_...")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do one of them."""
        try:
            getattr(self, f"_{verb}")(options)
        except MintaError as error:
            raise CommandError(str(error)) from None

    def _create(self, options: dict[str, Any]) -> None:
        """Print the secret alone on the output, so that it can be piped; all else goes beside it."""
        self._show(endpoints.make(options["url"], options["key"], options["event"], timezone.now()))

    def _rotate(self, options: dict[str, Any]) -> None:
        if not 0 <= options["overlap_hours"] <= 24 * 30:
            raise CommandError("--overlap-hours is from 0 to 720")
        overlap = timedelta(hours=options["overlap_hours"])
        self._show(endpoints.rotate(options["endpoint"], timezone.now(), overlap))

    def _show(self, made: endpoints.Made) -> None:
        self.stderr.write(f"{made.endpoint.ref}: keep its secret now, it is shown this once")
        self.stdout.write(made.secret)

    def _list(self, options: dict[str, Any]) -> None:
        counts = {state: Count("notices", Q(notices__state=state)) for state in NoticeState.values}
        for endpoint in Endpoint.objects.select_related("key").annotate(**counts).order_by("pk"):
            told = ", ".join(f"{getattr(endpoint, state)} {state}" for state in counts)
            events = ",".join(endpoint.events) or "all"
            columns = (endpoint.ref, endpoint.key.name, events, _standing(endpoint), told, endpoint.url)
            self.stdout.write("\t".join(columns))

    def _disable(self, options: dict[str, Any]) -> None:
        endpoints.disable(options["endpoint"], timezone.now())
        self.stdout.write(f"{options['endpoint']} is disabled; what waited there can be replayed")

    def _enable(self, options: dict[str, Any]) -> None:
        endpoints.enable(options["endpoint"])
        self.stdout.write(f"{options['endpoint']} is told again what comes from now on")

    def _remove(self, options: dict[str, Any]) -> None:
        endpoints.remove(options["endpoint"])
        self.stdout.write(f"{options['endpoint']} is removed")

    def _replay(self, options: dict[str, Any]) -> None:
        since, notice = options["since"], options["notice"]
        count = endpoints.replay(options["endpoint"], timezone.now(), since=since, notice=notice)
        self.stdout.write(f"{count} notices are sent again")


def _standing(endpoint: Endpoint) -> str:
    if endpoint.disabled_at is not None:
        return f"disabled {endpoint.disabled_at:%Y-%m-%d %H:%M}: {endpoint.disabled_note}"
    if endpoint.failing_since is not None:
        return f"failing since {endpoint.failing_since:%Y-%m-%d %H:%M}"
    return "taking"


def _moment(written: str) -> datetime:
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
