"""`manage.py sandbox`: pretend to be the platforms over real HTTP."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from connectors.sandbox.options import add_options, run


class Command(BaseCommand):
    """Start the sandbox."""

    help = "Pretend to be the platforms over real HTTP: tokens, GraphQL, bulk files, pictures, webhooks"
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own name and shape; no database is needed

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sandbox's options."""
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop."""
        run(argparse.Namespace(**options), self._say)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
