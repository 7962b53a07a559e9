"""The register of the policy: print it, or compare docs/policy.md with it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors.platforms import PLATFORMS
from connectors.policy.register import Incomplete, Register, register
from connectors.policy.rendering import as_json, as_markdown, as_text


class Command(BaseCommand):
    """Print the register."""

    help = "Print every item of the policy with the fields that serve it; --check compares docs/policy.md"
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --json, --markdown and --check, of which one may be given."""
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="for a program")
        form.add_argument("--markdown", action="store_true", help="as the page docs/policy.md")
        form.add_argument("--check", action="store_true", help="fail when docs/policy.md is not what it says")
        parser.add_argument(
            "--page", type=Path, default=settings.BASE_DIR / "docs" / "policy.md", help="the page"
        )

    def handle(self, *, json: bool, markdown: bool, check: bool, page: Path, **options: Any) -> str:
        """Return the register in the form that was asked for."""
        whole = _whole()
        if check:
            return _checked(whole, page)
        return as_json(whole) if json else as_markdown(whole) if markdown else as_text(whole)


def _whole() -> Register:
    try:
        return register(PLATFORMS.values())
    except Incomplete as error:
        raise CommandError("The register is not complete:\n  " + "\n  ".join(error.faults)) from None


def _checked(whole: Register, page: Path) -> str:
    if not page.is_file() or page.read_text(encoding="utf-8") != as_markdown(whole):
        raise CommandError(f"{page.name} is out of date: python manage.py policy --markdown > docs/policy.md")
    leaves = sum(1 for _ in whole.lines)
    return (
        f"{page.name} stands: {len(whole.entries)} clauses, {leaves} leaves, on {', '.join(whole.platforms)}"
    )
