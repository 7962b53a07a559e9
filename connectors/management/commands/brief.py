"""The brief of a store as the feed gives it, or what of it cannot look good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from connectors import adapters, audit, configured
from connectors import brief as briefs
from connectors.adapters import RENDERERS
from connectors.api.answers import FeedJson
from connectors.api.briefs import PRODUCTS
from connectors.errors import KeyGone, Refused
from connectors.linting import FORMATS, WARNINGS
from connectors.models import Store


class Command(BaseCommand):
    """Print a store's brief, or lint it."""

    help = "Print the brief of a store, or what of it cannot look good on a screen"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the store, how much of it, for whom, and whether it is linted."""
        formats = [each["format"] for each in FORMATS]
        parser.add_argument("store", metavar="STORE", help="reference of the store: st_...")
        parser.add_argument(
            "--limit",
            type=int,
            default=PRODUCTS.default,
            help=f"at most so many products ({PRODUCTS.default})",
        )
        parser.add_argument("--as", dest="renderer", choices=list(RENDERERS), help="write it for a renderer")
        parser.add_argument("--format", choices=formats, default=formats[0], help="the format for --as")
        lint = "print what is wrong instead, without values; fails where something is refused"
        parser.add_argument("--lint", action="store_true", help=lint)

    def handle(self, *, store: str, limit: int, renderer: str | None, lint: bool, **options: Any) -> None:
        """Make it and print it. The operator looks, which is noted: no key reads, and nothing is counted."""
        if not PRODUCTS.least <= limit <= PRODUCTS.most:
            raise CommandError(f"--limit is a whole number from {PRODUCTS.least} to {PRODUCTS.most}")
        brief = _made(store, limit)
        audit.note(store, audit.operator(), "brief.read")
        if lint:
            self._lint(brief)
            return
        if renderer:
            brief = adapters.write(brief, renderer, options["format"], limit)
        self.stdout.write(FeedJson().render(brief).decode())

    def _lint(self, brief: dict[str, Any]) -> None:
        for each in brief["refused"]:
            self.stdout.write(f"{each['id']} is refused: {', '.join(each['codes'])}")
        for each in brief["products"]:
            for found in each["findings"]:
                self.stdout.write(f"{each['id']} {found['code']}: {found['message']}")
        for found in brief["findings"]:
            self.stdout.write(f"{found['code']}: {found['message']}")
        shown, refused = len(brief["products"]), len(brief["refused"])
        self.stdout.write(f"{shown} products can be shown, {refused} are refused")
        if refused or any(found["code"] not in WARNINGS for found in brief["findings"]):
            raise CommandError("Not everything can be shown")


def _made(ref: str, limit: int) -> dict[str, Any]:
    found = Store.objects.filter(ref=ref).first()
    if found is None:
        raise CommandError(f"There is no store {ref}")
    try:
        key = configured.keystore().get(found.ref, found.epoch)
        return briefs.make(found, key, timezone.now(), limit).shape
    except (KeyGone, Refused) as error:
        raise CommandError(str(error)) from None
