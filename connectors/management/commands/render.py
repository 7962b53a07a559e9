"""`manage.py render`: make the videos of a store, or of all as they come."""

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from connectors.video.options import add_options, run


class Command(BaseCommand):
    """Run the reference renderer against this installation's feed."""

    help = "Make the videos of a store from the feed and upload them, or stay and follow the feed"
    requires_system_checks: list[str] = []  # noqa: RUF012 - it needs the feed's address and a key, nothing of ours

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the renderer's options."""
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Render; ends with what the renderer ends with."""
        code = run(argparse.Namespace(**options), settings.PUBLIC_URL)
        if code:
            sys.exit(code)
