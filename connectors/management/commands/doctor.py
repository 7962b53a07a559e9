"""Say what is wrong with this installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connectors.diagnosis import Level, findings


class Command(BaseCommand):
    """Print the findings."""

    help = "Look at settings, policy, database, keys, work and duties; exits with 1 when something fails"
    requires_system_checks: list[str] = []  # noqa: RUF012 - it runs them itself

    def handle(self, **options: Any) -> None:
        """Print a line for each finding."""
        failures = 0
        for found in findings():
            self.stdout.write(f"{found.level.value:<5} {found.place}: {found.words}")
            failures += found.level == Level.FAIL
        if failures:
            raise CommandError(f"{failures} of these must be mended")
